/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sarif.h - the frame of a SARIF 2.1.0 log (OASIS, sarif-schema-2.1.0.json) with one run: begin, results, end. Texts
 * are the caller's.
 */
#pragma once

#include "base/json.h"
#include <stddef.h>

struct kfg_sarif_rule {
	const char *id, *text; /* id NULL: no rule; left out */
	const char *level; /* "error" or "warning" */
};

void kfg_sarif_begin(const struct kfg_sarif_rule *rules, size_t n, struct kfg_json *j);
void kfg_sarif_end(struct kfg_json *j);

/* Opens a result; its locations follow, and the object's end. */
void kfg_sarif_result(const struct kfg_sarif_rule *rule, const char *message, struct kfg_json *j);
/* A location, in an array of them; line and column from 1, in characters. Line 0: the file; column 0: the line. */
void kfg_sarif_location(const char *path, unsigned line, unsigned column, struct kfg_json *j);
