/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flags.h - the names of kfunc flags. They are macros, so no BTF has them. */
#pragma once

#include <stdint.h>

#define KFG_KFUNC_FLAGS 32u

/*
 * "KF_ACQUIRE" for bit 0; NULL: not known here. From include/linux/btf.h of 6.1, 6.12, 7.2 and 7.3: no bit has had two
 * names (3 went with 6.4, 4 with 7.0).
 */
const char *kfg_kfunc_flag_str(unsigned bit);

#define KFG_KF_IMPLICIT_ARGS ((uint32_t)1 << 16) /* since 7.0: the last parameter is filled in by the verifier */
#define KFG_KF_PERFMON ((uint32_t)1 << 18) /* since 7.3: needs CAP_PERFMON */
