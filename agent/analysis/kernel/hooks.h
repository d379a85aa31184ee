/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hooks.h - which program types share a kfunc hook. A set of kfuncs is registered for a program type; the kernel maps
 * that to a hook (bpf_prog_type_to_kfunc_hook(), kernel/bpf/btf.c) and so allows all program types of that hook. The
 * map changes between versions, so it is read from the kernel's own code.
 */
#pragma once

#include "analysis/btf/btf.h"
#include "analysis/kernel/image.h"

#define KFG_PROG_TYPES_MAX 64u

struct kfg_hooks {
	uint8_t of_type[KFG_PROG_TYPES_MAX]; /* enum btf_kfunc_hook, as this kernel numbers it */
	unsigned n_types; /* of enum bpf_prog_type; 0: the map is not known */
	int common; /* the hook of all programs; -1: this kernel has none */
	int none; /* not a hook: BTF_KFUNC_HOOK_MAX */
	int fmodret; /* the hook of functions that fmod_ret programs may change, which are no kfuncs; -1: none */
};

/* btf: of the kernel. call: address of register_btf_kfunc_id_set(), 0: not known. */
void kfg_hooks_read(const struct kfg_image *image, const struct kfg_btf *btf, uint64_t call,
		    struct kfg_hooks *ret_hooks);

/* The program types that a registration for one of them allows, bit per type; false: not known. */
bool kfg_hooks_types(const struct kfg_hooks *hooks, unsigned prog_type, uint64_t *ret_types);
/* The program types that a hook is for; false: not known. */
bool kfg_hooks_types_of(const struct kfg_hooks *hooks, unsigned hook, uint64_t *ret_types);
