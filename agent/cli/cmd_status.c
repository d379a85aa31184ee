/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/ask.h"
#include "cli/commands.h"
#include "gate/control/protocol.h"

int kfg_cmd_status(const struct kfg_args *args)
{
	return kfg_ask(args,
		       kfg_args_has(args, "json") ? KFG_REQUEST_STATUS_JSON : KFG_REQUEST_STATUS);
}
