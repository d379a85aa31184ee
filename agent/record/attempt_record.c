/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attempt_record.c - an attempt on the gate as a record. */
#include "record/attempt_record.h"

#include <inttypes.h>
#include <string.h>

static const struct {
	const char *word, *what;
	const char *detail; /* the field that says it, NULL: there is none */
} kinds[] = {
	[KFG_ATTEMPT_MAP_FD] = { "map", "a descriptor of one of the gate's maps", "KFGATE_MAP_ID" },
	[KFG_ATTEMPT_PROG_FD] = { "program", "a descriptor of one of the gate's programs", "KFGATE_PROG_ID" },
	[KFG_ATTEMPT_LINK_FD] = { "link", "a descriptor of one of the gate's links", "KFGATE_LINK_ID" },
	[KFG_ATTEMPT_PIN] = { "pin", "a change of the gate's pins", NULL },
	[KFG_ATTEMPT_MOUNT] = { "mount", "a change of mounts that the gate is reached by", NULL },
	[KFG_ATTEMPT_SIGNAL] = { "signal", "a signal to the agent", "KFGATE_SIGNAL" },
	[KFG_ATTEMPT_TRACE] = { "trace", "access to the memory or descriptors of the agent or its manager", NULL },
	[KFG_ATTEMPT_LIMIT] = { "limit", "a change of the agent's limits or scheduling", NULL },
	[KFG_ATTEMPT_CGROUP] = { "cgroup", "a change of the agent's cgroup", NULL },
	[KFG_ATTEMPT_POLICY] = { "policy", "a change of the sealed policy", NULL },
	[KFG_ATTEMPT_SYSCTL] = { "sysctl", "the switch of function tracing, which the gate hangs on", NULL },
	[KFG_ATTEMPT_HELPER] = { "helper", "a program that can change memory, registers or results of others", NULL },
	[KFG_ATTEMPT_CODE] = { "code", "a change of the code that the agent runs", NULL },
	[KFG_ATTEMPT_HOLD] = { "hold", "being asked before files that the agent needs are opened", NULL },
	[KFG_ATTEMPT_LISTING] = { "listing", "the gate's own in a list of all BPF objects", NULL },
	[KFG_ATTEMPT_MANAGER] = { "manager", "the service manager's change of the agent's cgroup", NULL },
	[KFG_ATTEMPT_PLACE] = { "place", "a program more on a hook than leaves room for the next agent",
				"KFGATE_PROG_ID" },
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == KFG_ATTEMPT_MAX, "a word for each kind");

const char *kfg_attempt_record_word(unsigned kind)
{
	return kind < KFG_ATTEMPT_MAX ? kinds[kind].word : "unknown";
}

static void add_who(struct kfg_record *record, const struct kfg_attempt *a)
{
	kfg_record_addf(record, "KFGATE_PID", "%u", a->pid);
	kfg_record_addf(record, "KFGATE_TID", "%u", a->tid);
	kfg_record_addf(record, "KFGATE_UID", "%u", a->uid);
	kfg_record_addf(record, "KFGATE_GID", "%u", a->gid);
	kfg_record_addf(record, "KFGATE_COMM", "%.*s", (int)strnlen(a->comm, sizeof(a->comm)), a->comm);
	kfg_record_addf(record, "KFGATE_EXE_NAME", "%.*s", (int)strnlen(a->exe, sizeof(a->exe)), a->exe);
	kfg_record_addf(record, "KFGATE_CGROUP_ID", "%" PRIu64, (uint64_t)a->cgroup_id);
	kfg_record_addf(record, "OBJECT_PID", "%u", a->pid);
}

/* What a listing met ours among */
static const char *listed(const struct kfg_attempt *a)
{
	static const char *const words[] = {
		[KFG_GUARD_MAP] = "map",
		[KFG_GUARD_PROG] = "program",
		[KFG_GUARD_LINK] = "link",
	};

	return a->detail < sizeof(words) / sizeof(words[0]) ? words[a->detail] : "object";
}

static int listing_record(const struct kfg_attempt *a, struct kfg_record **ret_record)
{
	int r = kfg_record_new(KFG_MESSAGE_LISTING, -1, ret_record);

	if (r < 0)
		return r;
	kfg_record_add(*ret_record, "KFGATE_LISTED", listed(a));
	kfg_record_addf(*ret_record, "MESSAGE", "Left the gate's own out of a list of all BPF %ss by %.*s[%u] (uid %u)",
			listed(a), (int)strnlen(a->comm, sizeof(a->comm)), a->comm, a->pid, a->uid);
	return 0;
}

static int manager_record(const struct kfg_attempt *a, struct kfg_record **ret_record)
{
	int r = kfg_record_new(KFG_MESSAGE_MANAGER, -1, ret_record);

	if (r < 0)
		return r;
	kfg_record_addf(*ret_record, "MESSAGE",
			"Left the cgroup of the strictly guarded agent as it is: %.*s[%u] (uid %u) wanted to change it",
			(int)strnlen(a->comm, sizeof(a->comm)), a->comm, a->pid, a->uid);
	return 0;
}

static int refusal_record(const struct kfg_attempt *a, struct kfg_record **ret_record)
{
	int r = kfg_record_new(KFG_MESSAGE_TAMPERING, -1, ret_record);

	if (r < 0)
		return r;
	kfg_record_addf(*ret_record, "MESSAGE", "Refused %s to %.*s[%u] (uid %u)",
			a->kind < KFG_ATTEMPT_MAX ? kinds[a->kind].what : "something",
			(int)strnlen(a->comm, sizeof(a->comm)), a->comm, a->pid, a->uid);
	kfg_record_add(*ret_record, "KFGATE_ATTEMPT", kfg_attempt_record_word(a->kind));
	if (a->kind < KFG_ATTEMPT_MAX && kinds[a->kind].detail && a->detail)
		kfg_record_addf(*ret_record, kinds[a->kind].detail, "%u", a->detail);
	return 0;
}

int kfg_attempt_record(const struct kfg_attempt *a, uint64_t suppressed, const struct kfg_policy_names *policy,
		       struct kfg_record **ret_record)
{
	_cleanup_(kfg_record_free_cleanup) struct kfg_record *record = NULL;
	int r;

	if (a->kind == KFG_ATTEMPT_LISTING)
		r = listing_record(a, &record);
	else if (a->kind == KFG_ATTEMPT_MANAGER)
		r = manager_record(a, &record);
	else
		r = refusal_record(a, &record);
	if (r < 0)
		return r;
	add_who(record, a);
	if (suppressed)
		kfg_record_addf(record, "KFGATE_UNTOLD", "%" PRIu64, suppressed);
	kfg_record_addf(record, "KFGATE_BOOTTIME_NSEC", "%" PRIu64, (uint64_t)a->time_ns);
	if (policy)
		kfg_record_add(record, "KFGATE_POLICY", policy->name);
	kfg_record_add(record, "KFGATE_WITHOUT_LSM", kfg_policy_names_without_lsm(policy));
	r = kfg_record_error(record);
	if (r < 0)
		return r;
	*ret_record = KFG_TAKE_PTR(record);
	return 0;
}
