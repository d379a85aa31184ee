/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inlined.h - kfuncs whose calls the kernel replaces with other instructions. */
#pragma once

#include <stddef.h>

extern const char *const kfg_inlined[];
extern const size_t kfg_inlined_n;
