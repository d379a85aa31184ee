/* SPDX-License-Identifier: GPL-2.0-or-later */
/* group.h - uses (usage.h) put together by a part of their key, with the hosts of all of them. */
#pragma once

#include "history/usage.h"
#include <stdbool.h>

enum kfg_group_by {
	KFG_GROUP_BY_KFUNC,
	KFG_GROUP_BY_LOADER, /* kfunc, type of program, unit, executable */
	KFG_GROUP_BY_LOADER_AND_RULE,
};

struct kfg_group {
	const struct kfg_usage_use *latest; /* the use seen last: stands for all */
	uint64_t loads;
	uint64_t decided[KFG_ENTRY_DECISIONS];
	uint32_t first, last;
	uint32_t removed_in; /* of any use that knows it */
	const uint32_t *hosts; /* indexes, those with most loads first */
	size_t n_hosts;
};

struct kfg_groups {
	enum kfg_group_by by;
	bool (*wants)(const struct kfg_usage_use *use);
	int (*order)(const struct kfg_group *a, const struct kfg_group *b);
	struct kfg_group *items; /* owned, ordered */
	size_t n;
	uint32_t *hosts; /* owned: memory of the groups' hosts */
};

/* Fills items; by, wants and order are given. 0 or -ENOMEM; free with kfg_groups_done(). */
int kfg_groups_build(const struct kfg_usage *usage, struct kfg_groups *groups);
void kfg_groups_done(struct kfg_groups *groups);
