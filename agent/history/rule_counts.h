/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule_counts.h - how often the rules of a policy decided, allowed loads included: what `kfgate status --rules --json`
 * printed on some hosts, added up by the rules' ids.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct kfg_rule_counts_rule {
	char *id; /* owned */
	uint64_t loads, present;
	uint64_t since_usec; /* each host has counted it since then, CLOCK_REALTIME */
};

/* All zero: none. */
struct kfg_rule_counts {
	struct kfg_rule_counts_rule *rules; /* owned; by id */
	size_t n;
	size_t n_hosts; /* documents read */
};

/* Adds a host's document of `size` bytes. -EBADMSG: it is none, and nothing was added; -ENOMEM. */
int kfg_rule_counts_add(struct kfg_rule_counts *counts, const char *json, size_t size);
/* Reads and adds a file; what kfg_read_file() returns, or as above. */
int kfg_rule_counts_read(struct kfg_rule_counts *counts, const char *path);

/* NULL: no host has a rule of that id. */
const struct kfg_rule_counts_rule *kfg_rule_counts_find(const struct kfg_rule_counts *counts, const char *id);

void kfg_rule_counts_done(struct kfg_rule_counts *counts);
