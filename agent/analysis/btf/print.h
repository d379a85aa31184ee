/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print.h - types as C text, as people write prototypes: "struct task_struct *bpf_task_from_pid(s32 pid)". */
#pragma once

#include "base/strbuf.h"
#include "analysis/btf/btf.h"

/*
 * The prototype of a FUNC. What is nested too deep, or goes in circles, is "..."; what is too long for out sets its
 * error. Names are as they are in BTF: whoever shows them to people cleans them (base/text.h).
 */
void kfg_btf_print_func(const struct kfg_btf *btf, uint32_t func, struct kfg_strbuf *out);
/* A type, and the name of what has it ("" for none): "const char *s". */
void kfg_btf_print_decl(const struct kfg_btf *btf, uint32_t type, const char *name, struct kfg_strbuf *out);
