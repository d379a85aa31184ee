/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory_build.h - BTF of a kernel that tells where what it has registered is in its memory, for tests. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the fields are. */
#define KFG_BUILD_MEMORY_TAB 24u /* struct btf: kfunc_set_tab */
#define KFG_BUILD_MEMORY_FILTERS 64u /* struct btf_kfunc_set_tab: sets is 0, this is hook_filters */
#define KFG_BUILD_MEMORY_FILTERS_SIZE 24u /* of struct btf_kfunc_hook_filter */
#define KFG_BUILD_MEMORY_N_FILTERS 16u /* in it: nr_filters */
#define KFG_BUILD_MEMORY_SET 8u /* struct btf_kfunc_id_set */
#define KFG_BUILD_MEMORY_FILTER 16u

/* enum btf_kfunc_hook */
enum kfg_build_memory_hook {
	KFG_BUILD_MEMORY_XDP,
	KFG_BUILD_MEMORY_TC,
	KFG_BUILD_MEMORY_STRUCT_OPS,
	KFG_BUILD_MEMORY_TRACING,
	KFG_BUILD_MEMORY_SYSCALL,
	KFG_BUILD_MEMORY_FMODRET,
	KFG_BUILD_MEMORY_MAX,
};

#define KFG_BUILD_MEMORY_FUNCS 4u

/*
 * To be freed. common: the last hook but MAX is that of all programs (6.2 and later), so that which types share one is
 * read from code. ret_funcs: ids of functions, ascending; *ret_no_func: of something else, lower.
 */
void *kfg_build_memory_btf(bool common, uint32_t *ret_no_func, uint32_t ret_funcs[KFG_BUILD_MEMORY_FUNCS],
			   size_t *ret_size);
