/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * programs.h - the BPF programs that the running kernel has loaded now, and the kfuncs each calls. The kernel shows a
 * call as an address relative to __bpf_call_base (kernel/bpf/verifier.c, fixup_kfunc_call(), and
 * kernel/bpf/syscall.c, bpf_insn_prepare_dump(), 6.1 to 7.3, amd64); /proc/kallsyms has the names. What it hides
 * (kernel.kptr_restrict, a missing CAP_SYSLOG) is unknown, and said to be. Calls that the verifier replaced by
 * instructions are gone.
 *
 * Prefix: kfg_symbols.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kfg_programs_target {
	const char *kfunc; /* NULL: its address has no name */
	const char *module; /* NULL: the kernel itself */
	int32_t imm; /* the address, relative to __bpf_call_base */
	uint32_t calls;
};

struct kfg_programs_program {
	uint32_t id, type, uid;
	char name[64]; /* untrusted; of it, rules see what the kernel keeps (KFG_PROG_LEN) */
	char tag[17]; /* hex */
	struct kfg_programs_target *targets; /* owned; each once */
	size_t n_targets;
	const char *unknown; /* why its calls are not, or not all, known; NULL: they are */
};

struct kfg_programs {
	struct kfg_programs_program *items; /* owned */
	size_t n, allocated;
	size_t n_left_out;
	struct kfg_symbols *symbols; /* owned; all names */
};

/* By what addresses get their names: lines as in /proc/kallsyms. Names belong to it. */
struct kfg_symbols;
int kfg_symbols_read(const char *path, const int32_t *imms, size_t n, struct kfg_symbols **ret_symbols);
void kfg_symbols_free(struct kfg_symbols *symbols); /* accepts NULL */
/* False: no such symbol. *ret_module NULL: the kernel itself. */
bool kfg_symbols_find(const struct kfg_symbols *symbols, int32_t imm, const char **ret_name, const char **ret_module);
/* Whether addresses are shown at all. */
bool kfg_symbols_shown(const struct kfg_symbols *symbols);

/*
 * All but the programs with these ids, which are counted. -EPERM: needs CAP_BPF, or CAP_SYS_ADMIN; other negative
 * errno. Free with kfg_programs_done().
 */
int kfg_programs_list(const uint32_t *leave_out, size_t n_leave_out, struct kfg_programs *ret_programs);
void kfg_programs_done(struct kfg_programs *programs); /* accepts a zeroed struct */
