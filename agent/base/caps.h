/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * caps.h - capabilities(7) of the calling thread. What is permitted and not effective is of no use to the kernel's
 * checks, and so to nobody who makes us call it in a way that was not meant.
 */
#pragma once

#include <stdint.h>

#define KFG_CAP(number) (UINT64_C(1) << (number))

/*
 * Gives up all capabilities but those in keep (KFG_CAP() of <linux/capability.h>), for good, and puts those out of
 * effect; no program that the process may execute gets others (no_new_privs). Negative errno.
 */
int kfg_caps_drop(uint64_t keep);

/* Puts into effect what is permitted. Returns what was in effect, for kfg_caps_restore(). */
uint64_t kfg_caps_raise(void);
void kfg_caps_restore(const uint64_t *effective);

/* For the rest of the block */
#define KFG_CAPS_RAISED                                                                                                \
	__attribute__((cleanup(kfg_caps_restore), unused)) const uint64_t caps_raised_ = kfg_caps_raise()
