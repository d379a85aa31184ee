/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlog.h - reads the log of a BPF load (of libbpf, cilium/ebpf, aya, bpftrace, the verifier, the kernel, whatever
 * stands between) and collects what in it concerns kfuncs. The text is hostile: any bytes, lines of any length, any
 * order. Memory is fixed, work linear in the input.
 */
#pragma once

#include "analysis/explain/messages.h"
#include <stdbool.h>
#include <stddef.h>

#define KFG_VLOG_TEXT_MAX 256u
#define KFG_VLOG_NAME_MAX 64u
#define KFG_VLOG_MODULES_MAX 32u
#define KFG_VLOG_FINDINGS_MAX 128u /* kept; more are only counted */

/* What the log shows a register to hold. */
enum kfg_vlog_passed {
	KFG_VLOG_PASSED_OTHER, /* or it does not say */
	KFG_VLOG_PASSED_NUMBER,
	KFG_VLOG_PASSED_NULL,
	KFG_VLOG_PASSED_MAYBE_NULL,
	KFG_VLOG_PASSED_STACK, /* the address of something on the stack */
	KFG_VLOG_PASSED_CONTEXT,
	KFG_VLOG_PASSED_PLAIN, /* a pointer to a struct, of which the verifier says nothing more */
	KFG_VLOG_PASSED_UNTRUSTED,
	KFG_VLOG_PASSED_RCU,
	KFG_VLOG_PASSED_RCU_LEFT, /* RCU protected it, until the program left that */
};

/* Where the log shows what a register holds to come from. */
enum kfg_vlog_origin {
	KFG_VLOG_FROM_UNKNOWN,
	KFG_VLOG_FROM_CALL, /* the result of one */
	KFG_VLOG_FROM_STRUCT, /* read from a struct of the kernel, or of an object */
	KFG_VLOG_FROM_MAP, /* read from a map's value */
	KFG_VLOG_FROM_CONTEXT, /* read from the program's context */
};

/* What another line says of why. */
enum kfg_vlog_beside {
	KFG_VLOG_BESIDE_NOTHING,
	KFG_VLOG_BESIDE_CALLS, /* the JIT did not compile functions of the program that call each other */
	KFG_VLOG_BESIDE_NOT_LOADED, /* a module is not loaded */
	KFG_VLOG_BESIDE_KERNEL, /* it was said while the kernel started: no module is concerned */
	KFG_VLOG_BESIDE_NO_VMLINUX, /* the module was built without the kernel's vmlinux at hand */
	KFG_VLOG_BESIDE_BAD_BTF, /* the kernel says what it does not like about a module's BTF */
	KFG_VLOG_BESIDE_OLD_SET, /* the macros of sets that do not say that they are of kfuncs are named */
	KFG_VLOG_BESIDE_EXCHANGED, /* bpf_kptr_xchg() gave a struct `from_name`, which `kfunc` releases */
	KFG_VLOG_BESIDE_LTO, /* the optimizer of the linker is named, which may change prototypes of the kernel */
	KFG_VLOG_BESIDE_TOLD, /* who tells of the message names the kfunc beside it */
	KFG_VLOG_BESIDE_CLONE, /* the compiler made a second function out of it, for some of its callers */
	KFG_VLOG_BESIDE_SPACE, /* of two declarations, one has the address space of arenas, and the other has not */
	KFG_VLOG_BESIDE_CONST, /* likewise, const */
	KFG_VLOG_BESIDE_WENT_ON, /* the loader says that it goes on in another way */
	KFG_VLOG_BESIDE_BUILD, /* a module is being built: `module` */
};

/* A problem of a kfunc. Strings are bytes as they came, NUL terminated, cut where too long. "": not said.
 */
struct kfg_vlog_finding {
	enum kfg_vlog_kind kind;
	char kfunc[KFG_VLOG_NAME_MAX]; /* as the kernel names it: without the program's ___suffix */
	char symbol[KFG_VLOG_NAME_MAX]; /* as the log names it */
	char module[KFG_VLOG_NAME_MAX]; /* whose BTF or kfuncs cannot be used */
	char prog[KFG_VLOG_NAME_MAX];
	char arg[KFG_VLOG_NAME_MAX]; /* "R1" */
	char place[KFG_VLOG_TEXT_MAX]; /* of the source: "FILE:LINE", or its text */
	char message[KFG_VLOG_TEXT_MAX]; /* the line */
	const char *type; /* of the program, as kfg_prog_type_str() has it, where the log says so; NULL: not known */
	long long insn; /* -1: not known */
	long long number; /* in the message; -1: none */
	enum kfg_vlog_passed passed; /* what arg holds, by the state in the log */
	long long passed_offset; /* bytes into the struct that arg points to; 0: none, or not said */
	enum kfg_vlog_origin from; /* what arg holds */
	char from_name[KFG_VLOG_NAME_MAX]; /* the function called, the struct, the map; "": not said */
	long long from_offset; /* bytes into the struct or value that it was read from */
	long long from_insn; /* GIVEN: the call that gave it; -1: not known */
	char ended_by[KFG_VLOG_NAME_MAX]; /* GIVEN: the call that made it invalid; "": not by one */
	long long ended_insn; /* GIVEN: where that was; -1: it is valid */
	bool of_program; /* arg holds an argument of the program that the kernel does not vouch for */
	unsigned frame; /* of the function that the instruction is in; 0: the program itself, or not known */
	enum kfg_vlog_beside beside;
	unsigned n_declared; /* DECLARED_TWICE: declarations that the compiler quotes; what the last one has: */
	bool has_space, has_const;
	char near[KFG_VLOG_NAME_MAX]; /* a kfunc that the text around the message calls, where that has no name */
	bool near_others; /* it calls more than one */
	const char *wording; /* of the table; NULL: of none */
	unsigned part; /* of the text that the line stands in, between blank lines */
	size_t group; /* findings of one cause have the same, from 1; 0: it is alone */
	size_t n_group; /* findings in it, at the first one; 0: this is not the first one, or there is no group */
	size_t line; /* of the input, from 1 */
};

/* What the log says beside its findings. */
struct kfg_vlog_facts {
	size_t n_lines;
	char kernel[KFG_VLOG_NAME_MAX]; /* the release of the kernel it is from: "6.8.0-45-generic"; "": not said */
	size_t kernel_line; /* that says so */
	char doubted[KFG_VLOG_NAME_MAX]; /* a release that is named where `kernel` is "", and may be another one */
	size_t doubted_line;
	/* a load that was refused (EACCES), of which nothing else is said: a security module may have done that */
	char refused[KFG_VLOG_TEXT_MAX];
	size_t refused_line; /* 0: none */
	/* modules whose BTF the kernel did not take, by name */
	char modules[KFG_VLOG_MODULES_MAX][KFG_VLOG_NAME_MAX];
	size_t n_modules, modules_line; /* the first line that says so */
};

struct kfg_vlog;

int kfg_vlog_new(struct kfg_vlog **ret_vlog); /* -ENOMEM */
void kfg_vlog_free(struct kfg_vlog *vlog); /* accepts NULL */

/* The next bytes of the input. */
void kfg_vlog_feed(struct kfg_vlog *vlog, const void *data, size_t size);
/* There are no more. */
void kfg_vlog_end(struct kfg_vlog *vlog);

/*
 * After the end: in the order of the input, one for each problem, however often it was said; the first is why the
 * load failed. Owned by the log.
 */
const struct kfg_vlog_finding *kfg_vlog_findings(const struct kfg_vlog *vlog, size_t *ret_n);
/* Whether the finding is told together with one before it, the first of its group. */
static inline bool kfg_vlog_finding_is_told(const struct kfg_vlog_finding *finding)
{
	return finding->group && !finding->n_group;
}
/* Findings beyond KFG_VLOG_FINDINGS_MAX. */
size_t kfg_vlog_n_more(const struct kfg_vlog *vlog);
const struct kfg_vlog_facts *kfg_vlog_facts(const struct kfg_vlog *vlog);
