/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/past_source.h"
#include "gate/control/client.h"
#include "gate/control/protocol.h"

static const char down[] = "# TYPE kfgate_up gauge\n# HELP kfgate_up Whether the agent runs.\nkfgate_up 0\n# EOF\n";

int kfg_cmd_metrics(const struct kfg_args *args)
{
	const char *dir = kfg_args_value(args, "runtime-dir", KFG_DEFAULT_RUNTIME_DIR);
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(2 * KFG_CONTROL_REPLY_MAX);
	_cleanup_free_ char *text = NULL;
	int code = KFG_EXIT_OK, r = kfg_control_ask(dir, KFG_REQUEST_STATUS_METRICS, &code, &text);

	if (r == -EACCES || r == -EPERM || r == -ECONNRESET) {
		kfg_error("only root may ask the running kfgate");
		return KFG_EXIT_FAILURE;
	}
	if (r == 0 && code != KFG_EXIT_OK) {
		kfg_error("metrics: %s", text);
		return code;
	}
	/* that nobody answers is a measurement, too */
	kfg_strbuf_adds(&out, r == 0 ? text : down);
	return kfg_write_output(args, "metrics", &out);
}
