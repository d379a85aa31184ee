/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preview.c - the policy, loader and day of the options, by which verbs judge. */
#include "cli/preview.h"

#include "analysis/kernel/signatures.h"
#include "base/log.h"
#include "cli/option.h"
#include "cli/output.h"
#include "policy/why.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIFECYCLE_DIR "/usr/lib/kfgate/lifecycle"
#define NOBODY_KNOWN UINT32_MAX /* no uid: (uid_t)-1 is none */

/* Without a policy nothing is refused; what upstream has deprecated is warned about. */
static const char lifecycle_policy[] = "version: 1\n"
				       "name: lifecycle\n"
				       "serial: 0\n"
				       "defaults: {unlisted: allow, deprecated: warn, expired: refuse}\n"
				       "include: [" LIFECYCLE_DIR "/*.yaml]\n";

static int load_lifecycle(struct kfg_preview *p)
{
	int r = kfg_config_load_text("lifecycle data", lifecycle_policy, &p->loaded);

	snprintf(p->source, sizeof(p->source), "no system policy: lifecycle data alone");
	if (r < 0 || kfg_policy_n_deprecations(p->loaded.policy))
		return r;
	snprintf(p->source, sizeof(p->source), "no system policy, no lifecycle data");
	kfg_log_warning("no lifecycle data in " LIFECYCLE_DIR ": what is deprecated is not known");
	return 0;
}

/* The system's policy, if there is one that we may read. */
static int load_system(struct kfg_preview *p)
{
	int r = kfg_config_load(NULL, 0, &p->loaded);
	size_t n = 0;

	snprintf(p->source, sizeof(p->source), "the system's policy");
	if (r != -EBADMSG)
		return r;
	kfg_policy_files_paths(p->loaded.files, &n);
	if (n)
		return r;
	kfg_loaded_done(&p->loaded);
	return load_lifecycle(p);
}

static int load_policy(const struct kfg_args *args, struct kfg_preview *p)
{
	const char *paths[KFG_ARGS_MAX];
	size_t n = kfg_args_values(args, "policy", paths, KFG_ARGS_MAX);

	if (!n)
		return load_system(p);
	snprintf(p->source, sizeof(p->source), "%s%s", paths[0], n > 1 ? " and others" : "");
	return kfg_config_load(paths, n, &p->loaded);
}

static int parse_uid(const char *text, uint32_t *ret_uid)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || text[0] < '0' || text[0] > '9' || value >= UINT32_MAX)
		return -EINVAL;
	*ret_uid = value;
	return 0;
}

/* The unit that the service manager's cgroup of that path is: the first component that is no slice; "": none. */
static void unit_of_cgroup(const char *cgroup, char unit[static KFG_UNIT_LEN])
{
	static const char slice[] = ".slice";
	size_t len;

	unit[0] = 0;
	for (const char *at = cgroup; *at; at += len) {
		at += strspn(at, "/");
		len = strcspn(at, "/");
		if (len >= sizeof(slice) && memcmp(at + len - strlen(slice), slice, strlen(slice)) == 0)
			continue;
		if (len < KFG_UNIT_LEN)
			snprintf(unit, KFG_UNIT_LEN, "%.*s", (int)len, at);
		return;
	}
}

/* What the options leave open. A loader of which anything is said is in the initial user namespace, with no token. */
static uint32_t unknown_of(const struct kfg_preview *p)
{
	uint32_t unknown = KFG_WHY_SIGNATURE | KFG_WHY_UNIT | KFG_WHY_EXE | KFG_WHY_CGROUP;

	if (p->loader.unit || p->loader.cgroup)
		unknown &= ~(uint32_t)KFG_WHY_UNIT;
	if (p->loader.exe)
		unknown &= ~(uint32_t)KFG_WHY_EXE;
	if (p->loader.cgroup)
		unknown &= ~(uint32_t)KFG_WHY_CGROUP;
	if (p->signature)
		unknown &= ~(uint32_t)KFG_WHY_SIGNATURE;
	return p->loader_known ? unknown : unknown | KFG_WHY_UID | KFG_WHY_USERNS | KFG_WHY_TOKEN;
}

/* A name that no loader has, and for which no rule can be meant. */
static int refuse_name(const char *verb, const char *option, const char *value, const char *fault)
{
	if (!value || !fault)
		return 0;
	kfg_log_error("%s: --%s=%s: %s", verb, option, value, fault);
	return -EINVAL;
}

/* Without any of these nothing is known of the loader; a known one is root, unless --uid says else. */
static int take_loader(const struct kfg_args *args, const char *verb, struct kfg_preview *p)
{
	const char *uid = kfg_args_value(args, "uid", NULL);

	p->loader.unit = kfg_args_value(args, "unit", NULL);
	p->loader.exe = kfg_args_value(args, "exe", NULL);
	p->loader.cgroup = kfg_args_value(args, "cgroup", NULL);
	p->loader_known = p->loader.unit || p->loader.exe || p->loader.cgroup || uid;
	p->loader.initial = p->loader_known;
	p->loader.uid = p->loader_known ? 0 : NOBODY_KNOWN;
	if (refuse_name(verb, "unit", p->loader.unit, p->loader.unit ? kfg_load_unit_fault(p->loader.unit) : NULL) <
		    0 ||
	    refuse_name(verb, "exe", p->loader.exe, p->loader.exe ? kfg_load_exe_fault(p->loader.exe) : NULL) < 0 ||
	    refuse_name(verb, "cgroup", p->loader.cgroup,
			p->loader.cgroup ? kfg_load_cgroup_fault(p->loader.cgroup) : NULL) < 0)
		return -EINVAL;
	if (!uid || parse_uid(uid, &p->loader.uid) == 0)
		return 0;
	kfg_log_error("%s: --uid=%s: not a user id", verb, uid);
	return -EINVAL;
}

static int take_signature(const struct kfg_args *args, const char *verb, struct kfg_preview *p)
{
	p->signature = kfg_args_value(args, "signed", NULL);
	if (!p->signature || kfg_signature_parse(p->signature, &p->loader.signature) == 0)
		return 0;
	kfg_log_error("%s: --signed=%s: not no, builtin, secondary, platform or keyring:NAME", verb, p->signature);
	return -EINVAL;
}

static int open_policy(const struct kfg_args *args, const char *verb, struct kfg_preview *p)
{
	int r = load_policy(args, p);

	if (r == 0)
		r = kfg_table_compile(p->loaded.policy, NULL, 0, 1, &p->table);
	if (r == -EBADMSG) {
		kfg_output_errors(&p->loaded.diags, verb);
	} else if (r < 0) {
		kfg_log_errno(r, "%s: %s: %m", verb, p->source);
	}
	return r;
}

int kfg_preview_open(const struct kfg_args *args, const char *verb, struct kfg_preview *ret_preview)
{
	struct kfg_preview p = { 0 };
	int r = take_loader(args, verb, &p);

	if (r == 0)
		r = take_signature(args, verb, &p);
	if (r == 0)
		r = kfg_option_day(args, verb, &p.loader.today);
	p.unknown = unknown_of(&p);
	if (r == 0)
		r = open_policy(args, verb, &p);
	if (r < 0) {
		kfg_preview_done(&p);
		return r;
	}
	*ret_preview = p;
	if (!p.loader.unit && p.loader.cgroup) {
		unit_of_cgroup(p.loader.cgroup, ret_preview->unit);
		ret_preview->loader.unit = ret_preview->unit[0] ? ret_preview->unit : NULL;
	}
	return 0;
}

void kfg_preview_take_kernel(struct kfg_preview *preview, const struct kfg_kernel *kernel, const char *verb)
{
	struct kfg_kernel_facts facts;

	if (!kfg_policy_asks_signature(preview->loaded.policy))
		return;
	kfg_kernel_facts(kernel, &facts);
	switch (kfg_signatures_of(kfg_kernel_btf(kernel))) {
	case KFG_SIGNATURES_TOLD:
		return;
	case KFG_SIGNATURES_UNTOLD:
		preview->unknown &= ~(uint32_t)KFG_WHY_SIGNATURE;
		preview->untold = true;
		break;
	default:
		preview->unknown |= KFG_WHY_SIGNATURE;
		break;
	}
	preview->loader.signature = KFG_SIGNATURE_UNKNOWN;
	if (preview->signature)
		kfg_log_warning("%s: --signed=%s: %s, %s", verb, preview->signature,
				facts.release[0] ? facts.release : facts.path,
				preview->untold ? "which does not say who signed a program: no rule on that matches" :
						  "of which it is not known whether it says who signed a program");
}

void kfg_preview_done(struct kfg_preview *preview)
{
	kfg_table_free(preview->table);
	kfg_loaded_done(&preview->loaded);
	*preview = (struct kfg_preview){ 0 };
}
