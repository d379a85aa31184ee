/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice_common.c - what several kinds of findings make sentences with: tables by name, the row of the lifecycle. */
#include "analysis/explain/advice_internal.h"

#include "base/text.h"
#include <string.h>

const char *kfg_advice_named_find(const struct kfg_advice_named *rows, size_t n, const char *kfunc)
{
	for (size_t i = 0; i < n; i++)
		if (kfg_text_begins(kfunc, rows[i].begins))
			return rows[i].says;
	return NULL;
}

bool kfg_advice_replacement(const struct kfg_advice *a, struct kfg_strbuf *out)
{
	const struct kfg_deprecation_info *row = &a->lifecycle;

	if (!row->kfunc || !row->replacement)
		return false;
	kfg_strbuf_printf(out, "Use %s", row->replacement);
	if (row->replacement_in)
		kfg_strbuf_printf(out, ", there since Linux %s", row->replacement_in);
	kfg_strbuf_adds(out, ".");
	return true;
}

bool kfg_advice_is_removed(const struct kfg_advice_known *k, const struct kfg_advice *a)
{
	return a->lifecycle.removed_in && k->release && k->release >= kfg_kfunc_release_parse(a->lifecycle.removed_in);
}

/* Functions of the kernel that people declare as kfuncs, and the kfunc that does much the same. */
static const struct kfg_advice_named counterparts[] = {
	{ "find_get_task_by_vpid", "bpf_task_from_vpid" },
	{ "find_task_by_vpid", "bpf_task_from_vpid" },
	{ "find_task_by_pid_ns", "bpf_task_from_pid" },
	{ "get_task_struct", "bpf_task_acquire" },
	{ "put_task_struct", "bpf_task_release" },
	{ "cgroup_get_from_id", "bpf_cgroup_from_id" },
	{ "css_task_iter_", "bpf_iter_css_task_new" },
	{ "kmalloc", "bpf_obj_new" },
	{ "kzalloc", "bpf_obj_new" },
};

bool kfg_advice_is_strange(const struct kfg_advice_known *k, const struct kfg_advice *a)
{
	return k->name[0] && !k->history && !a->lifecycle.kfunc;
}

void kfg_advice_say_strange(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const char *counterpart =
		kfg_advice_named_find(counterparts, sizeof(counterparts) / sizeof(counterparts[0]), k->name);

	kfg_strbuf_adds(&a->what,
			" Either it is no kfunc at all: only functions that are registered as kfuncs "
			"(register_btf_kfunc_id_set()) can be called, whatever the type of program. Or it is "
			"a kfunc of a module from elsewhere, or of a kernel newer than " KFG_HISTORY_NEWEST ".");
	if (counterpart)
		kfg_strbuf_printf(&a->todo, "The kfunc for that is %s(). ", counterpart);
}
