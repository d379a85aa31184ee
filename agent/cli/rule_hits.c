/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule_hits.c - kfgate status --rules: how often each part of the policy in force decided. */
#include "cli/rule_hits.h"

#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/output.h"
#include "gate/control/protocol.h"
#include "render/grid.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIELDS 6 /* of a line: kfg_status_parts() */
#define OUTPUT_MAX (16u * 1024 * 1024)
#define STAMP_SIZE 32

static const char *stamp(const char *usec, char buf[static STAMP_SIZE])
{
	unsigned long long n = strtoull(usec, NULL, 10);
	time_t sec = (time_t)(n / 1000000);
	struct tm tm;

	if (!n || !gmtime_r(&sec, &tm) || !strftime(buf, STAMP_SIZE, "%Y-%m-%d %H:%M", &tm))
		return "never";
	return buf;
}

/* Splits a line at its tabs, in place. False: it has another number of fields. */
static bool split(char *line, char *fields[static FIELDS])
{
	size_t n = 0;

	for (char *field; (field = strsep(&line, "\t"));) {
		if (n == FIELDS)
			return false;
		fields[n++] = field;
	}
	return n == FIELDS;
}

static void add_json(struct kfg_json *j, char *const f[static FIELDS])
{
	kfg_json_object(j, NULL);
	kfg_json_string(j, "part", f[0]);
	kfg_json_string(j, "name", f[1][0] ? f[1] : NULL);
	kfg_json_uint(j, "loads", strtoull(f[2], NULL, 10));
	kfg_json_uint(j, "present", strtoull(f[3], NULL, 10));
	kfg_json_uint(j, "last_usec", strtoull(f[4], NULL, 10));
	kfg_json_uint(j, "since_usec", strtoull(f[5], NULL, 10));
	kfg_json_object_end(j);
}

static void add_row(struct kfg_grid *grid, char *const f[static FIELDS])
{
	char buf[STAMP_SIZE], name[512];

	kfg_text_clean(f[1], strlen(f[1]), name, sizeof(name));
	kfg_grid_add(grid, f[0]);
	kfg_grid_add(grid, name);
	kfg_grid_add(grid, f[2]);
	kfg_grid_add(grid, f[3]);
	kfg_grid_add(grid, stamp(f[4], buf));
	kfg_grid_add(grid, stamp(f[5], buf));
}

/* The lines of one answer; *ret_next: where to go on, 0: that was all. Deprecations that nobody uses are no news. */
static int add_lines(char *text, struct kfg_grid *grid, struct kfg_json *json, unsigned long *ret_next)
{
	*ret_next = 0;
	for (char *line; (line = strsep(&text, "\n"));) {
		char *f[FIELDS];

		if (strncmp(line, "more\t", 5) == 0) {
			*ret_next = strtoul(line + 5, NULL, 10);
			return *ret_next ? 0 : -EBADMSG;
		}
		if (!line[0])
			continue;
		if (!split(line, f))
			return -EBADMSG;
		if (json)
			add_json(json, f);
		else if (strcmp(f[0], "deprecation") != 0 || strcmp(f[2], "0") != 0 || strcmp(f[3], "0") != 0)
			add_row(grid, f);
	}
	return 0;
}

static int ask_all(const char *dir, struct kfg_grid *grid, struct kfg_json *json)
{
	unsigned long next = 0;
	int r;

	do {
		_cleanup_free_ char *text = NULL;
		char request[64];
		int code;

		(void)snprintf(request, sizeof(request), KFG_REQUEST_PARTS " %lu", next);
		r = kfg_ask_agent(dir, request, &code, &text);
		if (r < 0 || code != KFG_EXIT_OK)
			return kfg_ask_print(r, code, text, dir);
		r = add_lines(text, grid, json, &next);
		if (r < 0)
			return kfg_ask_print(r, 0, "", dir);
	} while (next);
	return KFG_EXIT_OK;
}

int kfg_rule_hits_show(const char *dir, bool as_json, bool again)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(OUTPUT_MAX);
	static const char *const heads[] = { "part", "name", "loads", "present", "last", "since" };
	struct kfg_json json = { .out = &out, .indent = true };
	struct kfg_grid grid = { .title = "Parts of the policy in force", .columns = heads, .n_columns = FIELDS };
	int code;

	if (as_json) {
		kfg_json_object(&json, NULL);
		kfg_json_array(&json, "parts");
	}
	code = ask_all(dir, &grid, as_json ? &json : NULL);
	if (as_json) {
		kfg_json_array_end(&json);
		kfg_json_object_end(&json);
		kfg_strbuf_adds(&out, "\n");
	} else {
		kfg_grid_table(&grid, &out);
	}
	kfg_grid_done(&grid);
	if (code != KFG_EXIT_OK)
		return code;
	if (again)
		return out.error || fputs(kfg_strbuf_text(&out), stdout) < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
	return kfg_output_print(&out, "status") < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
}
