/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deprecated.h - what a kernel says itself of its kfuncs: that one is deprecated, and what is to be used instead.
 * Kernels up to 7.3.4 say nothing; a series of April 2026 for bpf-next (__bpf_kfunc_mark_deprecated, v3 by K. K.
 * Dwivedi) says it by BTF decl tags.
 */
#pragma once

#include "analysis/btf/btf.h"

/* Whether a decl tag on the function says so. *ret_replacement: "" if it names none; lives as long as btf. */
bool kfg_deprecated_by_tag(const struct kfg_btf *btf, uint32_t func, const char **ret_replacement);
