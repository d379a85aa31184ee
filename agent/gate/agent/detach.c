/* SPDX-License-Identifier: GPL-2.0-or-later */
/* detach.c - "detach": takes off a gate that an agent left in force. */
#include "gate/agent/verbs.h"
#include "gate/daemon/daemon.h"

int kfg_agent_detach(const struct kfg_args *args)
{
	(void)args;
	return kfg_daemon_detach();
}
