/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h - the findings of a log, explained, as text for people or as JSON (kfgate-explain(8) documents
 * it). */
#pragma once

#include "base/strbuf.h"
#include "analysis/explain/advice.h"
#include "policy/policy.h"

/*
 * input: as for kfg_advice_make(); where it names no kernel, the log's own words do. Both return 0 or a negative errno
 * (-ENOMEM, -E2BIG).
 */
int kfg_explain_text(const struct kfg_vlog *vlog, const struct kfg_advice_input *input, struct kfg_strbuf *out);
int kfg_explain_json(const struct kfg_vlog *vlog, const struct kfg_advice_input *input, struct kfg_strbuf *out);
