/* SPDX-License-Identifier: GPL-2.0-or-later */
/* deprecated.h - kfuncs of which a kernel itself says that they are deprecated (base/kernel_word.h has how). */
#pragma once

#include "analysis/btf/btf.h"
#include "analysis/kernel/blob.h"

/* Whether a decl tag on the function says so. *ret_replacement: "" if it names none; lives as long as btf. */
bool kfg_deprecated_by_tag(const struct kfg_btf *btf, uint32_t func, const char **ret_replacement);
/*
 * Marks the kfuncs whose flags say so (KFG_BLOB_DEPRECATED): the bit is taken from the enumerators of the kernel's own
 * BTF, as numbers of flags differ between kernels and macros are in no BTF. Where it names none, no flag says so.
 */
void kfg_deprecated_mark(const struct kfg_btf *vmlinux, struct kfg_blob_kfunc *kfuncs, size_t n);
