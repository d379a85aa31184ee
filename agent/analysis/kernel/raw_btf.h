/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * raw_btf.h - files of raw BTF, as /sys/kernel/btf has them, told apart by their bytes: a copy of that directory may
 * give them any names.
 */
#pragma once

#include <stddef.h>

enum kfg_raw_btf {
	KFG_RAW_BTF_NONE, /* something else, or not readable */
	KFG_RAW_BTF_KERNEL, /* of a whole kernel */
	KFG_RAW_BTF_MODULE, /* of a module: it continues the kernel's */
};

/*
 * The strings of a kernel's BTF start with an empty one; those of a split BTF continue its base's
 * (kernel/bpf/btf.c, btf_parse_str_sec(), 6.1..7.3). Reads at most some dozens of bytes.
 */
enum kfg_raw_btf kfg_raw_btf_kind(const char *path);
/* The same of bytes in memory. */
enum kfg_raw_btf kfg_raw_btf_kind_of(const void *data, size_t size);
