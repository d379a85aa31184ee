/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dedup.h - one record per decision. libbpf loads a refused program a second time, with a verifier
 * log (src/libbpf.c, bpf_object_load_prog(), 0.0.9 .. 1.7), and a program that was there before is
 * met at each of its later fds.
 */
#pragma once

#include <kfgate/abi.h>
#include <stdbool.h>

struct kfg_dedup;

int kfg_dedup_new(struct kfg_dedup **ret_dedup); /* -ENOMEM */
void kfg_dedup_free(struct kfg_dedup *dedup); /* accepts NULL */

/*
 * True if the event repeats one that was seen, and notes it otherwise:
 * - a load that failed: same process, program name, type, length, verdict and kfuncs, at most 2 s
 *   after the one that was new;
 * - a load that did not fail: the same, and the same program id;
 * - a present program: same id and generation of the policy, and no worse outcome than before. What
 *   does not fit into the bounded memory any more is taken for new.
 */
bool kfg_dedup_repeats(struct kfg_dedup *dedup, const struct kfg_event *event);
