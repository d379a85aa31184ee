/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/ask.h"
#include "cli/commands.h"
#include "gate/control/protocol.h"

int kfg_cmd_reload(const struct kfg_args *args)
{
	return kfg_ask(args,
		       kfg_args_has(args, "force") ? KFG_REQUEST_RELOAD_FORCE : KFG_REQUEST_RELOAD);
}
