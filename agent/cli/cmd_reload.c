/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_reload.c - asks the running agent to take its policy files anew, or whether it would. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "gate/control/protocol.h"

int kfg_cmd_reload(const struct kfg_args *args)
{
	bool force = kfg_args_has(args, "force");

	if (kfg_args_has(args, "check"))
		return kfg_ask_request(args, force ? KFG_REQUEST_RELOAD_CHECK_FORCE : KFG_REQUEST_RELOAD_CHECK);
	return kfg_ask_request(args, force ? KFG_REQUEST_RELOAD_FORCE : KFG_REQUEST_RELOAD);
}
