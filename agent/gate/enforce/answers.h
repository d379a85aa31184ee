/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answers.h - which programs of others could answer for a kernel function that a verdict depends on: what
 * bpf/answer.bpf.h must know about this kernel, and the programs of that kind that are there.
 */
#pragma once

#include <kfgate/abi.h>
#include <stddef.h>

struct bpf_object;

/* KFG_UNBOUNDED_* bits, asked of the kernel by loading programs that answer +1. Needs CAP_BPF and CAP_PERFMON. */
__u32 kfg_answers_unbounded(void);

/*
 * Fills the map kfg_answer_hooks with the hooks of the gate's and the guard's own programs, and freezes it. gate: the
 * gate's object, opened. Negative errno.
 */
int kfg_answers_fill_hooks(const struct bpf_object *gate, int map);

/* Whether the kernel's callers of the hook take every answer but 0 for an error, so that +1 opens nothing. */
_Bool kfg_answers_hook_is_safe(const char *hook);
