/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_metrics.c - the numbers for a monitoring system. */
#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "gate/control/protocol.h"

int kfg_cmd_metrics(const struct kfg_args *args)
{
	const char *dir = kfg_args_value(args, "runtime-dir", KFG_DEFAULT_RUNTIME_DIR);
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(2 * KFG_CONTROL_REPLY_MAX);
	_cleanup_free_ char *text = NULL;
	struct kfg_status_left left;
	int code = KFG_EXIT_OK, r = kfg_ask_agent(dir, KFG_REQUEST_STATUS_METRICS, &code, &text);

	if (r == -EBADE)
		return kfg_ask_print(r, code, NULL, dir);
	if (r == -EACCES || r == -EPERM || r == -ECONNRESET) {
		kfg_log_error("only root may ask the running kfgate");
		return KFG_EXIT_FAILURE;
	}
	if (r == 0 && code != KFG_EXIT_OK) {
		kfg_log_error("metrics: %s", text);
		return code;
	}
	/* that nobody answers is a measurement, too */
	if (r == 0) {
		kfg_strbuf_adds(&out, text);
	} else {
		r = kfg_ask_left(dir, &left);
		if (r < 0) {
			kfg_log_errno(r, "metrics: cannot see whether a gate is in force: %m");
			return KFG_EXIT_FAILURE;
		}
		kfg_status_left_metrics(&left, &out);
	}
	return kfg_output_write(args, "metrics", &out);
}
