/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_word.h - what a kernel says itself of its kfuncs: that one is deprecated, and what is to be used instead. All
 * spellings that are known stand in kernel_word.c, and nowhere else. Kernels up to 7.3.4 say nothing; a series of April
 * 2026 for bpf-next (__bpf_kfunc_mark_deprecated, v3 by K. K. Dwivedi) says it by BTF decl tags, and
 * Documentation/bpf/kfuncs.rst (6.12 to 7.3) speaks of a flag KF_DEPRECATED, which no kernel has yet.
 *
 * Prefix: kfg_kernel_word.
 */
#pragma once

#include "base/strbuf.h"
#include <stdbool.h>

/* How decl tags begin that may say so; NULL ends the list. */
extern const char *const kfg_kernel_word_tags[];
/* How the bit is named among the enumerators of the flags; NULL ends the list. */
extern const char *const kfg_kernel_word_flags[];

/* Whether a decl tag says so. *ret_replacement: within tag; "" if it names none. */
bool kfg_kernel_word_read(const char *tag, const char **ret_replacement);

/*
 * Adds a row to policy text that begins with kfg_kernel_word_head. module NULL: the kernel itself. What is no name of C
 * is left out: a kfunc with its row, a replacement alone.
 */
extern const char kfg_kernel_word_head[];
void kfg_kernel_word_row(const char *kfunc, const char *module, const char *replacement, struct kfg_strbuf *out);
