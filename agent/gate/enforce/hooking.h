/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hooking.h - which function of the kernel a hook is, and how a program comes to be called there (enum kfg_hooking in
 * abi.h). A program's section names the LSM hook, "lsm/bpf_prog": BPF LSM calls it from bpf_lsm_bpf_prog(). Where BPF
 * LSM is not active, it modifies what security_bpf_prog() returns, or, where that returns nothing, is called first.
 */
#pragma once

#include <kfgate/abi.h>
#include <stdbool.h>
#include <stddef.h>

struct bpf_object;
struct bpf_program;

#define KFG_HOOKING_FUNC 80u
/*
 * The function of a hook: security_ and the hook's name, without the "_security" with which the names of some hooks end
 * (include/linux/security.h, 6.1..7.3). Returns buf.
 */
const char *kfg_hooking_func(enum kfg_hooking hooking, const char *hook, char buf[static KFG_HOOKING_FUNC]);

/* How many arguments that function has; 0: this kernel has none of that name, or takes none. */
unsigned kfg_hooking_arguments(enum kfg_hooking hooking, const char *hook);
bool kfg_hooking_is_there(enum kfg_hooking hooking, const char *hook);

/*
 * Before the object is loaded: gives a program of a section "lsm/..." the type that it takes there. Others stay as they
 * are. Negative errno; -ENOENT: this kernel has no such function.
 */
int kfg_hooking_apply(enum kfg_hooking hooking, struct bpf_program *prog);
/* To all programs that are to be loaded. */
int kfg_hooking_apply_all(enum kfg_hooking hooking, struct bpf_object *obj);

/* The hook of a program, "bpf_prog", or NULL: it is none of a section "lsm/...". Valid as long as the program. */
const char *kfg_hooking_hook(const struct bpf_program *prog);
