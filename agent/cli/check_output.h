/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check_output.h - what `check` found, for people, for programs, and for code review.
 *
 * Prefix: kfg_check.
 */
#pragma once

#include "base/json.h"
#include "config/load.h"

enum kfg_check_format { KFG_CHECK_TEXT, KFG_CHECK_JSON, KFG_CHECK_GITHUB, KFG_CHECK_SARIF, KFG_CHECK_FORMAT_MAX };
extern const char *const kfg_check_formats[KFG_CHECK_FORMAT_MAX]; /* "text" "json" "github" "sarif" */

struct kfg_check_output {
	enum kfg_check_format format;
	bool quiet; /* text: no summary */
	struct kfg_strbuf text; /* owned */
	struct kfg_json json; /* into text */
};

/* Begin, each policy, end; then the text is whole. Errors stick in it. */
void kfg_check_begin(struct kfg_check_output *output);
/* what: the policy's path, for people */
void kfg_check_policy(struct kfg_check_output *output, const struct kfg_loaded *loaded, const char *what);
void kfg_check_end(struct kfg_check_output *output);
