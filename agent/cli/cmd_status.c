/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_status.c - what the agent says of itself, or, where none answers, what is in force without one. */
#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/rule_hits.h"
#include "gate/control/protocol.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int show(const char *dir, bool json)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(64u * 1024);
	_cleanup_free_ char *text = NULL;
	struct kfg_status_left left;
	int code, r = kfg_ask_agent(dir, json ? KFG_REQUEST_STATUS_JSON : KFG_REQUEST_STATUS, &code, &text);

	if (r != -ENOENT && r != -ECONNREFUSED)
		return kfg_ask_print(r, code, text, dir);
	r = kfg_ask_left(dir, &left);
	if (r < 0) {
		kfg_log_errno(r,
			      "kfgate is not running (nobody answers at %s/" KFG_CONTROL_SOCKET
			      "); whether a gate is in force cannot be seen: %m",
			      dir);
		return r == -EACCES ? KFG_EXIT_FAILURE : KFG_EXIT_NOT_RUNNING;
	}
	if (json)
		kfg_status_left_json(&left, &out);
	else
		kfg_status_left_text(&left, &out);
	if (out.error || fputs(kfg_strbuf_text(&out), stdout) < 0)
		return KFG_EXIT_FAILURE;
	return left.in_force ? KFG_EXIT_UNATTENDED : KFG_EXIT_NOT_RUNNING;
}

/* Until the next picture; false: nobody looks any more. */
static bool wait_for_next(void)
{
	static const struct timespec apart = { .tv_sec = 2 };

	return fflush(stdout) == 0 && nanosleep(&apart, NULL) == 0;
}

int kfg_cmd_status(const struct kfg_args *args)
{
	const char *dir = kfg_args_value(args, "runtime-dir", KFG_DEFAULT_RUNTIME_DIR);
	bool json = kfg_args_has(args, "json"), rules = kfg_args_has(args, "rules"),
	     watch = kfg_args_has(args, "watch");
	int code;

	do {
		/* clears the screen, and begins at its top */
		if (watch && isatty(STDOUT_FILENO))
			(void)fputs("\033[H\033[2J", stdout);
		code = rules ? kfg_rule_hits_show(dir, json) : show(dir, json);
	} while (watch && wait_for_next());
	return code;
}
