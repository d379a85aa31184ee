/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * orders.h - whose signals a guarded agent obeys.
 *
 * Prefix: kfg_order.
 */
#pragma once

#include <stdbool.h>
#include <sys/signalfd.h>

enum kfg_order {
	KFG_ORDER_TAKE,
	KFG_ORDER_REFUSE,
};

/* What is known of the agent that got a signal */
struct kfg_order_context {
	bool guarded, strict, managed;
	bool ordered; /* the service manager has told it to end, as the guard has seen */
	bool terminal; /* it is in the foreground of its terminal */
};

/*
 * Is the signal an order? A signal of the kernel's (SI_KERNEL) has no sender: it may come from a BPF program that runs
 * in the agent's context (bpf_send_signal(), kernel/trace/bpf_trace.c), from SysRq-e, or from a key of the terminal.
 * The service manager's own may be lost among such ones, for a signal is pending once.
 */
enum kfg_order kfg_order_judge(const struct kfg_order_context *agent, const struct signalfd_siginfo *info);
