/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h - the findings of a log, explained, as text for people or as JSON (kfgate-explain(8) documents
 * it). */
#pragma once

#include "base/strbuf.h"
#include "analysis/explain/vlog.h"
#include "policy/policy.h"

/* Both return 0 or a negative errno (-ENOMEM, -E2BIG); policy as in kfg_advise(). */
int kfg_explain_text(const struct kfg_vlog *vlog, const struct kfg_policy *policy,
		     struct kfg_strbuf *out);
int kfg_explain_json(const struct kfg_vlog *vlog, const struct kfg_policy *policy,
		     struct kfg_strbuf *out);
