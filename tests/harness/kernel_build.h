/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_build.h - small kernels for tests: an ELF file with BTF, sets of kfuncs, and amd64 code that registers them as
 * GCC writes it. And modules for them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KFG_BUILD_KFUNCS 16u
#define KFG_BUILD_TYPES 4u

struct kfg_build_kfunc {
	const char *name; /* NULL ends the list */
	uint32_t flags;
	const char *params; /* one letter each: i int, l long, p struct task_struct *, a struct bpf_prog_aux *aux */
	bool untagged;
	bool odd; /* the set's entry is not the function, but its prototype */
};

enum kfg_build_use {
	KFG_BUILD_REGISTERED,
	KFG_BUILD_FMODRET, /* registered for fmod_ret programs only */
	KFG_BUILD_UNUSED, /* in .BTF_ids, and nothing points there */
};

struct kfg_build_set {
	struct kfg_build_kfunc kfuncs[KFG_BUILD_KFUNCS];
	int types[KFG_BUILD_TYPES]; /* enum bpf_prog_type, each plus 1; 0 ends the list */
	bool filtered;
	enum kfg_build_use use;
	bool early_type; /* the program type is loaded well before the address of the set */
};

struct kfg_build_plan {
	const char *release;
	const struct kfg_build_set *sets;
	size_t n_sets;
	bool old; /* like 6.1: no common hook, no flag on sets, no filters */
	uint16_t machine; /* EM_* of elf.h; 0: EM_X86_64 */
	const char *const *functions; /* more functions, not kfuncs; NULL ends, may be NULL */
	uint32_t deprecated_flag; /* that the enumerator KF_DEPRECATED has; 0: there is none */
};

/* vmlinux, to be freed. */
void *kfg_build_kernel(const struct kfg_build_plan *plan, size_t *ret_size);
/* Its BTF alone. */
void *kfg_build_kernel_btf(const struct kfg_build_plan *plan, size_t *ret_size);
/* A module for that kernel, whose sets are registered by relocated code. */
void *kfg_build_module(const struct kfg_build_plan *kernel, const struct kfg_build_plan *module, size_t *ret_size);
/* The same kernel as an arm64 Image; machine and early_type do not count. */
void *kfg_build_arm64_image(const struct kfg_build_plan *plan, size_t *ret_size);
