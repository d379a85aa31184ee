/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_variants.h - for guard.c: what its programs are told of this kernel, and which variants of them it takes. */
#pragma once

#include "gate/enforce/hooking.h"

struct guard;

/*
 * Before the skeleton is loaded, and behind kfg_guard_hooks_choose(), whose choice it narrows: writes the constants of
 * its programs, and leaves out the variants that are for other kernels. The BTF of vmlinux is open (gate_btf.h).
 */
void kfg_guard_variants_choose(struct guard *skel, enum kfg_hooking hooking);
