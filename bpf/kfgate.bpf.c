/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kfgate.bpf.c - the gate: judges every BPF program that is loaded by the kfuncs it calls.
 *
 *   kfgate_load    lsm/bpf_prog_load  before verification: finds kfunc calls, enters the load into the table of loads
 *                                     in progress; refuses here what is judged by presence
 *   kfgate_enter   lsm/bpf_prog_alloc_security  where there is no bpf_prog_load (6.1): enters every load, unseen
 *   kfgate_prog    lsm/bpf_prog       after verification, and at every later fd: decides on what is live
 *   kfgate_free    lsm/bpf_prog_free  forgets a load that was not admitted, the loader of a program, and signed loaders
 *
 * Each of these is an LSM program, the first and the third of which sleep; or, where BPF LSM is not active, it modifies
 * what security_*() of that name returns, and does not sleep (enum kfg_hooking). The agent chooses, and sets type and
 * flags (enforce/hooking.c): libbpf does not forget the ".s" of a section when the type is changed.
 *
 * Who loads is known from the program (kfg_loads, keyed by prog->aux), not from the task: a later fd, or another task's
 * fd of a load in progress, is not the load. A program is judged once, by the policy and the clock of its load.
 *
 * Several sets of these programs may be attached, one of which takes over from the other (handover.bpf.h). Each load is
 * decided by one of them, in both stages, and reported by that one.
 *
 * Every function but the hooks is static: a global one could be replaced by an EXT program (6.12..7.3).
 * A hook's answer must be provably 0 or a negative errno (6.12 and later), which kfg_answer() makes it.
 */
#include <kfgate/abi.h>
#include "kernel_types.bpf.h"
#include "scan.bpf.h"
#include "judge.bpf.h"
#include "setup.bpf.h"
#include "copies.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* -err for 0 <= err <= 4095, else -EPERM. 6.12 does not track the range of BPF_NEG: the bounds are spelled out. */
static __attribute__((always_inline)) inline int kfg_answer(__u32 err)
{
	__s64 ret = -(__s64)err; /* 64 bit: the comparisons below are */

	asm volatile("if %0 s> 0 goto +1; if %0 s> -4096 goto +1; %0 = -1" : "+r"(ret));
	return ret;
}
/* A scratch for this thread, or NULL: none is free for its unit. */
static __attribute__((noinline)) struct kfg_scratch *kfg_scratch_get(__u64 *tid)
{
	struct kfg_account account = {};
	__u64 unit = kfg_unit_current(&account);
	struct kfg_scratch *s;

	if (!KFG_MAY_ENTER(kfg_scratches, account) || KFG_ENTER(kfg_scratches, tid, (const void *)&kfg_scratch_zero))
		return 0;
	s = bpf_map_lookup_elem(&kfg_scratches, tid);
	if (s) {
		s->account = account;
		s->unit = unit;
	}
	return s;
}

struct kfg_no_room {
	__u32 tables;
	__u32 err;
	__u8 action;
	__u8 enforced;
};

static long kfg_no_room_ask(__u32 slot, void *ctx)
{
	struct kfg_no_room *c = ctx;
	struct kfg_walk w = {};
	const struct kfg_table_header *h = kfg_table(&w, slot);

	if (!h)
		return 1;
	if (c->tables && h->unscannable < c->action)
		return 0;
	c->tables = 1;
	c->action = h->unscannable;
	c->enforced = kfg_mode_enforces(h->mode);
	c->err = h->refuse_errno;
	return 0;
}

/*
 * No memory to judge with, or no table to judge by: unscannable, which the counters alone show. Returns a positive
 * errno or 0.
 */
static __attribute__((noinline)) __u32 kfg_no_room(void)
{
	struct kfg_no_room c = { .err = EACCES, .action = KFG_REFUSE, .enforced = 1 };

	bpf_loop(KFG_TABLES_MAX, kfg_no_room_ask, &c, 0);
	kfg_count(KFG_STAT_UNSCANNABLE);
	if (c.action == KFG_ALLOW)
		return 0;
	kfg_count(kfg_stat_of(c.action, c.enforced));
	kfg_count(KFG_STAT_LOST);
	return c.action == KFG_REFUSE && c.enforced ? c.err : 0;
}

#include "answer.bpf.h"
#include "unseen.bpf.h"

/* Enters the load into the table of loads in progress. Returns 0 or non-zero: no room. */
static __attribute__((always_inline)) inline long kfg_enter(struct kfg_scratch *s, __u64 tid)
{
	s->inflight.account = s->account;
	s->inflight.tid = tid;
	s->inflight.owner = kfg_instance;
	s->inflight.load_time = s->load_time;
	if (!KFG_MAY_ENTER(kfg_loads, s->account))
		return 1;
	return KFG_ENTER(kfg_loads, &s->aux, &s->inflight);
}

static long kfg_copy_use(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;

	if (i >= KFG_KFUNCS_MAX)
		return 1;
	s->inflight.uses[i] = s->uses[i].key;
	return 0;
}

/* Stage 1 for a program that may hold a kfunc call at or after `first`. Returns a positive errno or 0. */
static __attribute__((noinline)) __u32 kfg_stage1(struct kfg_walk *w, __u32 first, __u64 tid, __u32 kernel)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	const struct kfg_table_header *h;
	int none;

	kfg_scan_all(w, s, first);
	none = s->done == s->len && !s->n_uses && !s->overflow;
	if (none && !s->answers)
		return 0; /* what was read as a call stood behind the program */
	if (!none)
		kfg_count(KFG_STAT_KFUNC_LOADS);
	if (!kfg_table(w, 0))
		return kfg_no_room();
	kfg_fill_program(w);
	s->event.kernel = s->inflight.kernel = kernel;
	kfg_fill_loader(w);
	s->inflight.n_uses = s->n_uses;
	bpf_loop(s->n_uses & 0x1ff, kfg_copy_use, w, 0);
	s->full = !!kfg_enter(s, tid);
	if (s->full)
		kfg_count(KFG_STAT_TABLE_FULL);
	if (s->done != s->len || s->overflow || s->full)
		kfg_count(KFG_STAT_UNSCANNABLE);
	s->steps = s->n_uses;
	bpf_loop(KFG_STEPS_MAX, kfg_judge_early, w, 0);
	h = kfg_deciding_table(w);
	if (!h)
		return EACCES;
	if (KFG_ONCE32(s->answers)) {
		kfg_answer_describe(w);
		return kfg_conclude(w);
	}
	/* stage 2 reports everything that is not refused here, so that each load is one event */
	if (!s->full && (s->event.action != KFG_REFUSE || (!kfg_mode_enforces(h->mode) && !s->always)))
		return 0;
	return kfg_conclude(w);
}

SEC("?lsm/bpf_prog_load")
int BPF_PROG(kfgate_load, struct bpf_prog *prog)
{
	struct kfg_walk w = {};
	struct kfg_scratch *s;
	__u64 insns = 0, tid, kernel = 0, load_time = prog->aux->load_time;
	__u32 first, err, answers, tri = KFG_UNKNOWN;
	int any;

	/* before it takes over, a set decides its agent's own loads: canaries, which prove it */
	if (!kfg_handover_is_mine(load_time) && !kfg_handover_is_agent())
		return 0;
	kfg_count(KFG_STAT_LOADS);
	/* the program as a number: through a trusted pointer nothing behind the struct could be read */
	bpf_get_func_arg(ctx, 0, &insns);
	any = kfg_scan_any(insns + bpf_core_field_offset(struct bpf_prog, insnsi), prog->len, &first);
	answers = kfg_answers_by_type(prog->type) && !kfg_handover_is_agent() && kfg_may_answer((void *)insns);
	if (!any && !answers)
		return 0;
	first = kfg_unknown(any > 0 ? first : 0);
	answers = kfg_unknown(answers);
	if (kfg_handover_is_successor())
		return 0;
	tid = bpf_get_current_pid_tgid();
	s = kfg_scratch_get(&tid);
	if (!s)
		return kfg_answer(answers ? kfg_answer_without_scratch() : kfg_no_room());
	/* 7.2 and later: (prog, attr, token, bool kernel) */
	if (!bpf_get_func_arg(ctx, 3, &kernel))
		tri = kernel & 0xff ? KFG_YES : KFG_NO;
	w.d = &s->decision;
	s->stage = 1;
	s->answers = answers;
	s->prog = insns;
	s->aux = (__u64)prog->aux;
	s->load_time = load_time;
	s->base = insns + bpf_core_field_offset(struct bpf_prog, insnsi);
	s->len = prog->len;
	if (kernel & 0xff)
		kfg_signature_attribute(ctx, s);
	err = kfg_stage1(&w, first, tid, tri);
	KFG_DROP(kfg_scratches, &tid);
	return kfg_answer(err);
}

/* No stage 1: only that a load by this thread is in progress. The program is not there yet. */
SEC("?lsm/bpf_prog_alloc_security")
int BPF_PROG(kfgate_enter, struct bpf_prog_aux *aux)
{
	static const struct kfg_inflight empty;
	struct kfg_account account = {};
	__u64 key = (__u64)aux;
	struct kfg_inflight *entry;

	/* its load_time comes a moment later: a load between two sets is found in stage 2 */
	if ((!kfg_handover_is_mine(bpf_ktime_get_boot_ns()) && !kfg_handover_is_agent()) || kfg_handover_is_successor())
		return 0;
	kfg_count(KFG_STAT_LOADS);
	kfg_unit_current(&account);
	if (!KFG_MAY_ENTER(kfg_loads, account) || KFG_ENTER(kfg_loads, &key, &empty)) {
		kfg_count(KFG_STAT_TABLE_FULL);
		return kfg_no_room() ? -ENOMEM : 0; /* the one errno that this hook can answer */
	}
	entry = bpf_map_lookup_elem(&kfg_loads, &key);
	if (entry) {
		entry->owner = kfg_instance;
		entry->account = account;
		entry->tid = bpf_get_current_pid_tgid();
	}
	return 0;
}

/* The same request as before, which the counters alone show: a task that keeps asking may not fill the ring. */
static __attribute__((noinline)) __u32 kfg_foreign_again(void)
{
	struct kfg_walk w = {};
	const struct kfg_table_header *h = kfg_table(&w, 0);

	if (!h)
		return kfg_no_room();
	kfg_count(KFG_STAT_FOREIGN_FD);
	kfg_count(KFG_STAT_REPEATED);
	return kfg_mode_enforces(h->mode) ? h->refuse_errno : 0;
}

/*
 * A load that this set decides and that its first hook did not see: it was under way when the gate was attached, or
 * began at the moment of a takeover (6.1). It began before, got its id after. It has no entry, and is judged whoever
 * asks for its fd first, until it is admitted. Ids count up (idr_alloc_cyclic(), kernel/bpf/syscall.c, 6.1..7.3). Until
 * first_id is known, the one reference shows that an fd is its first (not so in __get_prog_inode(),
 * kernel/bpf/inode.c, which asks before it takes one).
 */
static __attribute__((always_inline)) inline __u32 kfg_straddles(struct bpf_prog *prog)
{
	__u64 start_ns;
	__u32 first_id = kfg_knobs_first_id(&kfg_knobs, &start_ns);

	if (BPF_CORE_READ(prog, aux, load_time) >= start_ns)
		return 0;
	if (!first_id)
		return BPF_CORE_READ(prog, aux, refcnt.counter) == 1;
	return (__s32)(BPF_CORE_READ(prog, aux, id) - first_id) > 0;
}

/*
 * Without BPF LSM a run of stage 1 may be missed, and one of stage 2, which the next fd comes to. What was loaded since
 * the gate began, holds a kfunc call, and is in no table, was not judged.
 */
static __attribute__((noinline)) __u32 kfg_unjudged(__u64 prog, __u32 len, __u64 load_time)
{
	__u32 first;

	if (kfg_hooking == KFG_HOOKING_LSM || load_time < KFG_SHARED_READ(kfg_knobs.start_ns) ||
	    kfg_handover_is_agent())
		return 0;
	return kfg_scan_any(prog + bpf_core_field_offset(struct bpf_prog, insnsi), len, &first) != 0 ||
	       kfg_may_answer((void *)prog);
}

/* The entry of the load in progress, or NULL. One that a failed deletion left behind is another load's, or done. */
static __attribute__((always_inline)) inline struct kfg_inflight *kfg_find_load(__u64 *aux, __u64 load_time)
{
	struct kfg_inflight *entry = bpf_map_lookup_elem(&kfg_loads, aux);

	/* 6.1 enters a load before its time is set */
	if (entry && (entry->done || (entry->load_time && entry->load_time != load_time)))
		return 0;
	return entry;
}

static __attribute__((always_inline)) inline struct kfg_loader *kfg_find_loader(__u64 *aux, __u64 load_time)
{
	struct kfg_loader *loader = bpf_map_lookup_elem(&kfg_loaders, aux);

	return loader && loader->load_time == load_time ? loader : 0;
}

/*
 * Ends the load: its verdict is kept with the program, and the entry leaves the table of loads in progress. A refused
 * program may wait long for its end (RCU), so it keeps a place there only when the other table is full, as nobody's.
 */
static __attribute__((noinline)) int kfg_leave(struct kfg_scratch *s, __u32 err)
{
	/* a program that was not even described calls no kfunc: nothing to keep */
	long kept = s->event.magic ? kfg_keep_loader(s, !!err) : 0;
	struct kfg_inflight *entry;

	if (kept && !err)
		kfg_count(KFG_STAT_UNKNOWN_LOADER);
	entry = kfg_find_load(&s->aux, s->load_time);
	if (!entry)
		return 0;
	if (err && kept) {
		entry->tid = 0;
		return 0;
	}
	kfg_shared_barrier(); /* against the one in kfg_request_classify() */
	entry->done = 1;
	KFG_DROP(kfg_loads, &s->aux);
	return 0;
}

/* Somebody asks for an fd that is not his to have; *fds_refused counts them. The agent's are a sweep's. */
static __attribute__((always_inline)) inline enum kfg_request kfg_request_foreign(__u32 *fds_refused)
{
	if (kfg_handover_is_agent())
		return KFG_REQUEST_REFUSED;
	return __sync_fetch_and_add(fds_refused, 1) ? KFG_REQUEST_AGAIN : KFG_REQUEST_FOREIGN;
}

/*
 * Without BPF LSM, a load that has an id and is still in progress when the agent sweeps is one whose end was missed.
 * Its entry ends here, whoever's it is. Of one that comes to its end only now, stage 2 sees that it was not judged.
 */
static __attribute__((always_inline)) inline int kfg_is_overdue(void)
{
	return kfg_hooking != KFG_HOOKING_LSM && kfg_knobs.sweep_ns && kfg_handover_is_agent();
}

/* What is asked of this set about a program. A load in progress is its thread's alone, a refused program nobody's. */
static __attribute__((noinline)) __u32 kfg_request_classify(struct bpf_prog *prog, __u64 *aux, __u64 load_time,
							    __u64 tid, __u64 self)
{
	struct kfg_inflight *entry = kfg_find_load(aux, load_time);
	struct kfg_loader *known;

	if (entry && kfg_is_overdue()) {
		KFG_DROP(kfg_loads, aux);
		entry = 0;
	}
	if (entry) {
		if (entry->owner != kfg_instance)
			return KFG_REQUEST_NONE;
		return entry->tid == tid ? KFG_REQUEST_LOAD : kfg_request_foreign(&entry->fds_refused);
	}
	/* of a load that was seen to have left, the verdict is seen, too: kfg_leave() */
	kfg_shared_barrier();
	known = kfg_find_loader(aux, load_time);
	if (known && known->refused)
		return kfg_handover_is_current() ? kfg_request_foreign(&known->fds_refused) : KFG_REQUEST_REFUSED;
	if (!known && kfg_handover_is_mine(load_time) && !kfg_handover_is_successor() &&
	    (kfg_straddles(prog) || kfg_unjudged(self, prog->len, load_time)))
		return KFG_REQUEST_LOAD;
	if (!kfg_handover_is_current())
		return KFG_REQUEST_NONE;
	if (kfg_knobs.sweep_ns && kfg_handover_is_agent())
		return KFG_REQUEST_SWEEP;
	return kfg_knobs.present_refuse && !kfg_handover_is_successor() ? KFG_REQUEST_PRESENT : KFG_REQUEST_NONE;
}

/* No scratch, no judgement. A load that is let through for want of it is not in progress any more. */
static __attribute__((noinline)) __u32 kfg_request_without_scratch(struct bpf_prog *prog, __u32 request, __u64 *aux)
{
	__u32 err;

	switch (request) {
	case KFG_REQUEST_SWEEP:
		return EBUSY;
	case KFG_REQUEST_FOREIGN:
		return kfg_foreign_again();
	default:
		err = request == KFG_REQUEST_LOAD && kfg_may_answer(prog) && !kfg_handover_is_agent() ?
			      kfg_answer_without_scratch() :
			      kfg_no_room();
		if (!err && request == KFG_REQUEST_LOAD)
			KFG_DROP(kfg_loads, aux);
		return err;
	}
}

/* What stage 1 noted about the load. */
static __attribute__((always_inline)) inline void kfg_recall_load(struct kfg_scratch *s)
{
	struct kfg_inflight *entry = kfg_find_load(&s->aux, s->load_time);

	if (entry)
		bpf_probe_read_kernel(&s->inflight, sizeof(s->inflight), entry);
}

/* Collects the live calls. Returns 0: the program calls no kfunc, and answers for nobody. */
static __attribute__((noinline)) int kfg_scan_live(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;

	if (s->request == KFG_REQUEST_LOAD) {
		kfg_recall_load(s);
		/* where no first stage looked: it would have noted the time */
		s->answers = !s->inflight.load_time && !kfg_handover_is_agent() && kfg_may_answer((void *)s->prog);
	}
	kfg_scan_all(w, s, 0);
	if (s->done == s->len && !s->n_uses && !s->overflow && !s->inflight.n_uses)
		return s->answers;
	if (s->request == KFG_REQUEST_LOAD && !s->inflight.n_uses)
		kfg_count(KFG_STAT_KFUNC_LOADS);
	if (s->done != s->len || s->overflow)
		kfg_count(KFG_STAT_UNSCANNABLE);
	return 1;
}

/* Judges what is live. Returns 0: there is no table any more. */
static __attribute__((noinline)) int kfg_judge_live(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;

	s->event.kernel = s->inflight.n_uses ? s->inflight.kernel : KFG_UNKNOWN;
	s->n_hashes = s->inflight.n_uses;
	bpf_loop(s->n_hashes & 0x1ff, kfg_name_one, w, 0);
	/* the knob and the tables are not swapped at one moment */
	s->present = s->request == KFG_REQUEST_PRESENT;
	s->steps = s->n_uses + s->n_hashes;
	bpf_loop(KFG_STEPS_MAX, kfg_judge_late, w, 0);
	return !!kfg_deciding_table(w);
}

/*
 * Acts on s->request, one of LOAD, FOREIGN, SWEEP and PRESENT. Returns a positive errno or 0. A foreign request is
 * refused and reported, whatever the load's own verdict will be.
 */
static __attribute__((noinline)) __u32 kfg_request_decide(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;

	if (s->request == KFG_REQUEST_SWEEP)
		kfg_count(KFG_STAT_PRESENT);
	if (!kfg_table(w, 0))
		return s->request == KFG_REQUEST_SWEEP ? 0 : kfg_no_room();
	if (KFG_ONCE32(s->request) == KFG_REQUEST_FOREIGN)
		kfg_recall_load(s);
	else if (!kfg_scan_live(w))
		return 0;
	kfg_fill_program(w);
	s->event.kind = KFG_EVENT_LOAD;
	if (KFG_ONCE32(s->request) == KFG_REQUEST_LOAD || KFG_ONCE32(s->request) == KFG_REQUEST_FOREIGN) {
		kfg_fill_loader(w);
	} else {
		s->event.kind = KFG_EVENT_PRESENT;
		kfg_recall_loader(w);
	}
	if (KFG_ONCE32(s->request) == KFG_REQUEST_FOREIGN) {
		s->event.action = KFG_REFUSE;
		s->event.reason = KFG_REASON_FOREIGN_FD;
	} else if (!kfg_judge_live(w)) {
		return s->request == KFG_REQUEST_SWEEP ? 0 : EACCES;
	} else if (KFG_ONCE32(s->answers) && s->event.action != KFG_REFUSE) {
		kfg_answer_describe(w);
	}
	return kfg_conclude(w);
}

static __attribute__((always_inline)) inline __u32 kfg_stage2(unsigned long long *ctx, struct bpf_prog *prog)
{
	__u64 aux = (__u64)prog->aux, load_time = prog->aux->load_time, self = 0;
	__u64 tid = bpf_get_current_pid_tgid();
	struct kfg_walk w = {};
	struct kfg_scratch *s;
	__u32 request, err;

	bpf_get_func_arg(ctx, 0, &self);
	request = kfg_unknown(kfg_request_classify(prog, &aux, load_time, tid, self));
	if (prog->type == BPF_PROG_TYPE_SYSCALL)
		kfg_signature_note(prog, &aux);
	if (request == KFG_REQUEST_NONE)
		return 0;
	if (request == KFG_REQUEST_REFUSED)
		return EACCES;
	if (request == KFG_REQUEST_AGAIN)
		return kfg_foreign_again();
	s = kfg_scratch_get(&tid);
	if (!s)
		return kfg_request_without_scratch((void *)self, request, &aux);
	w.d = &s->decision;
	s->stage = 2;
	s->request = request;
	s->prog = self;
	s->aux = aux;
	s->load_time = load_time;
	s->base = self + bpf_core_field_offset(struct bpf_prog, insnsi);
	s->len = prog->len;
	err = kfg_request_decide(&w);
	if (s->request == KFG_REQUEST_LOAD)
		kfg_leave(s, err);
	KFG_DROP(kfg_scratches, &tid);
	return err;
}

/* The agent looks whether it was seen, to ask again if not: one thread, so that a plain count does. */
static __attribute__((noinline)) int kfg_copy_tell_agent(void)
{
	if (kfg_handover_is_agent())
		kfg_knobs.asked++;
	return 0;
}

SEC("?lsm/bpf_prog")
int BPF_PROG(kfgate_prog, struct bpf_prog *prog)
{
	__u32 err;

	if (kfg_hooking != KFG_HOOKING_LSM) {
		if (kfg_copy_is_spared(prog, 1))
			return 0;
		kfg_copy_tell_agent();
	}
	err = kfg_stage2(ctx, prog);
	if (kfg_hooking != KFG_HOOKING_LSM && !err)
		kfg_copy_answered(prog, 1);
	return kfg_answer(err);
}

/* The copies beside it, where BPF LSM is not active; there are KFG_COPIES with it. */
#define KFG_COPY(n)                                                                                                    \
	SEC("?lsm/bpf_prog")                                                                                           \
	int BPF_PROG(kfgate_prog##n, struct bpf_prog *prog)                                                            \
	{                                                                                                              \
		__u32 err;                                                                                             \
                                                                                                                       \
		if (kfg_copy_is_spared(prog, n))                                                                       \
			return 0;                                                                                      \
		kfg_copy_tell_agent();                                                                                 \
		err = kfg_stage2(ctx, prog);                                                                           \
		if (!err)                                                                                              \
			kfg_copy_answered(prog, n);                                                                    \
		return kfg_answer(err);                                                                                \
	}
KFG_COPY(2)
KFG_COPY(3)
KFG_COPY(4)

SEC("?lsm/bpf_prog_free")
int BPF_PROG(kfgate_free, struct bpf_prog *prog)
{
	__u64 aux = 0;

	/* the argument is untrusted in 7.x: read it, do not follow it */
	bpf_core_read(&aux, sizeof(aux), &prog->aux);
	KFG_DROP_SELDOM(kfg_loads, &aux);
	KFG_DROP_SELDOM(kfg_loaders, &aux);
	kfg_signature_forget(&aux);
	return 0;
}

SEC("?lsm/bpf_prog_free_security")
int BPF_PROG(kfgate_free_aux, struct bpf_prog_aux *aux)
{
	__u64 key = (__u64)aux;

	KFG_DROP_SELDOM(kfg_loads, &key);
	KFG_DROP_SELDOM(kfg_loaders, &key);
	return 0;
}
