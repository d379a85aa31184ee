/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * messages.h - what libbpf and the verifier say about kfuncs, as one table: wording, meaning, where it
 * comes from. The wordings are those of libbpf 0.8 to 1.8 and of Linux 6.1 to 7.3.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What a message means. The words for it are in advice.c, in this order. */
enum kfg_log_kind {
	KFG_LOG_NONE, /* known, and no problem */
	KFG_LOG_MISSING, /* no such kfunc in the kernel's BTF or in that of loaded modules */
	KFG_LOG_PROTO, /* prototypes differ */
	KFG_LOG_UNRESOLVED, /* declared weak, not there, and called nevertheless */
	KFG_LOG_NOT_ALLOWED, /* not registered for this program type, or not at all */
	KFG_LOG_NOT_KFUNC, /* the BTF id is no function that can be called */
	KFG_LOG_KERNEL_BTF, /* the kernel's own BTF contradicts itself */
	KFG_LOG_LICENSE,
	KFG_LOG_JIT,
	KFG_LOG_NO_BTF, /* a kernel without CONFIG_DEBUG_INFO_BTF */
	KFG_LOG_CAPABILITY,
	KFG_LOG_SLEEPABLE,
	KFG_LOG_CONTEXT, /* RCU, preemption, IRQ, lock or callback: not allowed here, or missing here */
	KFG_LOG_ARGUMENT,
	KFG_LOG_REFERENCE, /* acquired and not released, or released and not acquired */
	KFG_LOG_LIMIT,
	KFG_LOG_MODULE_BTF, /* the BTF of a module cannot be used */
	KFG_LOG_EXCEPTION, /* bpf_throw */
	KFG_LOG_RETURN, /* the kernel registered something that it cannot verify */
	KFG_LOG_DECLARATION, /* the object does not say what it should */
	KFG_LOG_LOADER,
	KFG_LOG_VERIFIER_BUG,
	KFG_LOG_REFUSED, /* EACCES without a word: a security module, and kfgate is one */
	KFG_LOG_UNCLEAR, /* concerns a kfunc, and is not in the table */
	KFG_LOG_KIND_MAX,
};

#define KFG_MSG_CALL 1u /* speaks of the call before it; of no concern unless that is a kfunc */
#define KFG_MSG_ALLOC                                                                                    \
	2u /* the number is the instruction that acquired; of no concern unless that calls a kfunc */
#define KFG_MSG_DECLARED 4u /* the name is the program's: libbpf drops a ___suffix before it looks */
#define KFG_MSG_KNOWN 8u /* of no concern unless the name is a known kfunc's */
#define KFG_MSG_POISON 16u /* of no concern unless the number is libbpf's for a missing kfunc */

/*
 * A wording. In the pattern {k} stands for a kfunc's name, {w} for a word, {n} for a number, {a} for an
 * argument ("R1", "arg#0", "args#0", "arg0", "*(R11-8)"); anything may stand before and after. It starts
 * with a literal, or with one of these and then a literal.
 */
struct kfg_message {
	const char *pattern; /* NULL ends the table */
	enum kfg_log_kind kind;
	unsigned flags; /* KFG_MSG_* */
	const char *kfunc; /* whom it is about where the wording does not say, or NULL */
	const char *source; /* file and line, per version */
};

extern const struct kfg_message kfg_messages[];

/* A part of the line; n 0: not given. */
struct kfg_span {
	const char *at;
	size_t n;
};

struct kfg_message_match {
	struct kfg_span kfunc, word, arg;
	long long number; /* the last; -1: none */
};

/* Work is linear in size (names and words are bounded). The spans point into the line. */
bool kfg_message_match(const char *pattern, const char *line, size_t size,
		       struct kfg_message_match *ret_match);
