/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fake_guard.h - a guard without a kernel. */
#pragma once

#include "gate/enforce/gate.h"
#include "gate/enforce/guard.h"

struct fake_guard {
	/* what it does */
	int open_error, prove_error;
	unsigned n_attempts; /* refusals to be read */
	uint64_t missed; /* calls that it was left out of */
	/* what it was asked */
	char calls[64]; /* Open, Strict, cover, File, way, x: code, Attach, pRove, reTire, Close */
	int event_fd;
};

extern struct fake_guard fake_guard;
