/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_kfuncs.c - the kfuncs of kernels: who has them, for which programs, and for how long. */
#include "base/exit_code.h"
#include "base/log.h"
#include "analysis/btf/print.h"
#include "cli/commands.h"
#include "cli/kernels.h"
#include "cli/lifecycle_option.h"
#include "cli/output.h"
#include "analysis/report/kfunc_text.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include "policy/edit_distance.h"
#include <string.h>

#define TEXT_MAX 4096u

struct listing {
	struct kfg_kernels kernels;
	struct kfg_loaded lifecycle;
	const char *pattern; /* NULL: all */
	enum kfg_format format;
};

static bool is_wanted(const struct listing *l, const struct kfg_kfunc *k)
{
	return !l->pattern || fnmatch(l->pattern, k->name, 0) == 0;
}

static bool find_lifecycle(const struct listing *l, const struct kfg_kfunc *k, struct kfg_deprecation_info *ret)
{
	return kfg_lifecycle_find(l->lifecycle.policy, k->name, k->module, ret);
}

static void add_row(const struct listing *l, const struct kfg_kernel *kernel, const struct kfg_kfunc *k,
		    struct kfg_grid *grid)
{
	struct kfg_strbuf text = KFG_STRBUF(TEXT_MAX);
	struct kfg_deprecation_info info;
	bool found = find_lifecycle(l, k, &info);

	if (l->kernels.n > 1)
		kfg_grid_add(grid, kfg_kernels_name(kernel));
	kfg_grid_add(grid, k->name);
	kfg_grid_add(grid, k->module ? k->module : "vmlinux");
	if (k->registered)
		kfg_kfunc_text_flags(k->flags, &text);
	kfg_grid_add(grid, k->registered ? kfg_strbuf_text(&text) : "?");
	kfg_strbuf_done(&text);
	kfg_kfunc_text_types(k, &text);
	kfg_grid_add(grid, kfg_strbuf_text(&text));
	kfg_strbuf_done(&text);
	kfg_kfunc_text_lifecycle(k->name, found ? &info : NULL, &text);
	if (!found && k->deprecated)
		kfg_strbuf_printf(&text, "%sdeprecated by the kernel itself%s%s", text.size ? "; " : "",
				  *k->replacement ? "; use " : "", k->replacement);
	kfg_grid_add(grid, kfg_strbuf_text(&text));
	kfg_strbuf_done(&text);
	kfg_btf_print_func(k->btf, k->id, &text);
	kfg_grid_add(grid, kfg_strbuf_text(&text));
	kfg_strbuf_done(&text);
}

/* Limits are for people; CSV is for programs, which find them in JSON. */
static void add_limits(const struct listing *l, struct kfg_strbuf *out)
{
	for (size_t i = 0; i < l->kernels.n; i++) {
		struct kfg_kernel_facts facts;

		kfg_kernel_facts(l->kernels.items[i], &facts);
		if (!facts.limits[0] || l->format == KFG_FORMAT_CSV)
			continue;
		kfg_strbuf_adds(out, "\n");
		kfg_output_clean(kfg_kernels_name(l->kernels.items[i]), out);
		kfg_strbuf_printf(out, ": %s\n", facts.limits);
	}
}

static int write_grid(const struct listing *l, struct kfg_strbuf *out)
{
	static const char *const columns[] = { "kernel",	"kfunc",     "module",	 "flags",
					       "program types", "lifecycle", "prototype" };
	_cleanup_strbuf_ struct kfg_strbuf limits = KFG_STRBUF(KFG_OUTPUT_MAX);
	size_t skip = l->kernels.n == 1;
	struct kfg_grid grid = { .title = "Kfuncs", .columns = columns + skip, .n_columns = 7 - skip };
	int r;

	for (size_t i = 0; i < l->kernels.n; i++) {
		size_t n;
		const struct kfg_kfunc *kfuncs = kfg_kernel_kfunc_list(l->kernels.items[i], &n);

		for (size_t k = 0; k < n; k++)
			if (is_wanted(l, &kfuncs[k]))
				add_row(l, l->kernels.items[i], &kfuncs[k], &grid);
	}
	add_limits(l, &limits);
	if (l->format == KFG_FORMAT_HTML)
		kfg_grid_note(&grid, kfg_strbuf_text(&limits));
	kfg_format_grid(&grid, l->format, out);
	if (l->format != KFG_FORMAT_HTML)
		kfg_strbuf_adds(out, kfg_strbuf_text(&limits));
	r = grid.doc.error;
	kfg_grid_done(&grid);
	return r;
}

static void write_json(const struct listing *l, struct kfg_strbuf *out)
{
	struct kfg_json json = { .out = out, .indent = true };

	kfg_json_object(&json, NULL);
	kfg_json_int(&json, "version", 1);
	kfg_json_array(&json, "kernels");
	for (size_t i = 0; i < l->kernels.n; i++) {
		size_t n;
		const struct kfg_kfunc *kfuncs = kfg_kernel_kfunc_list(l->kernels.items[i], &n);

		kfg_json_object(&json, NULL);
		kfg_kfunc_text_json_kernel(l->kernels.items[i], &json);
		kfg_json_array(&json, "kfuncs");
		for (size_t k = 0; k < n; k++) {
			struct kfg_deprecation_info info;
			bool found = find_lifecycle(l, &kfuncs[k], &info);

			if (!is_wanted(l, &kfuncs[k]))
				continue;
			kfg_json_object(&json, NULL);
			kfg_kfunc_text_json(&kfuncs[k], found ? &info : NULL, &json);
			kfg_json_object_end(&json);
		}
		kfg_json_array_end(&json);
		kfg_json_object_end(&json);
	}
	kfg_json_array_end(&json);
	kfg_json_object_end(&json);
	kfg_strbuf_adds(out, "\n");
}

/* A pattern that nothing matches is most likely not what was meant. */
static void tell_unmatched(const struct listing *l)
{
	const char *meant = NULL;
	unsigned least = 4;

	for (size_t i = 0; i < l->kernels.n; i++) {
		size_t n;
		const struct kfg_kfunc *kfuncs = kfg_kernel_kfunc_list(l->kernels.items[i], &n);

		for (size_t k = 0; k < n; k++) {
			unsigned edits;

			if (is_wanted(l, &kfuncs[k]))
				return;
			edits = strpbrk(l->pattern, "*?[") ? UINT_MAX :
							     kfg_edit_distance(l->pattern, kfuncs[k].name, true);
			if (edits < least) {
				least = edits;
				meant = kfuncs[k].name;
			}
		}
	}
	if (l->pattern)
		kfg_log_warning("kfuncs: no kfunc matches %s%s%s%s", l->pattern, meant ? ": did you mean " : "",
				meant ? meant : "", meant ? "?" : "");
}

static int list(const struct listing *l)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(KFG_OUTPUT_MAX);
	int r = 0;

	if (l->format == KFG_FORMAT_JSON)
		write_json(l, &out);
	else
		r = write_grid(l, &out);
	if (r < 0)
		return kfg_log_errno(r, "kfuncs: %m");
	tell_unmatched(l);
	return kfg_output_print(&out, "kfuncs");
}

int kfg_cmd_kfuncs(const struct kfg_args *args)
{
	struct listing l = { .pattern = args->n_words ? args->words[0] : NULL };
	int r = kfg_format_take(args, "kfuncs", &l.format);

	if (r == 0)
		r = kfg_lifecycle_option_take(args, "kfuncs", &l.lifecycle);
	if (r == 0)
		r = kfg_kernels_open(args, "kfuncs", &l.kernels);
	if (r == 0)
		r = list(&l);
	if (kfg_kernels_done(&l.kernels, "kfuncs") < 0)
		r = -EBADMSG;
	kfg_loaded_done(&l.lifecycle);
	return r < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
}
