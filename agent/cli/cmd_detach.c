/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/commands.h"
#include "gate/daemon/daemon.h"

int kfg_cmd_detach(const struct kfg_args *args)
{
	(void)args;
	return kfg_daemon_detach();
}
