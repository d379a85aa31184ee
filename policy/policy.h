/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy.h - from bytes of YAML to a checked policy. No files, clock or environment in here: the caller brings
 * the bytes, in the order in which they are to be merged, and expands includes.
 *
 * Prefixes: kfg_guarding, kfg_on_stop, kfg_on_failure, kfg_stop, kfg_failure, kfg_without, kfg_source, kfg_includer,
 * kfg_linting, kfg_rule_info, kfg_deprecation_info, kfg_lifecycle_info, kfg_waiver_info, kfg_day, kfg_kernel_version,
 * kfg_lifecycle_is_old.
 */
#pragma once

#include <kfgate/abi.h>
#include "diag.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kfg_policy; /* immutable once loaded */

/* Who may take the gate off: auto guards it where PID 1 started the agent; strict against PID 1, too. */
enum kfg_guarding { KFG_GUARDING_AUTO, KFG_GUARDING_ON, KFG_GUARDING_STRICT, KFG_GUARDING_OFF, KFG_GUARDING_MAX };
/* What becomes of the gate when the agent is told to stop, and when none can put a policy into force. */
enum kfg_on_stop { KFG_STOP_DETACH, KFG_STOP_KEEP, KFG_STOP_MAX };
enum kfg_on_failure { KFG_FAILURE_OPEN, KFG_FAILURE_CLOSED, KFG_FAILURE_MAX };
/* What the agent does on a host where BPF LSM is not active, and loads can be missed: see enum kfg_hooking. */
enum kfg_without { KFG_WITHOUT_REFUSE_TO_START, KFG_WITHOUT_AUDIT, KFG_WITHOUT_ENFORCE, KFG_WITHOUT_MAX };

/* One file's bytes. path is used in messages only. */
struct kfg_source {
	const char *path;
	const char *data;
	size_t size;
};

/*
 * Expands one include pattern (an absolute path, may be a glob) to sources, which stay valid until
 * kfg_policy_load() returns. 0 with *ret_n 0 means that nothing matched. Negative errno: could not look, with the
 * offending path in *ret_failed (valid as long as the sources), or NULL there for the pattern itself.
 */
struct kfg_includer {
	int (*expand)(void *userdata, const char *pattern, const struct kfg_source **ret_sources, size_t *ret_n,
		      const char **ret_failed);
	void *userdata;
	/* deprecations that stand below all others, and are no part of the digest: what the kernel says; NULL: none */
	const struct kfg_source *below;
	bool unread; /* there is a source that could not be read: what is not here may be there */
};

/*
 * Parses, merges and validates. Later sources win for scalars, add to lists. All findings of all sources go to
 * diags (caller's, initialised). Returns 0 and a policy (to be freed with kfg_policy_free()), -EBADMSG when there is
 * at least one error in diags, another negative errno when we broke (-ENOMEM, -E2BIG).
 */
int kfg_policy_load(const struct kfg_source *sources, size_t n, const struct kfg_includer *includer,
		    struct kfg_diags *diags, struct kfg_policy **ret_policy);
/*
 * The same for who wants to know all that is wrong at once: the findings of kfg_policy_lint(), too, also where there
 * are errors. Of a policy that could not be read whole, lint would say what is not so, and is left out.
 */
struct kfg_linting {
	const struct kfg_includer *includer;
	int32_t today; /* days since 1970-01-01 UTC */
};
int kfg_policy_load_linted(const struct kfg_source *sources, size_t n, const struct kfg_linting *linting,
			   struct kfg_diags *diags, struct kfg_policy **ret_policy);
void kfg_policy_free(struct kfg_policy *policy);
/* Frees the sources' text, kept for the excerpts of kfg_policy_lint(): for who holds a policy for long. */
void kfg_policy_forget_text(struct kfg_policy *policy);

/*
 * Findings about what is legal but unwise, as warnings into diags: a rule that can never match, a waiver past its
 * end on day `today` (days since 1970-01-01 UTC), a kfunc no known kernel has, ... 0 or -ENOMEM.
 */
int kfg_policy_lint(const struct kfg_policy *policy, int32_t today, struct kfg_diags *diags);

const char *kfg_policy_name(const struct kfg_policy *policy);
int64_t kfg_policy_serial(const struct kfg_policy *policy);
enum kfg_mode kfg_policy_mode(const struct kfg_policy *policy);
enum kfg_present kfg_policy_present(const struct kfg_policy *policy);
enum kfg_guarding kfg_policy_guarding(const struct kfg_policy *policy);
enum kfg_on_stop kfg_policy_on_stop(const struct kfg_policy *policy);
enum kfg_on_failure kfg_policy_on_failure(const struct kfg_policy *policy);
const char *kfg_without_str(unsigned without); /* refuse-to-start audit enforce */
enum kfg_without kfg_policy_without_lsm(const struct kfg_policy *policy);
/*
 * The same policy for a host that calls the gate that way: there, without-bpf-lsm: audit makes mode audit of enforce.
 * Returns NULL, or why the policy cannot be in force there (static, a clause).
 */
const char *kfg_policy_adapt(struct kfg_policy *policy, enum kfg_hooking hooking);
/* Positive errno that a refused load gets. */
int kfg_policy_errno(const struct kfg_policy *policy);
/* SHA-256 is not needed against forgery here: 16 hex digits of FNV-1a 64 over all sources in order, NUL terminated. */
const char *kfg_policy_digest(const struct kfg_policy *policy);
size_t kfg_policy_n_rules(const struct kfg_policy *policy);
size_t kfg_policy_n_deprecations(const struct kfg_policy *policy);
size_t kfg_policy_n_waivers(const struct kfg_policy *policy);

/* What records say about an index out of a verdict. NULL when the index is out of range. Strings live as long as the
 * policy; optional ones are NULL when the policy does not give them. */
const char *kfg_policy_rule_id(const struct kfg_policy *policy, uint32_t rule);

struct kfg_rule_info {
	const char *id;
	const char *file; /* where the rule stands */
	unsigned line;
	uint8_t action; /* enum kfg_action */
};
bool kfg_policy_rule(const struct kfg_policy *policy, uint32_t rule, struct kfg_rule_info *ret_info);

/* The day on which the fleet's calendar (upgrades) has that kernel release, or a later one. False: on none. */
bool kfg_policy_upgrade_day(const struct kfg_policy *policy, uint32_t version, int32_t *ret_day);

struct kfg_deprecation_info {
	const char *kfunc, *module; /* module NULL: any */
	const char *deprecated_in, *removed_in, *replacement, *replacement_in, *source, *confidence, *note;
	const char *file; /* where the row stands */
	unsigned line;
	int32_t deadline; /* effective last good day (own, or day before the upgrade), KFG_DAY_MAX: none */
};
bool kfg_policy_deprecation(const struct kfg_policy *policy, uint32_t dep, struct kfg_deprecation_info *ret_info);
/* "FILE:LINE" of the row, in `buf`; a longer path is cut. Returns buf. */
#define KFG_PLACE_TEXT 4112u
const char *kfg_deprecation_place(const struct kfg_deprecation_info *info, char buf[static KFG_PLACE_TEXT]);

/* The oldest of the included files that say their date. */
struct kfg_lifecycle_info {
	const char *file;
	int32_t date;
	int32_t max_age; /* days (lifecycle-max-age), 0: any */
};
bool kfg_policy_lifecycle(const struct kfg_policy *policy, struct kfg_lifecycle_info *ret_info); /* false: none */

/* Whether it is older on that day than it may be. */
static inline bool kfg_lifecycle_is_old(const struct kfg_lifecycle_info *info, int32_t today)
{
	return info->file && info->max_age && info->date < today - info->max_age;
}

struct kfg_waiver_info {
	const char *id, *owner, *reason;
	int32_t until; /* last good day */
};
bool kfg_policy_waiver(const struct kfg_policy *policy, uint32_t waiver, struct kfg_waiver_info *ret_info);

/*
 * The executables that rules and waivers name by their whole path, each once, in order. One allocation, the caller's,
 * which holds the strings, too. -ENOMEM.
 */
int kfg_policy_exes(const struct kfg_policy *policy, const char ***ret_paths, size_t *ret_n);
/* The same for the keyrings that they name (signed: ["keyring:NAME"]). */
int kfg_policy_keyrings(const struct kfg_policy *policy, const char ***ret_names, size_t *ret_n);

/* Does a rule or a waiver ask who signed a program? */
bool kfg_policy_asks_signature(const struct kfg_policy *policy);
/* Findings about a kernel that does not say who signed a program: each rule and waiver that asks. 0 or -ENOMEM. */
int kfg_policy_lint_unsigned(const struct kfg_policy *policy, struct kfg_diags *diags);

/* Day number (days since 1970-01-01 UTC) <-> "YYYY-MM-DD". Parse: -EINVAL for anything but a real date. */
int kfg_day_parse(const char *text, int32_t *ret_day);
#define KFG_DAY_TEXT 16
const char *kfg_day_format(int32_t day, char buf[static KFG_DAY_TEXT]);

/* Kernel version "M.N" or "M.N.P" as the kernel counts (6.19 < 7.0). -EINVAL: not a version; -ERANGE: no such release
 * ever ("6.20"; *ret_hint then says what it was called, e.g. "7.0"). Comparable as integers. */
int kfg_kernel_version_parse(const char *text, uint32_t *ret_version, char ret_hint[static 16]);
