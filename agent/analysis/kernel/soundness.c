/* SPDX-License-Identifier: GPL-2.0-or-later */
/* soundness.c - kfuncs whose BTF is damaged, or lacks what programs need. */
#include "analysis/kernel/soundness.h"

#include "analysis/kernel/flags.h"
#include <stdio.h>
#include <string.h>

bool kfg_kfunc_takes_aux(const struct kfg_btf *btf, uint32_t func)
{
	const struct btf_type *t = kfg_btf_type(btf, func), *proto = t ? kfg_btf_type(btf, t->type) : NULL;
	const struct btf_param *params;
	bool pointer = false;
	uint32_t id;

	if (!proto || KFG_BTF_INFO_KIND(proto->info) != BTF_KIND_FUNC_PROTO || !KFG_BTF_INFO_VLEN(proto->info))
		return false;
	params = (const struct btf_param *)(proto + 1);
	id = params[KFG_BTF_INFO_VLEN(proto->info) - 1].type;
	for (unsigned steps = 0; steps < KFG_BTF_STEPS_MAX; steps++) {
		t = kfg_btf_type(btf, id);
		if (!t)
			return false;
		switch (KFG_BTF_INFO_KIND(t->info)) {
		case BTF_KIND_PTR:
			if (pointer)
				return false;
			pointer = true;
			break;
		case BTF_KIND_CONST:
			break;
		case BTF_KIND_STRUCT:
			return pointer && strcmp(kfg_btf_str(btf, t->name_off), "bpf_prog_aux") == 0;
		default:
			return false;
		}
		id = t->type;
	}
	return false;
}

static bool has_impl(const struct kfg_kernel *kernel, const char *name)
{
	const struct kfg_btf *btf;
	const char *module;
	char impl[600];

	snprintf(impl, sizeof(impl), "%.580s_impl", name);
	return kfg_kernel_func_find(kernel, impl, &btf, &module) != 0;
}

enum kfg_defect kfg_kfunc_defect(const struct kfg_kernel *kernel, const struct kfg_kfunc *k)
{
	if (!k->registered)
		return KFG_DEFECT_NONE;
	if ((k->flags & KFG_KF_IMPLICIT_ARGS) && kfg_kfunc_takes_aux(k->btf, k->id) && !has_impl(kernel, k->name))
		return KFG_DEFECT_LEAK;
	return k->tagged ? KFG_DEFECT_NONE : KFG_DEFECT_NO_TAG;
}
