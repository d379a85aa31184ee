/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parity.h - one question and its answer, between parity_kernel.c and parity.bpf.c. */
#pragma once

#include <kfgate/abi.h>

#define KFG_PARITY_QUERIES 60u

struct kfg_parity {
	struct kfg_subject subject; /* without hashes */
	struct kfg_verdict verdict;
};
