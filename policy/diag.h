/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diag.h - findings about what the user wrote, as data: place and text. Library rooms add them, the edge
 * prints them.
 *
 * Prefixes: kfg_severity, kfg_spot.
 */
#pragma once

#include <stddef.h>

/* NOTE: what no policy can do, however it is written. */
enum kfg_severity { KFG_SEVERITY_ERROR, KFG_SEVERITY_WARNING, KFG_SEVERITY_NOTE, KFG_SEVERITY_MAX };
/* "error", "warning" or "note". */
const char *kfg_severity_str(enum kfg_severity severity);

/*
 * Kinds of findings: name, code, severity, what it is. Tools filter by the codes: one is never renamed or taken for
 * something else. kfgate-check(8) lists them.
 */
#define KFG_DIAG_CODES(X)                                                                                              \
	X(UNREADABLE, "unreadable", ERROR, "A file or directory cannot be read, or is none.")                          \
	X(TOO_LARGE, "too-large", ERROR, "There is more of something than there may be.")                              \
	X(MISNAMED, "misnamed", ERROR, "A file beside the policy is not read because of its name.")                    \
	X(EMPTY, "empty", ERROR, "A file of a policy has no text, and hides none.")                                    \
	X(NO_POLICY, "no-policy", ERROR, "There is no policy where one is expected.")                                  \
	X(ENCODING, "encoding", ERROR, "A character that may not stand in a policy, or no UTF-8.")                     \
	X(YAML_SYNTAX, "yaml-syntax", ERROR, "The text is not valid YAML.")                                            \
	X(YAML_FEATURE, "yaml-feature", ERROR, "An anchor, an alias, a tag, or a second document.")                    \
	X(DUPLICATE_KEY, "duplicate-key", ERROR, "A key is given twice.")                                              \
	X(DUPLICATE, "duplicate", ERROR, "An id, an upgrade or a deprecation is given twice.")                         \
	X(WRONG_KIND, "wrong-kind", ERROR, "A list, a mapping or a value stands where another is wanted.")             \
	X(UNKNOWN_KEY, "unknown-key", ERROR, "There is no such key.")                                                  \
	X(MISSING_KEY, "missing-key", ERROR, "A key that is needed is not there.")                                     \
	X(MISPLACED_KEY, "misplaced-key", ERROR, "A key that an included file may not have.")                          \
	X(MISSING_VALUE, "missing-value", ERROR, "A key or an entry has no value.")                                    \
	X(BAD_VALUE, "bad-value", ERROR, "A value that the key cannot have.")                                          \
	X(BAD_VERSION, "bad-version", ERROR, "A version of the policy language that is not known.")                    \
	X(BAD_NAME, "bad-name", ERROR, "No name of a kfunc, module, program, unit, executable or rule.")               \
	X(UNKNOWN_PROGRAM_TYPE, "unknown-program-type", ERROR, "There is no such type of programs.")                   \
	X(UNKNOWN_KERNEL, "unknown-kernel", ERROR, "There was no such release of the kernel.")                         \
	X(NEVER_MATCHES, "never-matches", ERROR, "A name that no load can have.")                                      \
	X(RELEASE_ORDER, "release-order", ERROR, "A kfunc is removed before it is deprecated.")                        \
	X(SETTING_CONFLICT, "setting-conflict", ERROR, "A second file changes a setting without saying so.")           \
	X(INCLUDE_FAILED, "include-failed", ERROR, "A file cannot be included.")                                       \
	X(RULE_SHADOWED, "rule-shadowed", WARNING, "A rule never matches: an earlier one does.")                       \
	X(NEVER_HOLDS, "never-holds", WARNING, "Conditions that no load meets together.")                              \
	X(REFUSES_ALL, "refuses-all", WARNING, "Every program that calls a kfunc is refused.")                         \
	X(REFUSES_NOTHING, "refuses-nothing", WARNING, "A policy that enforces lets everything in.")                   \
	X(WRITABLE, "writable", WARNING, "Others than root may write to the policy.")                                  \
	X(LOADER_NAMED_ONLY, "program-name-only", WARNING, "A rule believes the loader's own words.")                  \
	X(UNIT_CAN_BE_LEFT, "unit-can-be-left", WARNING, "A rule refuses to a unit, which a process can give up.")     \
	X(UNIT_WITHOUT_SUFFIX, "unit-without-suffix", WARNING, "A pattern that names no unit.")                        \
	X(SIGNATURE_LEFT_OUT, "signature-left-out", WARNING, "A rule refuses what is signed, which need not be.")      \
	X(SIGNATURE_UNKNOWN, "signature-unknown", WARNING,                                                             \
	  "A rule asks for signatures, of which this kernel is silent.")                                               \
	X(UNKNOWN_KFUNC, "unknown-kfunc", WARNING, "No known kernel has the kfunc.")                                   \
	X(DEADLINE_IGNORED, "deadline-ignored", WARNING, "A deadline has passed without effect.")                      \
	X(UPGRADE_UNUSED, "upgrade-unused", WARNING, "An upgrade sets no deadline.")                                   \
	X(WAIVER_UNUSED, "waiver-unused", WARNING, "A waiver waives nothing.")                                         \
	X(WAIVER_ENDED, "waiver-ended", WARNING, "A waiver has ended.")                                                \
	X(INCLUDE_EMPTY, "include-empty", WARNING, "An include matches no file.")                                      \
	X(LIFECYCLE_OLD, "lifecycle-old", WARNING, "The lifecycle data is older than it may be.")                      \
	X(NEEDS_BPF_LSM, "needs-bpf-lsm", ERROR, "The policy cannot be in force on this host.")                        \
	X(MAY_MISS_LOADS, "may-miss-loads", WARNING, "This host may leave the gate out of loads.")                     \
	X(COSTLY_GLOBS, "costly-globs", WARNING, "Patterns may make the evaluation of a load too long.")               \
	X(LOADER_CHOOSES_UID, "uid-only", NOTE, "A rule lets in by a uid, which some loaders choose.")

enum kfg_diag_code {
#define KFG_DIAG_NAME(name, code, severity, text) KFG_DIAG_##name,
	KFG_DIAG_CODES(KFG_DIAG_NAME)
#undef KFG_DIAG_NAME
		KFG_DIAG_CODE_MAX,
};

struct kfg_diag_kind {
	const char *code, *text; /* text: a sentence */
	enum kfg_severity severity;
};
extern const struct kfg_diag_kind kfg_diag_kinds[KFG_DIAG_CODE_MAX];

/* Findings kept; more are only counted. */
#define KFG_DIAGS_MAX 1000u

struct kfg_diag {
	enum kfg_diag_code code;
	enum kfg_severity severity; /* of the code */
	unsigned line, col; /* from 1; 0: the file as a whole. col counts characters, not bytes */
	unsigned caret; /* from 1: the character of excerpt that col points to; 0: none */
	char *file; /* owned */
	char *text; /* owned; one sentence, no place in it, no newline */
	char *excerpt; /* owned; the source line around col, without control characters, or NULL */
};

struct kfg_diags {
	struct kfg_diag *items; /* owned */
	size_t n, n_errors, n_notes; /* n_errors and n_notes count those not kept, too */
	size_t n_more; /* findings beyond KFG_DIAGS_MAX */
	int lost; /* memory ran out: findings are missing */
};

/* Where something stands; data is only read to copy the line. */
struct kfg_spot {
	const char *file;
	const char *data; /* the file's bytes, or NULL: no excerpt */
	size_t size;
	unsigned line, col; /* as in struct kfg_diag */
};

/*
 * Adds a finding. The text is cleaned: control characters and what is not UTF-8 become '?'. Never fails: without
 * memory diags->lost is set.
 */
void kfg_diags_add(struct kfg_diags *diags, enum kfg_diag_code code, const struct kfg_spot *spot, const char *format,
		   ...) __attribute__((format(printf, 4, 5)));

/*
 * One finding as text of one to three lines, each with its newline:
 *
 *	FILE:LINE:COL: error: TEXT
 *	   LINE | EXCERPT
 *	        |   ^
 *
 * without line and column where the finding is about the whole file. To be freed by the caller; NULL: no memory.
 */
char *kfg_diag_format(const struct kfg_diag *diag);

/* Frees all findings; accepts NULL and zeroed structs. */
void kfg_diags_done(struct kfg_diags *diags);
