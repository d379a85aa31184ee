/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_status.c - what the agent says of itself, or, where none answers, what is in force without one. */
#include "base/cleanup.h"
#include "base/color.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/rule_hits.h"
#include "gate/control/protocol.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Words by which the agent says that something is not as it should be (gate/status/status_text.c). */
static bool is_alarm(const char *line, size_t len)
{
	static const char *const words[] = { "NOT PROVEN", "TOO OLD", "OF OTHERS CAN ANSWER", "MATCH NO RULE",
					     "Rejected:" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(line, len, words[i], strlen(words[i])))
			return true;
	return false;
}

/* The agent's text, "   Label: ..." line by line, in colours: it knows no terminal. */
static void paint(const char *text, struct kfg_strbuf *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n"), indent = strspn(text, " "), label = strcspn(text, ":\n") + 1;
		bool labelled = label < len && memchr(text + indent, ' ', label - indent) == NULL;
		enum kfg_color color = is_alarm(text, len) ? KFG_COLOR_BAD : KFG_COLOR_NONE;

		if (!labelled)
			label = indent;
		kfg_strbuf_printf(out, "%.*s%s%.*s%s%s%.*s%s\n", (int)indent, text, kfg_color_begin(KFG_COLOR_TITLE),
				  (int)(label - indent), text + indent, kfg_color_end(KFG_COLOR_TITLE),
				  kfg_color_begin(color), (int)(len - label), text + label, kfg_color_end(color));
		text += len + (text[len] == '\n');
	}
}

/* What is printed again and again is not for a pager. */
static int print(const struct kfg_strbuf *out, bool watch)
{
	if (!watch)
		return kfg_output_print(out, "status");
	return out->error || fputs(kfg_strbuf_text(out), stdout) < 0 ? -EIO : 0;
}

static int show(const char *dir, bool json, bool watch)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(2 * KFG_CONTROL_REPLY_MAX);
	_cleanup_free_ char *text = NULL;
	struct kfg_status_left left;
	int code, r = kfg_ask_agent(dir, json ? KFG_REQUEST_STATUS_JSON : KFG_REQUEST_STATUS, &code, &text);

	if (r == 0 && code == KFG_EXIT_OK && !json)
		paint(text, &out);
	else if (r == 0 && code == KFG_EXIT_OK)
		kfg_strbuf_adds(&out, text);
	if (out.size)
		return print(&out, watch) < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
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
	if (print(&out, watch) < 0)
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
		code = rules ? kfg_rule_hits_show(dir, json, watch) : show(dir, json, watch);
	} while (watch && wait_for_next());
	return code;
}
