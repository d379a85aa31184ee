/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_hooks.h - for guard.c: which programs of the guard this kernel takes. */
#pragma once

#include "gate/enforce/hooking.h"

struct bpf_object;

/*
 * Before the object is loaded: leaves out the programs whose hooks the running kernel does not have. Writes the names
 * of hooks that are missed to `missing` of `size` bytes, comma separated, behind what stands there.
 */
void kfg_guard_hooks_choose(struct bpf_object *obj, enum kfg_hooking hooking, char *missing, size_t size);
