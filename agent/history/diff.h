/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diff.h - which recorded loads another policy would decide otherwise, as a document (render/document.h). */
#pragma once

#include "render/document.h"
#include "history/usage.h"
#include "policy/policy.h"

struct kfg_diff_side {
	const struct kfg_policy *policy;
	const struct kfg_table *table;
};

struct kfg_diff_input {
	const struct kfg_usage *usage;
	struct kfg_diff_side sides[2]; /* old, new */
	int32_t today; /* days since 1970-01-01 UTC: both policies are asked as of this day */
	size_t rows_max;
};

/* Fills an empty document; *ret_changed: uses that differ. 0 or -ENOMEM; free with kfg_document_done() in any case. */
int kfg_diff_build(const struct kfg_diff_input *input, struct kfg_document *doc, uint64_t *ret_changed);
