/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ask.h - a request to the running agent, its answer printed. */
#pragma once

#include "base/args.h"

/* Prints the reply, to standard error if it reports a failure. Returns an enum kfg_exit. */
int kfg_ask(const struct kfg_args *args, const char *request);
