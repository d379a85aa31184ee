/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_programs.c - what this host has loaded now, with kfuncs and verdicts. */
#include "base/cleanup.h"
#include "base/color.h"
#include "analysis/kernel/signatures.h"
#include "base/exit_code.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/preview.h"
#include "policy/outcomes.h"
#include "gate/control/protocol.h"
#include "analysis/programs/programs.h"
#include "cli/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_MAX ((size_t)256 << 20)

struct inventory {
	struct kfg_preview preview;
	struct kfg_programs programs;
	bool enforces;
};

/* What the policy makes of one call. */
struct judged {
	uint8_t action, reason;
	const char *rule; /* id; NULL: none */
	int32_t deadline;
	const char *word; /* "refuse", "would refuse", ...; of one that depends: the strictest */
	bool depends; /* on who loaded it, which is not known */
	struct kfg_outcomes outcomes;
	struct kfg_deprecation_info deprecation; /* kfunc NULL: there is none */
};

static void judge(const struct inventory *inv, const struct kfg_programs_program *p,
		  const struct kfg_programs_target *t, struct judged *ret)
{
	struct kfg_load load = inv->preview.loader;
	const struct kfg_policy *policy = inv->preview.loaded.policy;
	const struct kfg_outcomes_question question = {
		.policy = policy, .table = inv->preview.table, .unknown = inv->preview.unknown, .live = true
	};
	struct kfg_verdict v;

	load.prog = p->name;
	load.prog_type = p->type;
	kfg_verdict_eval(inv->preview.table, &load, t->kfunc, t->module, &v);
	*ret = (struct judged){ .rule = kfg_policy_rule_id(policy, v.rule), .deadline = v.deadline };
	ret->action = kfg_verdict_action(inv->preview.table, &v, true, &ret->reason);
	if (kfg_outcomes_ask(&question, &load, t->kfunc, t->module, &ret->outcomes) < 0)
		ret->outcomes = (struct kfg_outcomes){ .actions = 1u << KFG_ALLOW | 1u << KFG_REFUSE };
	ret->depends = kfg_outcomes_open_ended(&ret->outcomes);
	if (ret->depends)
		ret->action = (uint8_t)kfg_outcomes_worst(&ret->outcomes);
	ret->word = ret->action == KFG_REFUSE && !inv->enforces ? "would refuse" : kfg_action_str(ret->action);
	(void)kfg_policy_deprecation(policy, v.dep, &ret->deprecation);
}

static void table_target(const struct inventory *inv, const struct kfg_programs_program *p,
			 const struct kfg_programs_target *t, struct kfg_strbuf *out)
{
	char day[KFG_DAY_TEXT], words[KFG_OUTCOMES_TEXT], depends[KFG_OUTCOMES_TEXT];
	struct judged j;
	size_t width;

	judge(inv, p, t, &j);
	if (j.depends)
		kfg_outcomes_actions(j.outcomes.actions, inv->enforces, words);
	else
		snprintf(words, sizeof(words), "%s", j.word);
	width = strlen(words);
	kfg_strbuf_adds(out, "        ");
	kfg_color_add(out, kfg_color_of(j.word), words);
	kfg_strbuf_printf(out, "%*s%s%s%s%s", width < 12 ? 13 - (int)width : 1, "", t->kfunc, t->module ? " [" : "",
			  t->module ? t->module : "", t->module ? "]" : "");
	if (t->calls > 1)
		kfg_strbuf_printf(out, " x%" PRIu32, t->calls);
	if (j.depends)
		kfg_strbuf_printf(out, ": depends on %s, not known", kfg_outcomes_depends(j.outcomes.depends, depends));
	else if (j.action != KFG_ALLOW)
		kfg_strbuf_printf(out, ": %s%s%s", kfg_reason_str(j.reason),
				  j.reason == KFG_REASON_RULE && j.rule ? " " : "",
				  j.reason == KFG_REASON_RULE && j.rule ? j.rule : "");
	if (j.deadline != KFG_DAY_MAX)
		kfg_strbuf_printf(out, ", last good day %s", kfg_day_format(j.deadline, day));
	if (j.deprecation.replacement)
		kfg_strbuf_printf(out, ", use %s", j.deprecation.replacement);
	kfg_strbuf_adds(out, "\n");
}

static void render_table(const struct inventory *inv, struct kfg_strbuf *out)
{
	size_t with = 0, unknown = 0;

	for (size_t i = 0; i < inv->programs.n; i++) {
		const struct kfg_programs_program *p = &inv->programs.items[i];
		char name[4 * sizeof(p->name) + 1];

		with += p->n_targets > 0;
		unknown += p->unknown != NULL;
		if (!p->n_targets && !p->unknown)
			continue;
		kfg_text_clean(p->name, sizeof(p->name), name, sizeof(name));
		kfg_strbuf_printf(out, "%-7" PRIu32 " %-15s (%s, uid %" PRIu32 ")\n", p->id, name,
				  kfg_prog_type_str(p->type), p->uid);
		for (size_t k = 0; k < p->n_targets; k++)
			if (p->targets[k].kfunc)
				table_target(inv, p, &p->targets[k], out);
		if (p->unknown)
			kfg_strbuf_printf(out, "        unknown      %s\n", p->unknown);
	}
	kfg_strbuf_printf(out, "%zu program%s, %zu with kfuncs, %zu unknown", inv->programs.n,
			  kfg_text_s(inv->programs.n), with, unknown);
	if (inv->programs.n_left_out)
		kfg_strbuf_printf(out, "; beside them %zu of the gate itself", inv->programs.n_left_out);
	kfg_strbuf_adds(out, "\n");
}

static void grid_target(const struct inventory *inv, const struct kfg_programs_program *p,
			const struct kfg_programs_target *t, struct kfg_grid *grid)
{
	char day[KFG_DAY_TEXT], number[16];
	struct judged j;

	judge(inv, p, t, &j);
	snprintf(number, sizeof(number), "%" PRIu32, p->id);
	kfg_grid_add(grid, number);
	kfg_grid_add(grid, p->name);
	kfg_grid_add(grid, kfg_prog_type_str(p->type));
	snprintf(number, sizeof(number), "%" PRIu32, p->uid);
	kfg_grid_add(grid, number);
	kfg_grid_add(grid, t->kfunc);
	kfg_grid_add(grid, t->module ? t->module : "vmlinux");
	snprintf(number, sizeof(number), "%" PRIu32, t->calls);
	kfg_grid_add(grid, number);
	kfg_grid_add(grid, j.word);
	kfg_grid_add(grid, j.action == KFG_ALLOW ? "" : kfg_reason_str(j.reason));
	kfg_grid_add(grid, j.rule ? j.rule : "");
	kfg_grid_add(grid, j.deadline == KFG_DAY_MAX ? "" : kfg_day_format(j.deadline, day));
	kfg_grid_add(grid, j.deprecation.replacement ? j.deprecation.replacement : "");
}

static void unknown_program(const struct kfg_programs_program *p, struct kfg_grid *grid)
{
	char number[16];

	snprintf(number, sizeof(number), "%" PRIu32, p->id);
	kfg_grid_add(grid, number);
	kfg_grid_add(grid, p->name);
	kfg_grid_add(grid, kfg_prog_type_str(p->type));
	snprintf(number, sizeof(number), "%" PRIu32, p->uid);
	kfg_grid_add(grid, number);
	for (size_t c = 4; c < 7; c++)
		kfg_grid_add(grid, "");
	kfg_grid_add(grid, "unknown");
	kfg_grid_add(grid, p->unknown);
	for (size_t c = 9; c < 12; c++)
		kfg_grid_add(grid, "");
}

/* A row for each kfunc that a program calls; programs whose calls are not known have one without a kfunc. */
static int render_grid(const struct inventory *inv, enum kfg_format format, struct kfg_strbuf *out)
{
	static const char *const columns[] = { "id",	"program", "type",   "uid",  "kfunc",	      "module",
					       "calls", "verdict", "reason", "rule", "last good day", "use" };
	struct kfg_grid grid = { .title = "Programs of this host", .columns = columns, .n_columns = 12 };
	int r;

	for (size_t i = 0; i < inv->programs.n; i++) {
		const struct kfg_programs_program *p = &inv->programs.items[i];

		for (size_t k = 0; k < p->n_targets; k++)
			if (p->targets[k].kfunc)
				grid_target(inv, p, &p->targets[k], &grid);
		if (p->unknown)
			unknown_program(p, &grid);
	}
	kfg_format_grid(&grid, format, out);
	r = grid.doc.error;
	kfg_grid_done(&grid);
	return r;
}

static void json_target(const struct inventory *inv, const struct kfg_programs_program *p,
			const struct kfg_programs_target *t, struct kfg_json *j)
{
	char day[KFG_DAY_TEXT], place[KFG_PLACE_TEXT];
	struct judged judged;

	judge(inv, p, t, &judged);
	kfg_json_object(j, NULL);
	kfg_json_string(j, "name", t->kfunc);
	kfg_json_string(j, "module", t->module);
	kfg_json_uint(j, "calls", t->calls);
	kfg_json_string(j, "verdict", judged.word);
	kfg_json_string(j, "reason", judged.reason == KFG_REASON_NONE ? NULL : kfg_reason_str(judged.reason));
	kfg_json_string(j, "rule", judged.rule);
	kfg_json_array(j, "depends_on");
	for (uint32_t bit = KFG_WHY_END >> 1; judged.depends && bit; bit >>= 1)
		if (judged.outcomes.depends & bit)
			kfg_json_string(j, NULL, kfg_why_str(bit));
	kfg_json_array_end(j);
	kfg_json_string(j, "deadline", judged.deadline == KFG_DAY_MAX ? NULL : kfg_day_format(judged.deadline, day));
	kfg_json_string(j, "replacement", judged.deprecation.replacement);
	kfg_json_string(j, "known_from",
			judged.deprecation.kfunc ? kfg_deprecation_place(&judged.deprecation, place) : NULL);
	kfg_json_object_end(j);
}

static void render_json(const struct inventory *inv, struct kfg_strbuf *out)
{
	struct kfg_json j = { .out = out, .indent = true };

	kfg_json_object(&j, NULL);
	kfg_json_uint(&j, "version", 1);
	kfg_json_string(&j, "kfgate", KFG_VERSION);
	kfg_json_string(&j, "policy", kfg_policy_name(inv->preview.loaded.policy));
	kfg_json_array(&j, "programs");
	for (size_t i = 0; i < inv->programs.n; i++) {
		const struct kfg_programs_program *p = &inv->programs.items[i];

		kfg_json_object(&j, NULL);
		kfg_json_uint(&j, "id", p->id);
		kfg_json_string(&j, "name", p->name);
		kfg_json_string(&j, "type", kfg_prog_type_str(p->type));
		kfg_json_string(&j, "tag", p->tag);
		kfg_json_uint(&j, "uid", p->uid);
		kfg_json_string(&j, "unknown", p->unknown);
		kfg_json_array(&j, "kfuncs");
		for (size_t k = 0; k < p->n_targets; k++)
			if (p->targets[k].kfunc)
				json_target(inv, p, &p->targets[k], &j);
		kfg_json_array_end(&j);
		kfg_json_object_end(&j);
	}
	kfg_json_array_end(&j);
	kfg_json_uint(&j, "gate_programs", inv->programs.n_left_out);
	kfg_json_object_end(&j);
	kfg_strbuf_adds(out, "\n");
}

/* 3 before 4 before 2, as `scan` has it. */
static int exit_code(const struct inventory *inv)
{
	bool unknown = false, warned = false;

	for (size_t i = 0; i < inv->programs.n; i++) {
		const struct kfg_programs_program *p = &inv->programs.items[i];

		unknown |= p->unknown != NULL;
		for (size_t k = 0; k < p->n_targets; k++) {
			struct judged j;

			if (!p->targets[k].kfunc)
				continue;
			judge(inv, p, &p->targets[k], &j);
			if (j.action == KFG_REFUSE && !j.depends && inv->enforces)
				return KFG_EXIT_REFUSED;
			unknown |= j.depends;
			warned |= j.action >= KFG_WARN;
		}
	}
	return unknown ? KFG_EXIT_UNCHECKED : warned ? KFG_EXIT_WARNINGS : KFG_EXIT_OK;
}

/* The programs of the running gate, by its agent: to ask the kernel for them is an attempt on the gate. */
static size_t own_programs(uint32_t ret_ids[static KFG_CONTROL_PROGRAMS_MAX])
{
	_cleanup_free_ char *text = NULL;
	size_t n = 0;
	int code;

	if (kfg_ask_agent(KFG_DEFAULT_RUNTIME_DIR, KFG_REQUEST_PROGRAMS, &code, &text) < 0 || code != KFG_EXIT_OK)
		return 0; /* none that is guarded, or an agent that died: then the guard hides them, and tells */
	for (char *line = text, *end; n < KFG_CONTROL_PROGRAMS_MAX; line = end + 1) {
		unsigned long id = strtoul(line, &end, 10);

		if (end == line || *end != '\n')
			break;
		ret_ids[n++] = id;
	}
	return n;
}

static int run(const struct kfg_args *args, struct inventory *inv, enum kfg_format format)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(OUTPUT_MAX);
	uint32_t own[KFG_CONTROL_PROGRAMS_MAX];
	int r = kfg_preview_open(args, "programs", &inv->preview);

	if (r < 0)
		return KFG_EXIT_FAILURE;
	if (kfg_policy_asks_signature(inv->preview.loaded.policy) &&
	    kfg_signatures_of_running() == KFG_SIGNATURES_UNTOLD)
		inv->preview.unknown &= ~(uint32_t)KFG_WHY_SIGNATURE;
	inv->enforces = kfg_mode_enforces(kfg_policy_mode(inv->preview.loaded.policy));
	r = kfg_programs_list(own, own_programs(own), &inv->programs);
	if (r < 0) {
		kfg_log_errno(r, "programs: cannot list the programs of this kernel%s: %m",
			      r == -EPERM ? " (it takes CAP_SYS_ADMIN)" : "");
		return KFG_EXIT_FAILURE;
	}
	if (format == KFG_FORMAT_JSON)
		render_json(inv, &out);
	else if (format == KFG_FORMAT_TABLE)
		render_table(inv, &out);
	else if (render_grid(inv, format, &out) < 0)
		return KFG_EXIT_FAILURE;
	if (out.error || fwrite(kfg_strbuf_text(&out), 1, out.size, stdout) != out.size)
		return KFG_EXIT_FAILURE;
	return exit_code(inv);
}

int kfg_cmd_programs(const struct kfg_args *args)
{
	struct inventory inv = { 0 };
	enum kfg_format format;
	int code;

	if (kfg_format_take(args, "programs", &format) < 0)
		return KFG_EXIT_FAILURE;
	code = run(args, &inv, format);
	kfg_programs_done(&inv.programs);
	kfg_preview_done(&inv.preview);
	return code;
}
