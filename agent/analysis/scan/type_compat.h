/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * type_compat.h - whether a type of an object fits a type of a kernel, by libbpf's rules (libbpf 1.7.0,
 * src/relo_core.c, __bpf_core_types_are_compat() and __bpf_core_types_match()).
 */
#pragma once

#include "analysis/scan/limits.h"
#include "analysis/scan/types.h"

/*
 * 1: compatible, 0: not; -EINVAL: nested too deeply to tell, which libbpf takes for an error; -E2BIG: it takes more
 * steps than these.
 */
int kfg_type_compat(struct kfg_type local, struct kfg_type target, uint64_t steps);
/* 1: they match, 0: they do not; errors as above. */
int kfg_type_match(struct kfg_type local, struct kfg_type target, uint64_t steps);
/* Same kind, or both are enums. */
bool kfg_type_kinds_compat(unsigned a, unsigned b);
/* What differs between two prototypes (FUNC_PROTO), for people: "argument 2 is a pointer there, an integer here". */
void kfg_type_proto_difference(struct kfg_type local, struct kfg_type target, char *buf, size_t size);
