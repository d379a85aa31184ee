/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * case.h - for programs that a kernel loads or refuses by what it knows about a guard. bpf_strlen() and bpf_strcmp()
 * are of Linux 6.17, bpf_preempt_disable() of 6.10, bpf_rcu_read_lock() of 6.2, bpf_no_such_*() are nowhere.
 */
#pragma once

#define BPF_NO_KFUNC_PROTOTYPES
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define OPAQUE(x) asm volatile("" : "+r"(x)) /* the compiler does not know its value any more */
#define NOINLINE __attribute__((noinline))

#ifndef OWN_LICENSE
#define OWN_LICENSE "GPL"
#endif
char _license[] SEC("license") = OWN_LICENSE;
static const char text[8] SEC(".rodata") = "kfgate";
