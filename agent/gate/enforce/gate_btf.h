/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gate_btf.h - the running kernel's BTF, read once for all who ask during a start or a reload: reading it is a good
 * part of either. One thread only.
 */
#pragma once

#include <stdbool.h>

struct btf;

/* vmlinux, read at the first call. NULL with errno: it cannot be read. Belongs to this module. */
struct btf *kfg_gate_btf(void);
/* Id of a function of the kernel itself, found by hash; 0: there is none, or no BTF. */
unsigned kfg_gate_btf_func(const char *name);
/* Whether it returns anything; false where there is none of that name. */
bool kfg_gate_btf_returns(const char *name);
/* How many arguments the function has; 0 where there is none of that name. */
unsigned kfg_gate_btf_arguments(const char *name);
/* Frees what was read, and gives the memory back; a later call reads again. To be called when all have asked. */
void kfg_gate_btf_release(void);
