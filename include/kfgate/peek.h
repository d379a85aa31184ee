/* SPDX-License-Identifier: GPL-2.0-or-later */
/* peek.h - what the tool and bpf/peek.bpf.c hand each other: one question, one answer, in the program's .bss. */
#pragma once

#include <linux/types.h>

#define KFG_PEEK_MAX 65536u /* bytes at once */
#define KFG_PEEK_NAME 64u /* of a symbol, with its NUL */

struct kfg_peek {
	__u64 address;
	__u32 fd;
	__u32 size;
	char name[KFG_PEEK_NAME];
	__u8 bytes[KFG_PEEK_MAX];
};
