/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limits.h - how much work one object is worth on one kernel. Real objects stay far below; one made for it would take
 * for ever. A limit that is met makes the object unchecked, by kfg_linkage_give_up() and nothing else: nothing that was
 * not looked at to its end passes for fine. tests/unit has a test of each.
 */
#pragma once

#include <stdint.h>

/* NAME, value, what it says when it is met; %ju: the value */
#define KFG_SCAN_LIMITS(L)                                                                                             \
	/* instructions that are looked at while calls are followed, all assumptions together */                       \
	L(FLOW, 500000, "following its calls takes more than %ju steps")                                               \
	/* the same of what is left for it, where other objects of the same file took some */                          \
	L(FILE_FLOW, 1500000, "following the calls of all objects in this file takes more than %ju steps")             \
	/* members and enumerators that are looked at for CO-RE relocations */                                         \
	L(CORE, 4000000, "finding its types and fields in the kernel takes more than %ju steps")                       \
	/* types that are compared for one kfunc or one CO-RE relocation */                                            \
	L(TYPES, 1000000, "comparing a type with the kernel's takes more than %ju steps")                              \
	/* programs in struct_ops maps whose member is looked for */                                                   \
	L(SLOTS, 512, "more than %ju programs are in its struct_ops maps")

enum kfg_scan_limit {
#define KFG_SCAN_LIMIT_NAME(name, value, text) KFG_SCAN_LIMIT_##name,
	KFG_SCAN_LIMITS(KFG_SCAN_LIMIT_NAME)
#undef KFG_SCAN_LIMIT_NAME
		KFG_SCAN_LIMIT_MAX,
};

/* The values above. */
extern const uint64_t kfg_scan_limits[KFG_SCAN_LIMIT_MAX];
