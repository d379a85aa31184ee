/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diag.h - findings about what the user wrote, as data: place and text. Library rooms add them, the edge
 * prints them.
 */
#pragma once

#include <stddef.h>

enum kfg_severity { KFG_ERROR, KFG_WARNING, KFG_SEVERITY_MAX };

struct kfg_diag {
	enum kfg_severity severity;
	unsigned line, col; /* from 1; 0: the file as a whole. col counts characters, not bytes */
	char *file;         /* owned */
	char *text;         /* owned; one sentence, no place in it, no newline */
	char *excerpt;      /* owned; the source line without control characters, or NULL */
};

struct kfg_diags {
	struct kfg_diag *items; /* owned */
	size_t n, n_errors;
	int lost; /* memory ran out: findings are missing */
};

/* Frees all findings; accepts NULL and zeroed structs. */
void kfg_diags_done(struct kfg_diags *diags);
