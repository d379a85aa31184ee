/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.bpf.h - from the kfuncs of a load to its verdict, and the one event about it. The verdict comes first and never
 * depends on the event.
 */
#pragma once

#include "names.bpf.h"
#include "loader.bpf.h"
#include "signature.bpf.h"

/* The table in a slot, from here on that of all questions; NULL: there is none. */
static __attribute__((always_inline)) inline const struct kfg_table_header *kfg_table(struct kfg_walk *w, __u32 slot)
{
	w->table = bpf_map_lookup_elem(&kfg_tables, &slot);
	return w->table ? kfg_header(w) : 0;
}

/* Keeps what the table at hand found, unless an older one was stricter. */
static __attribute__((noinline)) int kfg_keep_table(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;

	if (s->tables > 1 && s->event.action < s->kept.action)
		return 0;
	s->kept_slot = s->tables - 1;
	s->kept_always = s->always;
	bpf_probe_read_kernel(&s->kept, sizeof(s->kept), &s->event);
	return 0;
}

/* Goes on to the next table in force, by which nothing is found yet. Non-zero: there is none. */
static __attribute__((noinline)) int kfg_next_table(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	__u32 slot = s->tables;
	void *table;

	if (slot >= KFG_TABLES_MAX)
		return 1;
	table = bpf_map_lookup_elem(&kfg_tables, &slot);
	if (!table)
		return 1;
	if (slot)
		kfg_keep_table(w);
	w->table = table;
	s->tables = slot + 1;
	s->live = s->unattributed = s->always = 0;
	s->event.action = KFG_ALLOW;
	s->event.reason = KFG_REASON_NONE;
	s->event.n_kfuncs = s->event.n_more = 0;
	if (s->n_hashes)
		bpf_probe_read_kernel(s->hashes, sizeof(s->hashes), s->named);
	return 0;
}

/* In the end: the table that decides, with what it found; of several the strictest, and of equals the newest. */
static __attribute__((always_inline)) inline const struct kfg_table_header *kfg_deciding_table(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;

	if (!s->judged_all) {
		s->event.action = KFG_REFUSE;
		s->event.reason = KFG_REASON_WALK;
	}
	if (s->tables <= 1)
		return kfg_header(w);
	kfg_keep_table(w);
	s->always = s->kept_always;
	bpf_probe_read_kernel(&s->event, sizeof(s->event), &s->kept);
	return kfg_table(w, s->kept_slot);
}

/* The program's BTF line info: last entry whose insn_off is not behind s->insn; binary search over [low, high). */
static long kfg_step_line(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	__u32 mid = (s->low + s->high) / 2, off = 0;

	if (s->high - s->low <= 1)
		return 1;
	bpf_probe_read_kernel(&off, sizeof(off), (void *)(s->linfo + (__u64)mid * sizeof(struct bpf_line_info)));
	if (off <= s->insn)
		s->low = mid;
	else
		s->high = mid;
	return 0;
}

static __attribute__((noinline)) int kfg_fill_source(struct kfg_walk *w, __u32 index, __u32 insn)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	struct bpf_prog *prog = (struct bpf_prog *)s->prog;
	struct bpf_line_info line = {};
	const char *strings = BPF_CORE_READ(prog, aux, btf, strings);
	struct kfg_event_kfunc *k;

	s->linfo = (__u64)BPF_CORE_READ(prog, aux, linfo);
	s->low = 0;
	s->high = BPF_CORE_READ(prog, aux, nr_linfo);
	s->insn = insn;
	if (!s->linfo || !s->high || !strings || index >= KFG_EVENT_KFUNCS)
		return 0;
	bpf_loop(32, kfg_step_line, w, 0);
	if (bpf_probe_read_kernel(&line, sizeof(line), (void *)(s->linfo + (__u64)s->low * sizeof(line))))
		return 0;
	k = &s->event.kfuncs[index];
	k->line = line.line_col >> 10; /* BPF_LINE_INFO_LINE_NUM, include/uapi/linux/bpf.h */
	bpf_probe_read_kernel_str(k->file, sizeof(k->file), strings + line.file_name_off);
	return 0;
}

/* Puts the kfunc just judged into the event, if it is a finding. */
static __attribute__((noinline)) int kfg_add_finding(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	__u8 action = s->action, reason = s->reason;
	__u32 index = s->event.n_kfuncs, use = s->judged;
	struct kfg_event_kfunc *k;

	if (index >= KFG_EVENT_KFUNCS) {
		s->event.n_more++;
		/* full: the worst finding must be among those that are shown */
		if (action < s->event.action || s->event.kfuncs[KFG_EVENT_KFUNCS - 1].action >= action)
			return 0;
		index = KFG_EVENT_KFUNCS - 1;
	} else {
		s->event.n_kfuncs = index + 1;
	}
	if (index >= KFG_EVENT_KFUNCS)
		return 0;
	k = &s->event.kfuncs[index];
	bpf_probe_read_kernel_str(k->name, sizeof(k->name), &s->decision.subject.text[KFG_TEXT_KFUNC]);
	bpf_probe_read_kernel_str(k->module, sizeof(k->module), &s->decision.subject.text[KFG_TEXT_MODULE]);
	k->verdict = s->decision.verdict;
	k->action = action;
	k->reason = reason;
	k->live = s->live;
	k->line = 0;
	k->file[0] = 0;
	k->insn = k->calls = 0;
	if (use < KFG_KFUNCS_MAX) {
		k->insn = s->uses[use].insn;
		k->calls = s->uses[use].calls;
		if (s->live && s->stage == 2)
			kfg_fill_source(w, index, s->uses[use].insn);
	}
	return 0;
}

/* The counters in a slot, if they are those of this table; else NULL. */
static __attribute__((always_inline)) inline void *kfg_hits_of(__u32 slot, __u64 generation)
{
	void *hits = bpf_map_lookup_elem(&kfg_hits, &slot);
	const __u32 table = KFG_HIT_TABLE;
	const struct kfg_hit *first;

	if (!hits)
		return 0;
	first = bpf_map_lookup_elem(hits, &table);
	return first && first->key == generation ? hits : 0;
}

static __attribute__((always_inline)) inline void kfg_count_hit(const struct kfg_scratch *s, struct kfg_hit *hit)
{
	__u64 sweep_ns = kfg_knobs.sweep_ns;

	if (s->request != KFG_REQUEST_SWEEP) {
		__sync_fetch_and_add(&hit->loads, 1);
		hit->last_ns = bpf_ktime_get_boot_ns();
		return;
	}
	/* one thread sweeps; each sweep begins anew */
	if (hit->sweep_ns != sweep_ns) {
		hit->present = 0;
		hit->sweep_ns = sweep_ns;
	}
	hit->present++;
}

/* Counts what decided about the kfunc at hand: 0 the rule, or that there is none, 1 the waiver, 2 the deprecation. */
static long kfg_step_hit(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	const struct kfg_table_header *h = kfg_header(w);
	const struct kfg_verdict *v = &s->decision.verdict;
	__u32 slot = 2 * (s->tables - 1), index = i == 0 ? v->rule : i == 1 ? v->waiver : v->dep;
	__u8 counts = s->live || (v->name_flags & KFG_NAME_INLINED);
	struct kfg_hit *hit;
	void *hits;

	if (!h || v->failed)
		return 1;
	/* as kfg_effective() has it */
	if (!counts && (i ? v->dep_scope : v->rule_scope) != KFG_SCOPE_ANY)
		return 0;
	if (index == KFG_NONE) {
		if (i)
			return 0;
		index = KFG_HIT_UNLISTED;
	} else {
		index += i == 0 ? KFG_HIT_RULES : i == 1 ? h->hit_waivers : h->hit_deps;
	}
	/* the second half is the agent's */
	if (index >= h->n_hits)
		return 0;
	hits = kfg_hits_of(slot, h->generation);
	if (!hits)
		hits = kfg_hits_of(slot + 1, h->generation);
	if (!hits)
		return 1;
	hit = bpf_map_lookup_elem(hits, &index);
	if (hit)
		kfg_count_hit(s, hit);
	return 0;
}

/* Each kfunc of a load once: after verification, which all but those pass that are refused before. */
static __attribute__((always_inline)) inline int kfg_hit_counts(struct kfg_scratch *s, const struct kfg_table_header *h)
{
	if (s->decision.verdict.row_flags & KFG_ROW_AGENT)
		return 0;
	if (s->stage == 1)
		return s->action == KFG_REFUSE && kfg_mode_enforces(h->mode);
	return s->request == KFG_REQUEST_LOAD || s->request == KFG_REQUEST_SWEEP;
}

/* The kfunc s->judged is decided: what that means for the load. */
static __attribute__((noinline)) int kfg_judge_decided(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	const struct kfg_table_header *h = kfg_header(w);
	__u8 reason;

	if (!h)
		return 0;
	/* through memory: each pair of numbers that the verifier knows would be a state of its own */
	s->action = kfg_effective(&s->decision.verdict, s->live, h->unscannable, &reason);
	s->reason = reason;
	if (kfg_hit_counts(s, h))
		bpf_loop(3, kfg_step_hit, w, 0);
	if (KFG_ONCE32(s->action) == KFG_ALLOW)
		return 0;
	if (s->decision.verdict.row_flags & KFG_ROW_ALWAYS)
		s->always = 1;
	kfg_add_finding(w);
	if (s->action > s->event.action) {
		s->event.action = s->action;
		s->event.reason = s->reason;
	}
	return 0;
}

#define KFG_SKIP (KFG_NONE - 1) /* not to be judged */

/* Stage 1: each vmlinux kfunc as loaded. Those of modules cannot be named yet; stage 2 judges all again. */
static __attribute__((noinline)) __u32 kfg_name_early(struct kfg_walk *w, __u32 i)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;

	if (i >= KFG_KFUNCS_MAX || s->uses[i].key >> 32 || kfg_name_loaded(w, s->uses[i].key))
		return KFG_SKIP;
	kfg_hash_name(w);
	return i;
}

/* Stage 2, before any table: the names of the kfuncs as loaded. */
static long kfg_name_one(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;

	if (i >= KFG_KFUNCS_MAX)
		return 1;
	s->named[i] = kfg_name_loaded(w, s->inflight.uses[i]) ? 0 : kfg_hash_name(w);
	return 0;
}

static long kfg_step_seen(__u32 i, void *ctx)
{
	struct kfg_walk *w = ctx;
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;

	if (i >= KFG_KFUNCS_MAX)
		return 1;
	if (s->hashes[i] != s->probe)
		return 0;
	s->hashes[i] = 0;
	s->found = i;
	return 1;
}

/*
 * Stage 2, first of a table: the live calls. A live name that was not loaded is one the kernel put in the place of
 * another (specialize_kfunc(), kernel/bpf/verifier.c, 6.12..7.3: bpf_dynptr_from_skb_rdonly and the like) or wrote
 * itself (net/sched/bpf_qdisc.c): it is not the program's word. Then what is not accounted for is taken for live.
 */
static __attribute__((noinline)) __u32 kfg_name_next_live(struct kfg_walk *w, __u32 i)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;

	if (i >= KFG_KFUNCS_MAX)
		return KFG_SKIP;
	kfg_name_live(w, s->uses[i].key);
	s->probe = kfg_hash_name(w);
	if (s->n_hashes) {
		s->found = KFG_NONE;
		bpf_loop(s->n_hashes & 0x1ff, kfg_step_seen, w, 0);
		if (s->found == KFG_NONE) {
			s->unattributed = 1;
			return KFG_SKIP;
		}
	}
	s->live = 1;
	return i;
}

/* May the presence of the kfunc in the subject decide anything? Most programs hold many that are dead. */
static __attribute__((noinline)) int kfg_presence_counts(struct kfg_walk *w)
{
	const struct kfg_table_header *h = kfg_header(w);
	const struct kfg_name *n;

	if (!h)
		return 1;
	if (h->any_scope)
		return 1;
	n = kfg_find_name(w, h);
	return n && (n->flags & KFG_NAME_INLINED);
}

/* Stage 2, then: kfuncs as loaded that no live call accounts for: dead, inlined away, or replaced. */
static __attribute__((noinline)) __u32 kfg_name_rest(struct kfg_walk *w, __u32 i)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;

	if (i >= KFG_KFUNCS_MAX || !s->hashes[i] || kfg_name_loaded(w, s->inflight.uses[i]))
		return KFG_SKIP;
	kfg_hash_name(w);
	s->live = s->unattributed;
	return s->live || kfg_presence_counts(w) ? KFG_NONE : KFG_SKIP;
}

/* Marks the load unscannable, for the table at hand. */
static __attribute__((always_inline)) inline void kfg_unscannable(struct kfg_scratch *s,
								  const struct kfg_table_header *h, __u8 reason)
{
	if (h->unscannable > s->event.action) {
		s->event.action = h->unscannable;
		s->event.reason = reason;
	}
}

/* What keeps the load from being judged by its kfuncs. */
static __attribute__((always_inline)) inline void kfg_check_scan(struct kfg_scratch *s,
								 const struct kfg_table_header *h)
{
	if (s->done != s->len)
		kfg_unscannable(s, h, KFG_REASON_SHORT_SCAN);
	if (s->overflow)
		kfg_unscannable(s, h, KFG_REASON_MANY_KFUNCS);
	if (s->full)
		kfg_unscannable(s, h, KFG_REASON_TABLE_FULL);
}

/* Names the next kfunc to be decided by the table at hand: its index in uses, KFG_NONE, or KFG_SKIP. */
static __attribute__((always_inline)) inline __u32 kfg_judge_next(struct kfg_walk *w, int stage)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;

	if (s->idle)
		return KFG_SKIP;
	if (stage == 1)
		return kfg_name_early(w, s->step - 1);
	if (s->step <= s->n_uses)
		return kfg_name_next_live(w, s->step - 1);
	return kfg_name_rest(w, s->step - 1 - s->n_uses);
}

/*
 * One step of the judging, all of which is one loop: all tables, of each all kfuncs, and all steps of each decision. So
 * a verifier goes through each part once. s->step 0 goes on to the next table.
 */
static __attribute__((always_inline)) inline long kfg_judge_step(struct kfg_walk *w, int stage)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	const struct kfg_table_header *h;

	if (s->deciding) {
		if (kfg_decide_step(w)) {
			s->deciding = 0;
			kfg_judge_decided(w);
		}
		return 0;
	}
	if (!s->step) {
		if (kfg_next_table(w)) {
			s->judged_all = 1;
			return 1;
		}
		h = kfg_header(w);
		if (!h)
			return 1;
		s->idle = stage == 1 ? !h->any_scope && !s->decision.subject.is_agent :
				       s->present && h->present != KFG_PRESENT_REFUSE;
		if (stage == 1 || !s->idle)
			kfg_check_scan(s, h);
	} else {
		s->judged = kfg_judge_next(w, stage);
		/* through memory: each number that the verifier knows on a way here would be a state of its own */
		if (KFG_ONCE32(s->judged) != KFG_SKIP) {
			kfg_decide_begin(w);
			s->deciding = 1;
		}
	}
	s->step = s->step < s->steps ? s->step + 1 : 0;
	return 0;
}

static long kfg_judge_early(__u32 i, void *ctx)
{
	return kfg_judge_step(ctx, 1);
}

static long kfg_judge_late(__u32 i, void *ctx)
{
	return kfg_judge_step(ctx, 2);
}

static __attribute__((noinline)) int kfg_fill_program(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	struct bpf_prog *prog = (struct bpf_prog *)s->prog;
	struct bpf_prog_aux *aux = BPF_CORE_READ(prog, aux);
	struct kfg_event *e = &s->event;
	__u64 tid = bpf_get_current_pid_tgid();

	e->magic = KFG_EVENT_MAGIC;
	e->time_ns = bpf_ktime_get_boot_ns();
	e->pid = tid >> 32;
	e->tid = tid;
	e->prog_type = s->decision.subject.prog_type = BPF_CORE_READ(prog, type);
	e->attach_type = BPF_CORE_READ(prog, expected_attach_type);
	e->n_insns = s->len;
	e->kernel = KFG_UNKNOWN;
	e->token = KFG_NO; /* there is no such thing before 6.9 */
	if (bpf_core_field_exists(aux->token))
		e->token = BPF_CORE_READ(aux, token) ? KFG_YES : KFG_NO;
	s->decision.subject.token = e->token == KFG_YES;
	kfg_signature_fill(s, aux);
	kfg_prog_name(e->prog, prog);
	bpf_probe_read_kernel_str(&s->decision.subject.text[KFG_TEXT_PROG], KFG_PROG_LEN, &aux->name);
	kfg_subject_hash(w, KFG_DIM_PROG);
	if (s->stage == 2) {
		e->prog_id = BPF_CORE_READ(aux, id);
		bpf_probe_read_kernel(e->tag, sizeof(e->tag), &prog->tag);
	}
	/* the UTC day: TAI is the one clock of BPF programs that follows the host's date */
	s->decision.subject.today =
		(__s32)((bpf_ktime_get_tai_ns() - kfg_knobs.tai_offset_ns) / (86400ULL * 1000000000));
	return 0;
}

/* The counter of an action: KFG_STAT_MAX for none. */
static __attribute__((always_inline)) inline __u32 kfg_stat_of(__u8 action, __u8 enforced)
{
	switch (action) {
	case KFG_AUDIT:
		return KFG_STAT_AUDITED;
	case KFG_WARN:
		return KFG_STAT_WARNED;
	case KFG_REFUSE:
		return enforced ? KFG_STAT_REFUSED : KFG_STAT_WOULD_REFUSE;
	default:
		return KFG_STAT_MAX;
	}
}

static __attribute__((always_inline)) inline void kfg_send(struct kfg_scratch *s)
{
	__u32 n = s->event.n_kfuncs;

	if (n > KFG_EVENT_KFUNCS)
		n = KFG_EVENT_KFUNCS;
	n = __builtin_offsetof(struct kfg_event, kfuncs) + n * sizeof(struct kfg_event_kfunc);
	kfg_count(bpf_ringbuf_output(&kfg_events, &s->event, n, BPF_RB_FORCE_WAKEUP) ? KFG_STAT_LOST : KFG_STAT_EVENTS);
}

/*
 * The end of a decision: what the loader gets (0 or a negative errno), the counters, the event. In a
 * sweep the hook's answer does not count.
 */
static __attribute__((noinline)) int kfg_conclude(struct kfg_walk *w)
{
	struct kfg_scratch *s = (struct kfg_scratch *)w->d;
	const struct kfg_table_header *h = kfg_header(w);
	struct kfg_event *e = &s->event;
	__u32 err, stat;

	if (!h || e->action == KFG_ALLOW)
		return 0;
	e->generation = h->generation;
	e->serial = h->serial;
	e->mode = h->mode;
	e->stage = s->stage;
	e->scanned = s->done;
	e->enforced = s->request != KFG_REQUEST_SWEEP && (kfg_mode_enforces(h->mode) || s->always);
	err = 0;
	if (e->action == KFG_REFUSE && e->enforced)
		err = h->refuse_errno;
	e->error = -err;
	if (s->always && err)
		stat = s->stage == 1 ? KFG_STAT_CANARY1 : KFG_STAT_CANARY2;
	else if (e->reason == KFG_REASON_FOREIGN_FD)
		stat = KFG_STAT_FOREIGN_FD;
	else if (e->reason == KFG_REASON_OVERRIDE)
		stat = KFG_STAT_OVERRIDES;
	else if (e->kind == KFG_EVENT_PRESENT)
		stat = KFG_STAT_PRESENT_FOUND;
	else
		stat = kfg_stat_of(e->action, e->enforced);
	kfg_count(stat);
	kfg_send(s);
	return -e->error;
}
