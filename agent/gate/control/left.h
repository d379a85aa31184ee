/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * left.h - what an agent leaves behind about the gate that it put into force, for who asks when no agent answers. The
 * gate itself is in the kernel, where its pins show that it is there. What it enforces is in maps that a guard shows to
 * nobody, so the agent writes that down.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define KFG_LEFT_FILE "in-force" /* in the runtime directory */

struct kfg_left {
	char policy[72]; /* name; empty: not known */
	int64_t serial;
	char mode[16];
	char digest[20];
	char guard[16]; /* "active", "strict" or "off" */
	char not_started[160]; /* why the last agent that was started put none into force; "" */
	uint64_t since_usec; /* CLOCK_REALTIME */
	uint64_t instance; /* of the programs in force; 0: not known */
};

/* Replaces the file in one step. Negative errno. */
int kfg_left_write(const char *runtime_dir, const struct kfg_left *left);
/* The gate was taken off: there is nothing to be said any more. */
void kfg_left_remove(const char *runtime_dir);

/*
 * Is a gate attached? pins: KFG_PIN_DIR. 1: yes, and *ret_left is what the last agent wrote about it (all zero where
 * that is not to be had, or is about another one, but for not_started); 0: no, and *ret_left has not_started alone;
 * -EACCES: only root can tell; another negative errno.
 */
int kfg_left_read(const char *pins, const char *runtime_dir, struct kfg_left *ret_left);
