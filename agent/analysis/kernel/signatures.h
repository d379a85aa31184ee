/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signatures.h - whether a kernel says who signed a program. */
#pragma once

#include "analysis/btf/btf.h"

enum kfg_signatures {
	KFG_SIGNATURES_UNKNOWN, /* its BTF does not tell */
	KFG_SIGNATURES_UNTOLD, /* it keeps it to itself: rules that ask for signatures match nothing there */
	KFG_SIGNATURES_TOLD,
};

/* btf: of the kernel; NULL reads as one that does not tell. */
enum kfg_signatures kfg_signatures_of(const struct kfg_btf *btf);
/* The same of the kernel that runs. */
enum kfg_signatures kfg_signatures_of_running(void);
