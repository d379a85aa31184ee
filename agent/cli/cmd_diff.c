/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_diff.c - two kernels: what became of the kfuncs of one in the other. */
#include "base/color.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/text.h"
#include "analysis/btf/print.h"
#include "cli/commands.h"
#include "cli/kernels.h"
#include "cli/lifecycle_option.h"
#include "cli/output.h"
#include "analysis/compare/compare.h"
#include "analysis/report/kfunc_text.h"

#include <errno.h>

#define TEXT_MAX 4096u

struct difference {
	struct kfg_kernels kernels; /* two */
	struct kfg_loaded lifecycle;
	struct kfg_changes changes;
	enum kfg_format format;
};

/* What a kind of change is about, of one side. */
static void describe(const struct kfg_change *c, const struct kfg_kfunc *k, struct kfg_strbuf *out)
{
	if (!k)
		return;
	switch (c->kind) {
	case KFG_CHANGE_FLAGS:
		kfg_kfunc_text_flags(k->flags, out);
		break;
	case KFG_CHANGE_TYPES:
		kfg_kfunc_text_types(k, out);
		break;
	case KFG_CHANGE_MOVED:
		kfg_strbuf_adds(out, k->module ? k->module : "vmlinux");
		break;
	default:
		kfg_btf_print_func(k->btf, k->id, out);
	}
}

static const char *effect(const struct kfg_change *c)
{
	if (c->defect)
		return c->breaks ? "breaks (BTF defect)" : "BTF defect";
	if (c->perfmon)
		return "needs CAP_PERFMON";
	return c->breaks ? "breaks" : "";
}

static void add_row(const struct kfg_change *c, struct kfg_grid *grid)
{
	const struct kfg_kfunc *k = c->before ? c->before : c->after;
	struct kfg_strbuf text = KFG_STRBUF(TEXT_MAX);

	kfg_grid_add(grid, kfg_change_str(c->kind));
	kfg_kfunc_text_name(k, &text);
	kfg_grid_add(grid, kfg_strbuf_text(&text));
	kfg_strbuf_done(&text);
	kfg_grid_add(grid, effect(c));
	describe(c, c->before, &text);
	kfg_grid_add(grid, kfg_strbuf_text(&text));
	kfg_strbuf_done(&text);
	describe(c, c->after, &text);
	kfg_grid_add(grid, kfg_strbuf_text(&text));
	kfg_strbuf_done(&text);
}

/* For people, two lines for each change are easier to compare than two columns. */
static void write_text(const struct difference *d, struct kfg_strbuf *out)
{
	for (size_t i = 0; i < d->changes.n; i++) {
		const struct kfg_change *c = &d->changes.items[i];
		const struct kfg_kfunc *sides[] = { c->before, c->after };
		struct kfg_strbuf name = KFG_STRBUF(TEXT_MAX);

		kfg_kfunc_text_name(c->before ? c->before : c->after, &name);
		kfg_strbuf_printf(out, "%s: ", kfg_change_str(c->kind));
		kfg_output_clean(kfg_strbuf_text(&name), out);
		kfg_strbuf_adds(out, effect(c)[0] ? ": " : "");
		kfg_color_add(out, c->breaks ? KFG_COLOR_BAD : KFG_COLOR_WARN, effect(c));
		kfg_strbuf_adds(out, "\n");
		kfg_strbuf_done(&name);
		for (int s = 0; s < 2; s++) {
			struct kfg_strbuf text = KFG_STRBUF(TEXT_MAX);

			describe(c, sides[s], &text);
			if (sides[s]) {
				kfg_strbuf_printf(out, "  %c ", "-+"[s]);
				kfg_output_clean(kfg_strbuf_text(&text), out);
				kfg_strbuf_adds(out, "\n");
			}
			kfg_strbuf_done(&text);
		}
	}
}

static void write_limits(const struct difference *d, struct kfg_strbuf *out)
{
	for (size_t i = 0; i < 2; i++) {
		struct kfg_kernel_facts facts;

		kfg_kernel_facts(d->kernels.items[i], &facts);
		if (!facts.limits[0])
			continue;
		kfg_strbuf_adds(out, "\n");
		kfg_output_clean(kfg_kernels_name(d->kernels.items[i]), out);
		kfg_strbuf_printf(out, ": %s\n", facts.limits);
	}
	if (d->changes.n_unchecked)
		kfg_strbuf_printf(out, "\n%zu kfunc%s of modules %s not compared\n", d->changes.n_unchecked,
				  kfg_text_s(d->changes.n_unchecked), d->changes.n_unchecked == 1 ? "was" : "were");
}

static int write_grid(const struct difference *d, struct kfg_strbuf *out)
{
	static const char *const columns[] = { "change", "kfunc", "effect", "before", "after" };
	_cleanup_strbuf_ struct kfg_strbuf limits = KFG_STRBUF(KFG_OUTPUT_MAX);
	struct kfg_grid grid = { .title = "Differences between kernels", .columns = columns, .n_columns = 5 };
	int r;

	for (size_t i = 0; i < d->changes.n; i++)
		add_row(&d->changes.items[i], &grid);
	if (d->format == KFG_FORMAT_HTML) {
		write_limits(d, &limits);
		kfg_grid_note(&grid, kfg_strbuf_text(&limits));
	}
	kfg_format_grid(&grid, d->format, out);
	r = grid.doc.error;
	kfg_grid_done(&grid);
	return r;
}

static void json_side(const char *key, const struct kfg_kfunc *k, struct kfg_json *json)
{
	if (!k) {
		kfg_json_null(json, key);
		return;
	}
	kfg_json_object(json, key);
	kfg_kfunc_text_json(k, NULL, json);
	kfg_json_object_end(json);
}

static void write_json(const struct difference *d, struct kfg_strbuf *out)
{
	struct kfg_json json = { .out = out, .indent = true };

	kfg_json_object(&json, NULL);
	kfg_json_int(&json, "version", 1);
	for (size_t i = 0; i < 2; i++) {
		kfg_json_object(&json, i ? "after" : "before");
		kfg_kfunc_text_json_kernel(d->kernels.items[i], &json);
		kfg_json_object_end(&json);
	}
	kfg_json_uint(&json, "not_compared", d->changes.n_unchecked);
	kfg_json_array(&json, "changes");
	for (size_t i = 0; i < d->changes.n; i++) {
		const struct kfg_change *c = &d->changes.items[i];

		kfg_json_object(&json, NULL);
		kfg_json_string(&json, "change", kfg_change_str(c->kind));
		kfg_json_string(&json, "kfunc", c->before ? c->before->name : c->after->name);
		kfg_json_bool(&json, "breaks", c->breaks);
		kfg_json_bool(&json, "btf_defect", c->defect);
		kfg_json_string(&json, "needs_capability", c->perfmon ? "CAP_PERFMON" : NULL);
		json_side("before", c->before, &json);
		json_side("after", c->after, &json);
		kfg_json_object_end(&json);
	}
	kfg_json_array_end(&json);
	kfg_json_object_end(&json);
	kfg_strbuf_adds(out, "\n");
}

static int exit_code(const struct difference *d)
{
	bool unchecked = d->changes.n_unchecked != 0;

	for (size_t i = 0; i < d->changes.n; i++)
		if (d->changes.items[i].breaks)
			return KFG_EXIT_REFUSED;
	for (size_t i = 0; i < 2; i++) {
		struct kfg_kernel_facts facts;

		kfg_kernel_facts(d->kernels.items[i], &facts);
		unchecked |= !facts.sets_known || facts.n_bad_modules;
	}
	return unchecked ? KFG_EXIT_UNCHECKED : d->changes.n ? KFG_EXIT_WARNINGS : KFG_EXIT_OK;
}

static int show(const struct difference *d)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(KFG_OUTPUT_MAX);
	int r = 0;

	if (d->format == KFG_FORMAT_JSON)
		write_json(d, &out);
	else if (d->format == KFG_FORMAT_TABLE)
		write_text(d, &out);
	else
		r = write_grid(d, &out);
	if (d->format == KFG_FORMAT_TABLE || d->format == KFG_FORMAT_MARKDOWN)
		write_limits(d, &out);
	if (r < 0)
		return kfg_log_errno(r, "diff: %m");
	return kfg_output_print(&out, "diff");
}

int kfg_cmd_diff(const struct kfg_args *args)
{
	const char *words[] = { args->words[0], args->words[1] };
	struct difference d = { .format = KFG_FORMAT_TABLE };
	int r = kfg_format_take(args, "diff", &d.format), code = KFG_EXIT_FAILURE;

	if (r == 0)
		r = kfg_lifecycle_option_take(args, "diff", &d.lifecycle);
	if (r == 0)
		r = kfg_kernels_open_paths(args, words, 2, "diff", &d.kernels);
	if (r == 0)
		r = kfg_compare_kernels(d.kernels.items[0], d.kernels.items[1], d.lifecycle.policy, &d.changes);
	if (r == 0 && show(&d) == 0)
		code = exit_code(&d);
	kfg_changes_done(&d.changes);
	if (kfg_kernels_done(&d.kernels, "diff") < 0)
		code = KFG_EXIT_FAILURE;
	kfg_loaded_done(&d.lifecycle);
	return code;
}
