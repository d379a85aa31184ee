/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limits.h - how much is looked at. Each limit that is met is reported, by kfg_search_give_up() and nothing else, so
 * that what was not looked at never passes for what holds no object. tests/unit has a test of each.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define KFG_MIB ((uint64_t)1 << 20)

/* NAME, value, what it says when it is met; %ju: the value */
#define KFG_FIND_LIMITS(L)                                                                                             \
	/* bytes that are unpacked at one time */                                                                      \
	L(UNPACKED, 64 * KFG_MIB, "it unpacks to more than %ju bytes")                                                 \
	/* bytes that one file may make us unpack, in all */                                                           \
	L(FILE_UNPACKED, 512 * KFG_MIB, "this file unpacks to more than %ju bytes in all")                             \
	/* memory that a stream asks for besides; xz -9 and zstd --ultra -22 fit */                                    \
	L(WINDOW, 129 * KFG_MIB, "a compressed stream wants more than %ju bytes of memory")                            \
	L(NESTED, 6, "it is packed more than %ju times over")                                                          \
	L(OBJECTS, 4096, "more than %ju objects in this file")                                                         \
	L(LIGHT, 256, "more than %ju light skeletons in this file")                                                    \
	L(SECTIONS, 1u << 20, "more than %ju section headers in this file")                                            \
	L(MEMBERS, 1u << 16, "more than %ju members in this archive")                                                  \
	L(DIR_DEPTH, 128, "more than %ju directories in each other")                                                   \
	L(PROBLEMS, 16, "more than %ju problems in this file")

enum kfg_find_limit {
#define KFG_FIND_LIMIT_NAME(name, value, text) KFG_FIND_LIMIT_##name,
	KFG_FIND_LIMITS(KFG_FIND_LIMIT_NAME)
#undef KFG_FIND_LIMIT_NAME
		KFG_FIND_LIMIT_MAX,
};
