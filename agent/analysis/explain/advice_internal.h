/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice_internal.h - what sentences are made from, and who makes them; shared by the files of this room only. */
#pragma once

#include "analysis/explain/advice.h"
#include "analysis/lifecycle/kfunc_data.h"

struct kfg_advice_words {
	const char *word; /* in JSON: never changes */
	const char *title;
	enum kfg_blame blame;
	const char *what;
	const char *todo; /* "": depends on more than the kind */
};

/* advice_words.c */
extern const struct kfg_advice_words kfg_advice_words[KFG_VLOG_KIND_MAX];

struct kfg_advice_known {
	const struct kfg_vlog_finding *f;
	const struct kfg_policy *policy;
	char name[4 * KFG_VLOG_NAME_MAX]; /* clean; "": the log does not say */
	char module[4 * KFG_VLOG_NAME_MAX]; /* clean, as well */
	bool is_cilium; /* cilium/ebpf says it, which looks for whole names */
	const struct kfg_kfunc_history *history; /* or NULL */
	const struct kfg_btf_defect *leaked; /* or NULL */
	const struct kfg_proto_change *change; /* or NULL */
	const char *kernel; /* as in kfg_advice_input, never NULL */
	char doubted[4 * KFG_VLOG_NAME_MAX]; /* as in kfg_advice_input, clean */
	size_t doubted_line;
	unsigned release; /* of it; 0: not known, or its number says nothing about its BPF */
};

/* What is to be said of kfuncs whose names begin so. */
struct kfg_advice_named {
	const char *begins, *says;
};

/* advice_common.c */
/* What the first of the n rows that fits says; NULL: none does. */
const char *kfg_advice_named_find(const struct kfg_advice_named *rows, size_t n, const char *kfunc);
/* What to use instead; false: there is no such row. */
bool kfg_advice_replacement(const struct kfg_advice *a, struct kfg_strbuf *out);
/* Whether the kernel of the log no longer has it. */
bool kfg_advice_is_removed(const struct kfg_advice_known *k, const struct kfg_advice *a);
/* In no kernel that was looked at, and in no policy. */
bool kfg_advice_is_strange(const struct kfg_advice_known *k, const struct kfg_advice *a);
/* A name that no kernel has a kfunc of: whatever the type of program, there may be nothing to call. */
void kfg_advice_say_strange(const struct kfg_advice_known *k, struct kfg_advice *a);

/* advice_lookup.c: the kfunc is not there, or is another one */
void kfg_advice_on_missing(const struct kfg_advice_known *k, struct kfg_advice *a);
void kfg_advice_on_prototype(const struct kfg_advice_known *k, struct kfg_advice *a);
void kfg_advice_on_unresolved(const struct kfg_advice_known *k, struct kfg_advice *a);

/* The object does not describe it, or not in .ksyms. */
void kfg_advice_on_declaration(const struct kfg_advice_known *k, struct kfg_advice *a);
/* The compiler knows no declaration. */
void kfg_advice_on_undeclared(const struct kfg_advice_known *k, struct kfg_advice *a);

/* advice_module.c: it was not registered */
void kfg_advice_on_module_btf(const struct kfg_advice_known *k, struct kfg_advice *a);
void kfg_advice_on_module_other(const struct kfg_advice_known *k, struct kfg_advice *a);
void kfg_advice_on_register(const struct kfg_advice_known *k, struct kfg_advice *a);
void kfg_advice_on_set(const struct kfg_advice_known *k, struct kfg_advice *a);
void kfg_advice_on_build(const struct kfg_advice_known *k, struct kfg_advice *a);

/* advice_allowed.c: it is not for this program */
void kfg_advice_on_not_allowed(const struct kfg_advice_known *k, struct kfg_advice *a);

/* advice_argument.c */
void kfg_advice_on_argument(const struct kfg_advice_known *k, struct kfg_advice *a);
void kfg_advice_on_memory(const struct kfg_advice_known *k, struct kfg_advice *a);

/* advice_passed.c */

/* The two names behind "expected pointer to STRUCT " and "has a pointer to STRUCT ". False: they are not there. */
bool kfg_advice_types_find(const char *message, struct kfg_span *ret_wanted, struct kfg_span *ret_passed);

/* What the log shows of the argument, in a sentence; nothing where it shows nothing. */
void kfg_advice_say_passed(const struct kfg_vlog_finding *f, struct kfg_strbuf *out);
/* That it may be NULL, and where it is from. */
void kfg_advice_say_nullable(const struct kfg_vlog_finding *f, struct kfg_strbuf *out);
/* The argument is the result of bpf_rdonly_cast(). */
bool kfg_advice_is_of_cast(const struct kfg_vlog_finding *f);
/* "must point to scalar, or struct with scalar", of a struct. False: the message is about something else. */
bool kfg_advice_on_struct_of_more(const struct kfg_advice_known *k, struct kfg_advice *a);
/* False: the log does not show what was passed in place of a pointer, or the message is about something else. */
bool kfg_advice_on_passed(const struct kfg_advice_known *k, struct kfg_advice *a);
/*
 * A pointer to a member, which the verifier knows as one into the struct around it: process_kf_arg_ptr_to_btf_id(),
 * where kfuncs that acquire or release take no other struct than the wanted one since 6.3. False: it is none.
 */
bool kfg_advice_on_member(const struct kfg_advice_known *k, struct kfg_advice *a);

/* advice_trust.c. False: the message is about something else. */
bool kfg_advice_on_trust(const struct kfg_advice_known *k, struct kfg_advice *a);

/* advice_reference.c */
void kfg_advice_on_reference(const struct kfg_advice_known *k, struct kfg_advice *a);
void kfg_advice_on_result(const struct kfg_advice_known *k, struct kfg_advice *a);

/* advice_given.c */
void kfg_advice_on_given(const struct kfg_advice_known *k, struct kfg_advice *a);

/* advice_region.c */
void kfg_advice_on_context(const struct kfg_advice_known *k, struct kfg_advice *a);
void kfg_advice_on_sleepable(const struct kfg_advice_known *k, struct kfg_advice *a);
void kfg_advice_on_exception(const struct kfg_advice_known *k, struct kfg_advice *a);

/* advice_code.c */
/* The last ___suffix of a name, as libbpf drops it; NULL: it has none. */
const char *kfg_advice_own_suffix(const char *name);
/* C that calls `name` where the kernel has it, and what it replaces or is replaced by (NULL: nothing) otherwise. */
void kfg_advice_code_guard(const struct kfg_advice_known *k, const char *first, const char *second,
			   struct kfg_strbuf *code);
bool kfg_advice_is_identifier(const char *text);
