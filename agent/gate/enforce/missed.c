/* SPDX-License-Identifier: GPL-2.0-or-later */
/* missed.c - see missed.h, and bpf/copies.bpf.h for how calls are counted that a copy answered. */
#include "gate/enforce/missed.h"

#include "base/caps.h"
#include "base/cleanup.h"
#include "gate/enforce/pins.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SUM_KEY 0u /* of the BPF programs: calls whose entry a later one took */
#define SETTLED_NS 200000000u /* after its load began, a program is entered in a table, or nobody judges it */
#define GONE_KEY 1u /* of the agents: those of threads that are gone. Both are keys of no thread. */

static const struct {
	const char *prog;
	size_t at; /* in struct kfg_missed */
} counted[] = {
	{ "kfgate_prog4", offsetof(struct kfg_missed, loads) }, { "kfgate_load", offsetof(struct kfg_missed, early) },
	{ "kfgate_enter", offsetof(struct kfg_missed, early) }, { "kfgate_exec", offsetof(struct kfg_missed, others) },
	{ "kfgate_fork", offsetof(struct kfg_missed, others) },
};
_Static_assert(KFG_COPIES == 4, "the last copy is the one that counts");

static __u64 *field(struct kfg_missed *missed, size_t at)
{
	return (__u64 *)((char *)missed + at);
}

static void add(struct kfg_missed *to, const struct kfg_missed *from)
{
	to->loads += from->loads;
	to->early += from->early;
	to->others += from->others;
}

/* The program behind a pinned link: a descriptor, or a negative errno. */
static int pinned_prog(uint64_t instance, const char *name)
{
	_cleanup_close_ int link = KFG_NO_FD;
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);
	char pin[64];
	int fd;

	(void)snprintf(pin, sizeof(pin), KFG_PIN_LINK "%s", name);
	link = kfg_pins_get(instance, pin, 0);
	if (link < 0)
		return link;
	if (bpf_obj_get_info_by_fd(link, &info, &size))
		return -errno;
	fd = bpf_prog_get_fd_by_id(info.prog_id);
	return fd < 0 ? -errno : fd;
}

/* Those of this set without asking for a descriptor, which is a call that can be missed itself. */
static int misses_of(struct kfg_gate *gate, uint64_t instance, const char *name, __u64 *ret_n)
{
	_cleanup_close_ int other = KFG_NO_FD;
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	int fd = kfg_gate_prog(gate, name);

	*ret_n = 0;
	if (instance != gate->instance)
		fd = other = pinned_prog(instance, name);
	if (fd == -ENOENT)
		return 0; /* not a program of this kernel */
	if (fd < 0)
		return fd;
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	*ret_n = info.recursion_misses;
	return 0;
}

static bool is_gone(__u64 key)
{
	return key != SUM_KEY && key != GONE_KEY && syscall(SYS_tgkill, (int)(key >> 32), (int)(__u32)key, 0) < 0 &&
	       errno == ESRCH;
}

/* An entry of a thread that is gone makes room, and stays counted. */
static void bury(int map, __u64 key)
{
	struct kfg_answered gone = {};
	__u64 gone_key = GONE_KEY;

	(void)bpf_map_lookup_elem(map, &gone_key, &gone);
	gone.copy++;
	if (!bpf_map_update_elem(map, &gone_key, &gone, BPF_ANY))
		(void)bpf_map_delete_elem(map, &key);
}

static __u64 sum_at(int map, __u64 key)
{
	struct kfg_answered sum = {};

	(void)bpf_map_lookup_elem(map, &key, &sum);
	return sum.copy;
}

/*
 * Calls that some copy answered and the last one was left out of. To be read after the misses of that, entries before
 * their sum: what moves from one to the other counts twice for the moment, and is told a little later.
 */
static int count_answered(uint64_t instance, __u64 *ret_n)
{
	_cleanup_close_ int map = kfg_pins_get(instance, KFG_PIN_ANSWERED, KFG_ABI_VERSION);
	__u64 key, next, *last = NULL;
	bool gone = false;

	*ret_n = 0;
	if (map < 0)
		return map == -ENOENT ? 0 : map;
	while (!bpf_map_get_next_key(map, last, &next)) {
		if (gone)
			bury(map, key);
		key = next;
		last = &key;
		gone = is_gone(key);
		*ret_n += key != SUM_KEY && key != GONE_KEY && !gone;
	}
	if (gone)
		bury(map, key);
	*ret_n += sum_at(map, GONE_KEY) + sum_at(map, SUM_KEY);
	return 0;
}

static int count_set(struct kfg_gate *gate, uint64_t instance, struct kfg_missed *ret_missed)
{
	struct kfg_missed m = {};
	__u64 n, answered;
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(counted) / sizeof(counted[0]); i++) {
		r = misses_of(gate, instance, counted[i].prog, &n);
		*field(&m, counted[i].at) += n;
	}
	if (!r && m.loads) {
		r = count_answered(instance, &answered);
		m.loads -= answered < m.loads ? answered : m.loads;
	}
	if (!r)
		*ret_missed = m;
	return r;
}

/* Adds to gate->unseen what was loaded since the last look, and long enough ago to have come to its end. */
static int look_for_unseen(struct kfg_gate *gate)
{
	struct kfg_knobs *knobs = kfg_gate_knobs(gate);
	uint64_t until = kfg_gate_boottime_ns() - SETTLED_NS;
	_cleanup_close_ int fd = KFG_NO_FD;
	__u32 ids[256];
	ssize_t n;

	__atomic_store_n(&knobs->unseen_until, until, __ATOMIC_SEQ_CST);
	fd = kfg_gate_iterate_unseen(gate);
	if (fd < 0)
		return fd;
	while ((n = read(fd, ids, sizeof(ids))) > 0)
		gate->unseen += (uint64_t)n / sizeof(ids[0]);
	if (n < 0)
		return -errno;
	__atomic_store_n(&knobs->unseen_from, until, __ATOMIC_SEQ_CST);
	return 0;
}

/*
 * What the kernel counted is among what is not known of, while it is there; what it did not count was loaded while none
 * of the gate's programs was called. So many at least.
 */
static void count_unseen(struct kfg_gate *gate, uint64_t missed)
{
	uint64_t known = missed + gate->unseen_counted;

	if (gate->unseen <= known)
		return;
	gate->delivery->missed_gone.loads += gate->unseen - known;
	gate->unseen_counted += gate->unseen - known;
}

int kfg_gate_missed(struct kfg_gate *gate, struct kfg_missed *ret_missed)
{
	KFG_CAPS_RAISED;
	struct kfg_missed sum = {}, one = {};
	int r = gate->hooking == KFG_HOOKING_LSM ? 0 : look_for_unseen(gate);

	if (!r && gate->hooking != KFG_HOOKING_LSM)
		r = count_set(gate, gate->instance, &one);
	if (!r)
		count_unseen(gate, one.loads);
	sum = gate->delivery->missed_gone;
	add(&sum, &one);
	for (size_t i = 0; !r && gate->hooking != KFG_HOOKING_LSM && i < gate->n_older; i++) {
		r = count_set(gate, gate->older[i], &one);
		add(&sum, &one);
	}
	*ret_missed = sum;
	return r;
}

void kfg_gate_missed_told(const struct kfg_gate *gate, struct kfg_missed *ret_told)
{
	*ret_told = gate->delivery->missed_told;
}

void kfg_gate_receipts_set_missed_told(const struct kfg_gate_receipts *r, const struct kfg_missed *missed)
{
	__atomic_store_n(&r->delivery->missed_told.loads, missed->loads, __ATOMIC_SEQ_CST);
	__atomic_store_n(&r->delivery->missed_told.early, missed->early, __ATOMIC_SEQ_CST);
	__atomic_store_n(&r->delivery->missed_told.others, missed->others, __ATOMIC_SEQ_CST);
}

void kfg_missed_keep(struct kfg_gate *gate, uint64_t instance)
{
	struct kfg_missed one = {};

	if (gate->hooking != KFG_HOOKING_LSM && !count_set(gate, instance, &one))
		add(&gate->delivery->missed_gone, &one);
}

void kfg_missed_forget(struct kfg_gate *gate)
{
	struct kfg_missed one = {}, *gone = &gate->delivery->missed_gone;

	if (gate->hooking == KFG_HOOKING_LSM || count_set(gate, gate->instance, &one))
		return;
	gone->loads -= one.loads;
	gone->early -= one.early;
	gone->others -= one.others;
}

uint64_t kfg_missed_asked(const struct kfg_gate *gate)
{
	return __atomic_load_n(&kfg_gate_knobs(gate)->asked, __ATOMIC_SEQ_CST);
}

bool kfg_missed_was_asked(struct kfg_gate *gate, uint64_t before)
{
	if (gate->hooking == KFG_HOOKING_LSM || kfg_missed_asked(gate) != before)
		return true;
	gate->delivery->missed_gone.loads--;
	return false;
}
