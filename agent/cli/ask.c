/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/ask.h"

#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "gate/control/client.h"
#include "gate/control/protocol.h"
#include <errno.h>

static int cannot_ask(int error, const char *dir)
{
	if (error == -ENOENT || error == -ECONNREFUSED) {
		kfg_error("kfgate is not running (nobody answers at %s/" KFG_CONTROL_SOCKET ")",
			  dir);
		return KFG_EXIT_NOT_RUNNING;
	}
	if (error == -EACCES || error == -EPERM || error == -ECONNRESET)
		kfg_error("only root may ask the running kfgate");
	else
		kfg_log_errno(error, "cannot ask the running kfgate: %m");
	return KFG_EXIT_FAILURE;
}

int kfg_ask(const struct kfg_args *args, const char *request)
{
	const char *dir = kfg_args_value(args, "runtime-dir", KFG_DEFAULT_RUNTIME_DIR);
	_cleanup_free_ char *text = NULL;
	int code, r = kfg_control_ask(dir, request, &code, &text);

	if (r < 0)
		return cannot_ask(r, dir);
	if (code == KFG_EXIT_OK)
		return fputs(text, stdout) < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
	kfg_log_lines(LOG_ERR, text);
	return code;
}
