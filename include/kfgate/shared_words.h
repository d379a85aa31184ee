/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shared_words.h - words that two sides read and write at the same time, and in which order. Processors other than x86
 * carry out plain loads and stores in any order, so each protocol is one function for its writer and one for its
 * reader, here and nowhere else. Builds for BPF and for user space.
 *
 *   words                            written by                    read by                     by
 *   kfg_turn.before, at_ns, after    the agent                     kfgate_load, kfgate_prog    kfg_turn_*
 *   kfg_turn.agent                   the agent                     all sets of programs        kfg_process_*
 *   kfg_knobs.first_id, start_ns     the agent                     kfgate_prog                 kfg_knobs_*
 *   kfg_guard.agent                  kfgate_guard_identify         guard programs              kfg_identity_*
 *   kfg_guard.successor              kfgate_identity_exec          guard programs              kfg_identity_*
 *   kfg_loaders, then kfg_loads      kfg_leave()                   kfg_request_classify()      kfg_shared_barrier()
 *
 * Any other word that two sides share stands for itself: none of its readers draws a conclusion from it about another
 * word (turn.sealed, turn.lost_told, the other knobs, kfg_guard.agent_task, agent_child, orders, strict;
 * kfg_inflight.done, tid, fds_refused; kfg_delivery, which one agent after the other writes). The words of a ring
 * buffer are the kernel's (agent/gate/enforce/ring.h). What is in a map's entry when it is entered is ordered by the
 * kernel, which publishes entries by rcu_assign_pointer() (kernel/bpf/hashtab.c, 6.1..7.3). What is written before a
 * program is attached is ordered by the attaching.
 *
 * The one means of order is a full barrier. A BPF program makes it by an exchange of a word of its own: atomic
 * instructions that give back the old value order all before them against all behind them, on each architecture
 * (Documentation/atomic_t.txt, ORDERING; arm64: SWPAL, or LDXR/STLXR with DMB ISH: arch/arm64/net/bpf_jit_comp.c,
 * 6.1..7.3). Loads that acquire and stores that release would do, but BPF has had them since 6.15 only.
 *
 * The unit test of this file runs these functions in all orders that the barriers leave open, and shows of each barrier
 * that it is needed.
 */
#pragma once

#include <kfgate/abi.h>
#include <kfgate/guard.h>

#define KFG_SHARED_INLINE static __attribute__((always_inline, unused)) inline

#ifndef KFG_SHARED_READ
#ifdef __bpf__
#define KFG_SHARED_READ(word) (*(const volatile __typeof__(word) *)&(word))
#define KFG_SHARED_WRITE(word, value) (*(volatile __typeof__(word) *)&(word) = (value))

KFG_SHARED_INLINE void kfg_shared_barrier(void)
{
	__u64 own = 0;
	__u64 old = __sync_lock_test_and_set(&own, 1);

	asm volatile("" : : "r"(old) : "memory");
}
#else
#define KFG_SHARED_READ(word) __atomic_load_n(&(word), __ATOMIC_RELAXED)
#define KFG_SHARED_WRITE(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELAXED)

KFG_SHARED_INLINE void kfg_shared_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}
#endif
#endif

/* See struct kfg_turn: at_ns must be still to come when this returns. */
KFG_SHARED_INLINE void kfg_turn_write(struct kfg_turn *turn, __u64 before, __u64 at_ns, __u64 after)
{
	KFG_SHARED_WRITE(turn->before, before);
	kfg_shared_barrier();
	KFG_SHARED_WRITE(turn->at_ns, at_ns);
	kfg_shared_barrier();
	KFG_SHARED_WRITE(turn->after, after);
}

/* The instance that decides a load that began then (CLOCK_BOOTTIME); 0: none. */
KFG_SHARED_INLINE __u64 kfg_turn_decider(const struct kfg_turn *turn, __u64 load_time)
{
	__u64 after, at_ns, before;

	after = KFG_SHARED_READ(turn->after);
	kfg_shared_barrier();
	at_ns = KFG_SHARED_READ(turn->at_ns);
	kfg_shared_barrier();
	before = KFG_SHARED_READ(turn->before);
	return load_time >= at_ns ? after : before;
}

/* One writer at a time; nobody between the two halves. start: as in struct kfg_process. */
KFG_SHARED_INLINE void kfg_process_write(struct kfg_process *process, __u32 tgid, __u64 start)
{
	KFG_SHARED_WRITE(process->tgid, 0);
	kfg_shared_barrier();
	KFG_SHARED_WRITE(process->start, start);
	kfg_shared_barrier();
	KFG_SHARED_WRITE(process->tgid, tgid);
}

/* When that process started, if it has this tgid; 0: it is another or nobody. */
KFG_SHARED_INLINE __u64 kfg_process_start(const struct kfg_process *process, __u32 tgid)
{
	__u64 start;

	if (!tgid || KFG_SHARED_READ(process->tgid) != tgid)
		return 0;
	kfg_shared_barrier();
	start = KFG_SHARED_READ(process->start);
	kfg_shared_barrier();
	return KFG_SHARED_READ(process->tgid) == tgid ? start : 0;
}

/* Nobody between the two halves. start: as in struct kfg_identity. */
KFG_SHARED_INLINE void kfg_identity_write(struct kfg_identity *id, __u32 tgid, __u64 start)
{
	KFG_SHARED_WRITE(id->start, 0);
	kfg_shared_barrier();
	KFG_SHARED_WRITE(id->tgid, tgid);
	kfg_shared_barrier();
	KFG_SHARED_WRITE(id->start, start);
}

/* Is it the process of this tgid that started then? */
KFG_SHARED_INLINE int kfg_identity_is(const struct kfg_identity *id, __u32 tgid, __u64 start)
{
	__u64 again;
	__u32 found;

	if (!start || KFG_SHARED_READ(id->start) != start)
		return 0;
	kfg_shared_barrier();
	found = KFG_SHARED_READ(id->tgid);
	kfg_shared_barrier();
	again = KFG_SHARED_READ(id->start);
	return found == tgid && again == start;
}

KFG_SHARED_INLINE void kfg_knobs_begin(struct kfg_knobs *knobs, __u32 first_id, __u64 start_ns)
{
	KFG_SHARED_WRITE(knobs->first_id, first_id);
	kfg_shared_barrier();
	KFG_SHARED_WRITE(knobs->start_ns, start_ns);
}

/* The id that belongs to *ret_start_ns, or a later one. */
KFG_SHARED_INLINE __u32 kfg_knobs_first_id(const struct kfg_knobs *knobs, __u64 *ret_start_ns)
{
	*ret_start_ns = KFG_SHARED_READ(knobs->start_ns);
	kfg_shared_barrier();
	return KFG_SHARED_READ(knobs->first_id);
}
