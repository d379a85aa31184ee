/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_table.c - for people at a terminal: the matrix, then each object that is not ok, then what was not checked. */
#include "analysis/report/report_text.h"

#include "base/color.h"
#include <stdio.h>
#include <string.h>

static const char what_ok_covers[] =
	"ok: libbpf opens it, and the kernel has the kfuncs it calls, and what their programs ask for;\n"
	"whether the verifier accepts it, and whether it can be attached, is not asked: kfgate-scan(8)\n";

#define SITES_SHOWN 8u
#define COLUMN 10

static void kernels(const struct kfg_report *report, struct kfg_strbuf *out)
{
	char release[KFG_REPORT_CLEAN_MAX], path[KFG_REPORT_CLEAN_MAX], limits[KFG_REPORT_CLEAN_MAX];

	for (size_t k = 0; k < report->n_kernels; k++) {
		const struct kfg_report_kernel *kernel = &report->kernels[k];

		kfg_strbuf_printf(out, "kernel %zu: %s%s%s%s\n", k + 1, kfg_report_clean(kernel->release, release),
				  kernel->release[0] ? " (" : "", kfg_report_clean(kernel->path, path),
				  kernel->release[0] ? ")" : "");
		if (kernel->limits[0])
			kfg_strbuf_printf(out, "          %s\n", kfg_report_clean(kernel->limits, limits));
	}
}

static void matrix(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out)
{
	char label[KFG_REPORT_CLEAN_MAX];
	bool headed = false;

	for (size_t i = 0; i < report->n_objects; i++) {
		const struct kfg_report_object *o = &report->objects[i];

		if (o->state < KFG_REPORT_WARNED && (quiet || !o->n_uses))
			continue; /* those that ask for nothing are counted only */
		if (!headed) {
			kfg_strbuf_adds(out, "\n");
			for (size_t k = 0; k < report->n_kernels; k++)
				kfg_strbuf_printf(out, "%-*zu", COLUMN, k + 1);
			kfg_strbuf_adds(out, "object\n");
			headed = true;
		}
		for (size_t k = 0; k < report->n_kernels; k++) {
			const char *state = kfg_report_state_str(o->kernels[k].state);

			kfg_color_add(out, kfg_color_of(state), state);
			kfg_strbuf_printf(out, "%*s", COLUMN - (int)strlen(state), "");
		}
		kfg_strbuf_printf(out, "%s\n", kfg_report_clean(o->label, label));
	}
}

static void sites(const struct kfg_report_use *use, struct kfg_strbuf *out)
{
	char text[KFG_REPORT_CLEAN_MAX], before[KFG_REPORT_CLEAN_MAX] = "";
	size_t shown = 0;

	for (size_t i = 0; i < use->n_sites && shown < SITES_SHOWN; i++) {
		kfg_report_call_site_text(&use->sites[i], text);
		if (strcmp(text, before) == 0)
			continue;
		kfg_strbuf_printf(out, "      called at %s\n", text);
		memcpy(before, text, sizeof(before));
		shown++;
		if (shown == SITES_SHOWN && i + 1 < use->n_sites)
			kfg_strbuf_printf(out, "      and %zu more\n", use->n_sites - i - 1);
	}
	if (!use->n_sites && !use->struct_ops)
		kfg_strbuf_adds(out, "      never called\n");
}

static void use_details(const struct kfg_report *report, const struct kfg_report_use *use, struct kfg_strbuf *out)
{
	char name[KFG_REPORT_CLEAN_MAX], kind[KFG_REPORT_CLEAN_MAX], advice[KFG_REPORT_CLEAN_MAX];
	struct kfg_report_group group;
	size_t next = 0;

	kfg_strbuf_printf(out, "   %s: %s\n", kfg_report_use_name(report, use, name), kfg_report_use_kind(use, kind));
	sites(use, out);
	while (kfg_report_group(report, kfg_report_cell_of, use, &next, &group))
		kfg_strbuf_printf(out, "      kernel %s: %s\n", group.kernels, group.text);
	if (kfg_report_advice(use, advice)[0])
		kfg_strbuf_printf(out, "      %s\n", advice);
}

/* The uses that do no harm: the object may fail for another reason, which is said before. */
static void fine_uses(const struct kfg_report *report, const struct kfg_report_object *o, struct kfg_strbuf *out)
{
	char name[KFG_REPORT_CLEAN_MAX];
	size_t column = 0;

	for (size_t i = 0; i < o->n_uses; i++) {
		size_t len;

		if (o->uses[i].state != KFG_REPORT_OK)
			continue;
		len = strlen(kfg_report_use_name(report, &o->uses[i], name));
		if (column && column + len > 78) {
			kfg_strbuf_adds(out, ",\n        ");
			column = 8;
		} else {
			kfg_strbuf_adds(out, column ? ", " : "   available: ");
		}
		kfg_strbuf_adds(out, name);
		column += len + 2;
	}
	if (column)
		kfg_strbuf_adds(out, "\n");
}

static void object_details(const struct kfg_report *report, const struct kfg_report_object *o, bool quiet,
			   struct kfg_strbuf *out)
{
	char label[KFG_REPORT_CLEAN_MAX];
	struct kfg_report_group group;
	size_t next = 0;

	if (o->state < KFG_REPORT_WARNED && (quiet || !o->n_uses))
		return;
	kfg_strbuf_adds(out, "\n");
	kfg_color_add(out, KFG_COLOR_TITLE, kfg_report_clean(o->label, label));
	kfg_strbuf_adds(out, o->light_skeleton ? " (light skeleton)\n" : "\n");
	while (kfg_report_group(report, kfg_report_compat_of, o, &next, &group))
		kfg_strbuf_printf(out, "   kernel %s: %s\n", group.kernels, group.text);
	for (size_t i = 0; i < o->n_uses; i++)
		if (o->uses[i].state >= KFG_REPORT_WARNED)
			use_details(report, &o->uses[i], out);
	if (!quiet)
		fine_uses(report, o, out);
}

/* The columns are numbers: what they stand for is said wherever there are any. */
static bool has_findings(const struct kfg_report *report)
{
	for (size_t i = 0; i < report->n_objects; i++)
		if (report->objects[i].state >= KFG_REPORT_WARNED)
			return true;
	return false;
}

void kfg_report_table(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out)
{
	char label[KFG_REPORT_CLEAN_MAX], why[KFG_REPORT_CLEAN_MAX];

	if (!quiet) {
		kfg_report_policy_line(report, out);
		kfg_strbuf_adds(out, "\n");
	}
	if (!quiet || has_findings(report))
		kernels(report, out);
	matrix(report, quiet, out);
	for (size_t i = 0; i < report->n_objects; i++)
		object_details(report, &report->objects[i], quiet, out);
	if (report->n_problems)
		kfg_strbuf_printf(out, "\n%scould not be checked:%s\n", kfg_color_begin(KFG_COLOR_WARN),
				  kfg_color_end(KFG_COLOR_WARN));
	for (size_t i = 0; i < report->n_problems; i++)
		kfg_strbuf_printf(out, "   %s: %s\n", kfg_report_clean(report->problems[i].label, label),
				  kfg_report_clean(report->problems[i].why, why));
	if (quiet)
		return;
	kfg_strbuf_adds(out, "\n");
	kfg_report_summary_line(report, out);
	kfg_strbuf_adds(out, "\n");
	if (kfg_report_count(report, KFG_REPORT_OK))
		kfg_strbuf_adds(out, what_ok_covers);
}
