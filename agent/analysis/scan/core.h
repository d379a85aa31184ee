/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * core.h - CO-RE relocations: questions about types that libbpf answers from the kernel's BTF before the load, and
 * writes into instructions (libbpf 1.7.0, src/relo_core.c). What differs here: of several types of one name in a
 * kernel, the first that fits is taken, where libbpf also looks whether the others agree.
 */
#pragma once

#include "analysis/scan/linkage.h"

/* Of a path through types; libbpf has the same limit (BPF_CORE_SPEC_MAX_LEN). */
#define KFG_SPEC_MAX 64

/* One named field, or one array index. */
struct kfg_core_accessor {
	struct kfg_type type; /* what it is a part of, or for an index: the element */
	uint32_t index;
	const char *name; /* NULL: an array index */
};

struct kfg_core_spec {
	struct kfg_type root;
	struct kfg_core_accessor at[KFG_SPEC_MAX];
	int n;
	int n_raw; /* with unnamed structs that were passed through */
	uint64_t bit_offset;
};

enum kfg_core_state {
	KFG_CORE_OPEN, /* not asked yet */
	KFG_CORE_VALUE,
	KFG_CORE_UNRESOLVED, /* the instruction becomes one that the verifier refuses */
};

struct kfg_core_value {
	enum kfg_core_state state;
	uint64_t value;
};

/* Answers a relocation (index into code->core_relos), once per linkage. */
struct kfg_core_value kfg_core_resolve(struct kfg_linkage *linkage, uint32_t relo);

/* core_spec.c: the path that a relocation follows in the object's own types. Returns 0 or -EINVAL. */
int kfg_core_spec_parse(const struct kfg_btf *btf, const struct kfg_code_core_relo *relo,
			struct kfg_core_spec *ret_spec);
/*
 * The same path in a type of the kernel: 1, 0 if there is none, -EINVAL. *steps counts down; -E2BIG: it is
 * at 0, since two BTFs can be made so that the search never ends.
 */
int kfg_core_spec_match(const struct kfg_core_spec *local, uint32_t kind, struct kfg_type target, uint64_t *steps,
			struct kfg_core_spec *ret_spec);

bool kfg_core_is_field(uint32_t kind);
bool kfg_core_is_type(uint32_t kind);
bool kfg_core_is_enumval(uint32_t kind);
