/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * preempt.h - whether the kernel may preempt a task that runs in it. Where it does, it leaves tracing programs of BPF
 * out while a preempted task runs the same one on that CPU (__bpf_prog_enter_recur(), kernel/bpf/trampoline.c,
 * 6.1..7.3).
 *
 * Prefix: kfg_preempt.
 */
#pragma once

#include <stdbool.h>

/*
 * By the mode in use, which stands in parentheses in /sys/kernel/debug/sched/preempt: all but none and voluntary. Where
 * that cannot be read: by how the kernel was built, as uname(2) has it (init/Makefile: PREEMPT, PREEMPT_DYNAMIC,
 * PREEMPT_RT), and preempt= on its command line. What cannot be told is taken for yes. root: "" or a directory to be
 * looked into instead, NULL for "".
 */
bool kfg_preempt_may(const char *root);

/* The same of those texts; each may be NULL: it could not be read. */
bool kfg_preempt_may_by(const char *modes, const char *version, const char *command_line);
