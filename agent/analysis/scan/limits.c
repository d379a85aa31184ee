/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limits.c - see limits.h */
#include "analysis/scan/limits.h"

#include "analysis/scan/linkage.h"
#include <stdio.h>

const uint64_t kfg_scan_limits[KFG_SCAN_LIMIT_MAX] = {
#define LIMIT_VALUE(name, value, text) value,
	KFG_SCAN_LIMITS(LIMIT_VALUE)
#undef LIMIT_VALUE
};

static const char *const texts[KFG_SCAN_LIMIT_MAX] = {
#define LIMIT_TEXT(name, value, text) text,
	KFG_SCAN_LIMITS(LIMIT_TEXT)
#undef LIMIT_TEXT
};

void kfg_linkage_give_up(struct kfg_linkage *linkage, enum kfg_scan_limit limit)
{
	linkage->limits_met |= 1u << limit;
}

void kfg_linkage_limit_text(const struct kfg_linkage *linkage, enum kfg_scan_limit limit, char *buf, size_t size)
{
	int n = snprintf(buf, size, "limit: ");
	/* what is left says nothing to anybody */
	uint64_t value = limit == KFG_SCAN_LIMIT_FILE_FLOW ? kfg_scan_limits[limit] : linkage->object->max[limit];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* all are in the table above */
	snprintf(buf + n, size - (size_t)n, texts[limit], (uintmax_t)value);
#pragma GCC diagnostic pop
}
