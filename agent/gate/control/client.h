/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client.h - asks the running agent. */
#pragma once

#include <sys/types.h>

/*
 * Sends request and waits for the reply. Returns 0, the exit code to leave with and the text (to be freed), and in
 * *ret_peer (may be NULL) who listens there, 0: a process of another pid namespace; -ENOENT or -ECONNREFUSED: no agent
 * is running; -EACCES; -ETIMEDOUT; -EBADMSG: not our protocol.
 */
int kfg_control_ask(const char *runtime_dir, const char *request, int *ret_code, char **ret_text, pid_t *ret_peer);
