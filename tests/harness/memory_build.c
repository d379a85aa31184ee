/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory_build.h"

#include "btf_build.h"

#include <stdio.h>

static void add_struct(struct kfg_btf_build *b, const char *name, uint32_t size, unsigned n, const char *const *names,
		       const uint32_t *bytes)
{
	kfg_btf_build_type(b, BTF_KIND_STRUCT, name, n, size);
	for (unsigned i = 0; i < n; i++) {
		kfg_btf_build_word(b, kfg_btf_build_string(b, names[i]));
		kfg_btf_build_word(b, 1);
		kfg_btf_build_word(b, 8 * bytes[i]);
	}
}

static void add_hooks(struct kfg_btf_build *b, bool common)
{
	static const char *const hooks[] = { "XDP", "TC", "STRUCT_OPS", "TRACING", "SYSCALL", "FMODRET", "MAX" };
	unsigned n = KFG_BUILD_MEMORY_MAX + 1 + common;

	kfg_btf_build_type(b, BTF_KIND_ENUM, "btf_kfunc_hook", n, 4);
	for (unsigned i = 0; i < n; i++) {
		const char *hook = common && i >= KFG_BUILD_MEMORY_MAX ? (i + 1 == n ? "MAX" : "COMMON") : hooks[i];
		char name[32];

		snprintf(name, sizeof(name), "BTF_KFUNC_HOOK_%s", hook);
		kfg_btf_build_word(b, kfg_btf_build_string(b, name));
		kfg_btf_build_word(b, i);
	}
}

void *kfg_build_memory_btf(bool common, uint32_t *ret_no_func, uint32_t ret_funcs[KFG_BUILD_MEMORY_FUNCS],
			   size_t *ret_size)
{
	static const char *const funcs[KFG_BUILD_MEMORY_FUNCS] = { "bpf_a", "bpf_b", "bpf_c", "bpf_d" };
	struct kfg_btf_build b;
	void *bytes;

	kfg_btf_build_start(&b, NULL);
	*ret_no_func = kfg_btf_build_int(&b, "long", 8, 0);
	add_struct(&b, "btf", 32, 1, (const char *const[]){ "kfunc_set_tab" },
		   (const uint32_t[]){ KFG_BUILD_MEMORY_TAB });
	add_struct(&b, "btf_kfunc_set_tab", 256, 2, (const char *const[]){ "sets", "hook_filters" },
		   (const uint32_t[]){ 0, KFG_BUILD_MEMORY_FILTERS });
	add_struct(&b, "btf_kfunc_hook_filter", KFG_BUILD_MEMORY_FILTERS_SIZE, 2,
		   (const char *const[]){ "filters", "nr_filters" },
		   (const uint32_t[]){ 0, KFG_BUILD_MEMORY_N_FILTERS });
	add_struct(&b, "btf_kfunc_id_set", 24, 3, (const char *const[]){ "owner", "set", "filter" },
		   (const uint32_t[]){ 0, KFG_BUILD_MEMORY_SET, KFG_BUILD_MEMORY_FILTER });
	add_hooks(&b, common);
	kfg_btf_build_type(&b, BTF_KIND_ENUM, "bpf_prog_type", 1, 4);
	kfg_btf_build_word(&b, kfg_btf_build_string(&b, "__MAX_BPF_PROG_TYPE"));
	kfg_btf_build_word(&b, 33);
	for (unsigned i = 0; i < KFG_BUILD_MEMORY_FUNCS; i++)
		ret_funcs[i] = kfg_btf_build_func(&b, funcs[i], 1, 0, NULL, NULL);
	bytes = kfg_btf_build_bytes(&b, ret_size);
	kfg_btf_build_done(&b);
	return bytes;
}
