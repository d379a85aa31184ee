/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.h - the agent's end of the control socket, on its event loop. Peers other than root and the agent's own user
 * are turned away; the agent's group, where it is not root's, may ask for the status. A peer that is slow to ask waits
 * without harm; of more than a few the oldest is let go.
 */
#pragma once

#include "base/strbuf.h"
#include <systemd/sd-event.h>

/*
 * Answers request into reply (at most KFG_CONTROL_REPLY_MAX bytes); returns the exit code for the
 * client.
 */
typedef int kfg_control_fn(void *userdata, const char *request, struct kfg_strbuf *reply);

struct kfg_control_server;

/*
 * Listens at runtime_dir/control, which must be this agent's (see daemon/instance.h). Negative
 * errno.
 */
int kfg_control_server_new(sd_event *event, const char *runtime_dir, kfg_control_fn *answer, void *userdata,
			   struct kfg_control_server **ret_server);
void kfg_control_server_free(struct kfg_control_server *server); /* accepts NULL */
