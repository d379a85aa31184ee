/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diag.h - findings about what the user wrote, as data: place and text. Library rooms add them, the edge
 * prints them.
 */
#pragma once

#include <stddef.h>

enum kfg_severity { KFG_ERROR, KFG_WARNING, KFG_SEVERITY_MAX };

/* Findings kept; more are only counted. */
#define KFG_DIAGS_MAX 1000u

struct kfg_diag {
	enum kfg_severity severity;
	unsigned line, col; /* from 1; 0: the file as a whole. col counts characters, not bytes */
	unsigned caret;	    /* from 1: the character of excerpt that col points to; 0: none */
	char *file;	    /* owned */
	char *text;	    /* owned; one sentence, no place in it, no newline */
	char *excerpt;	    /* owned; the source line around col, without control characters, or NULL */
};

struct kfg_diags {
	struct kfg_diag *items; /* owned */
	size_t n, n_errors;	/* n_errors counts those not kept, too */
	size_t n_more;		/* findings beyond KFG_DIAGS_MAX */
	int lost;		/* memory ran out: findings are missing */
};

/* Where something stands; data is only read to copy the line. */
struct kfg_spot {
	const char *file;
	const char *data; /* the file's bytes, or NULL: no excerpt */
	size_t size;
	unsigned line, col; /* as in struct kfg_diag */
};

/*
 * Adds a finding. The text is cleaned: control characters and what is not UTF-8 become '?'. Never fails: without
 * memory diags->lost is set.
 */
void kfg_diags_add(struct kfg_diags *diags, enum kfg_severity severity, const struct kfg_spot *spot,
		   const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * One finding as text of one to three lines, each with its newline:
 *
 *	FILE:LINE:COL: error: TEXT
 *	   LINE | EXCERPT
 *	        |   ^
 *
 * without line and column where the finding is about the whole file. To be freed by the caller; NULL: no memory.
 */
char *kfg_diag_format(const struct kfg_diag *diag);

/* Frees all findings; accepts NULL and zeroed structs. */
void kfg_diags_done(struct kfg_diags *diags);
