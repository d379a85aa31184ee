/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kfunc_text.c - a kfunc of a kernel in words, and as JSON. */
#include "analysis/report/kfunc_text.h"

#include "config/lifecycle.h"
#include "analysis/btf/print.h"
#include "analysis/kernel/flags.h"
#include "analysis/lifecycle/kfunc_data.h"
#include "policy/verdict.h"

#define PROTO_MAX 4096u

/* Types that the kernel has and a program could be of. */
static bool is_all(const struct kfg_kfunc *k)
{
	/* a common set allows each type, from 1 on without a gap, and there are more than 30 */
	return k->prog_types > (1u << 30) && (k->prog_types & (k->prog_types + 2)) == 0;
}

void kfg_kfunc_text_name(const struct kfg_kfunc *k, struct kfg_strbuf *out)
{
	kfg_strbuf_printf(out, "%s%s%s%s", k->name, k->module ? " [" : "", k->module ? k->module : "",
			  k->module ? "]" : "");
}

void kfg_kfunc_text_flags(uint32_t flags, struct kfg_strbuf *out)
{
	bool first = true;

	if (!flags)
		kfg_strbuf_adds(out, "0");
	for (unsigned bit = 0; bit < KFG_KFUNC_FLAGS; bit++) {
		if (!(flags >> bit & 1))
			continue;
		kfg_strbuf_adds(out, first ? "" : "|");
		if (kfg_kfunc_flag_str(bit))
			kfg_strbuf_adds(out, kfg_kfunc_flag_str(bit));
		else
			kfg_strbuf_printf(out, "1<<%u", bit);
		first = false;
	}
}

void kfg_kfunc_text_types(const struct kfg_kfunc *k, struct kfg_strbuf *out)
{
	bool first = true;

	if (!k->types_known) {
		kfg_strbuf_adds(out, "?");
		return;
	}
	if (is_all(k))
		kfg_strbuf_adds(out, "all");
	for (unsigned type = 0; type < 64 && !is_all(k); type++) {
		if (!(k->prog_types >> type & 1))
			continue;
		kfg_strbuf_printf(out, "%s%s", first ? "" : ", ", kfg_prog_type_str(type));
		first = false;
	}
	if (k->filtered)
		kfg_strbuf_adds(out, " (filtered)");
}

void kfg_kfunc_text_lifecycle(const char *name, const struct kfg_deprecation_info *info, struct kfg_strbuf *out)
{
	const struct kfg_kfunc_history *history = kfg_kfunc_history_find(name);

	if (history && history->introduced[0])
		kfg_strbuf_printf(out, "since %s", history->introduced);
	if (history && history->absent_from[0])
		kfg_strbuf_printf(out, " (not %s to %s)", history->absent_from, history->absent_to);
	if (info && out->size)
		kfg_strbuf_adds(out, "; ");
	if (info)
		kfg_lifecycle_sentence(info, out);
}

void kfg_kfunc_text_json_flags(uint32_t flags, const char *key, struct kfg_json *json)
{
	kfg_json_array(json, key);
	for (unsigned bit = 0; bit < KFG_KFUNC_FLAGS; bit++) {
		char text[16];

		snprintf(text, sizeof(text), "1<<%u", bit);
		if (flags >> bit & 1)
			kfg_json_string(json, NULL, kfg_kfunc_flag_str(bit) ? kfg_kfunc_flag_str(bit) : text);
	}
	kfg_json_array_end(json);
}

static void json_types(const struct kfg_kfunc *k, struct kfg_json *json)
{
	if (!k->types_known) {
		kfg_json_null(json, "program_types");
		return;
	}
	kfg_json_array(json, "program_types");
	for (unsigned type = 0; type < 64; type++)
		if (k->prog_types >> type & 1)
			kfg_json_string(json, NULL, kfg_prog_type_str(type));
	kfg_json_array_end(json);
}

void kfg_kfunc_text_json(const struct kfg_kfunc *k, const struct kfg_deprecation_info *info, struct kfg_json *json)
{
	_cleanup_strbuf_ struct kfg_strbuf proto = KFG_STRBUF(PROTO_MAX);
	const struct kfg_kfunc_history *history = kfg_kfunc_history_find(k->name);

	kfg_btf_print_func(k->btf, k->id, &proto);
	kfg_json_string(json, "name", k->name);
	kfg_json_string(json, "module", k->module);
	kfg_json_string(json, "prototype", kfg_strbuf_text(&proto));
	kfg_json_bool(json, "registered", k->registered);
	if (k->deprecated) {
		kfg_json_object(json, "deprecated_by_kernel");
		kfg_json_string(json, "replacement", *k->replacement ? k->replacement : NULL);
		kfg_json_object_end(json);
	} else {
		kfg_json_null(json, "deprecated_by_kernel");
	}
	kfg_json_bool(json, "tagged", k->tagged);
	if (k->registered)
		kfg_kfunc_text_json_flags(k->flags, "flags", json);
	else
		kfg_json_null(json, "flags");
	json_types(k, json);
	kfg_json_bool(json, "filtered", k->filtered);
	kfg_json_string(json, "introduced_in", history && history->introduced[0] ? history->introduced : NULL);
	kfg_lifecycle_json(info, json);
}

void kfg_kfunc_text_json_kernel(const struct kfg_kernel *kernel, struct kfg_json *json)
{
	struct kfg_kernel_facts facts;

	kfg_kernel_facts(kernel, &facts);
	kfg_json_string(json, "path", facts.path);
	kfg_json_string(json, "release", facts.release[0] ? facts.release : NULL);
	kfg_json_bool(json, "registration_known", facts.sets_known);
	kfg_json_bool(json, "modules_known", facts.modules_known);
	kfg_json_uint(json, "modules", facts.n_modules);
	kfg_json_string(json, "limits", facts.limits[0] ? facts.limits : NULL);
}
