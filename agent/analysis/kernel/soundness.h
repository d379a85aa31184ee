/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * soundness.h - what is wrong with the BTF of a kfunc, as its kernel was built: programs meet it as errors of their
 * own, or of libbpf's, and it is neither's fault.
 *
 * Prefix: kfg_defect.
 */
#pragma once

#include "analysis/kernel/kernel.h"

enum kfg_defect {
	KFG_DEFECT_NONE,
	KFG_DEFECT_NO_TAG, /* registered, without decl tag: callable, but not in vmlinux.h that is made from BTF */
	KFG_DEFECT_LEAK, /* an implicit argument is in the prototype: libbpf refuses every program that declares it */
};

/*
 * Since 7.0 the verifier fills in the last argument (struct bpf_prog_aux *) of kfuncs with KF_IMPLICIT_ARGS. In sound
 * BTF programs see NAME without it, and NAME_impl beside it has it (tools/bpf/resolve_btfids/main.c, 7.3).
 */
enum kfg_defect kfg_kfunc_defect(const struct kfg_kernel *kernel, const struct kfg_kfunc *kfunc);

/* True if the last parameter of a FUNC is a pointer to struct bpf_prog_aux. */
bool kfg_kfunc_takes_aux(const struct kfg_btf *btf, uint32_t func);
