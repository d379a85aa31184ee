/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ask.h - a request to the running agent, its answer printed, and what is known where none answers. */
#pragma once

#include "base/args.h"
#include "gate/status/status.h"

/*
 * Asks the running agent, as kfg_control_ask() does; -EBADE: somebody else than the agent that holds the gate's pins
 * has answered.
 */
int kfg_ask_agent(const char *dir, const char *request, int *ret_code, char **ret_text);

/* Prints the reply, to standard error if it reports a failure. Returns an enum kfg_exit. */
int kfg_ask_request(const struct kfg_args *args, const char *request);

/* The same for what kfg_control_ask() came to: its result, and the exit code and text where that is 0. */
int kfg_ask_print(int result, int code, const char *text, const char *runtime_dir);

/* What is in force without an agent. 0, or a negative errno: it cannot be seen; -EACCES: only root can. */
int kfg_ask_left(const char *runtime_dir, struct kfg_status_left *ret_left);
