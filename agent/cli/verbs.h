/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verbs.h - what kfgate can do, as one table: dispatch, help, completion and manual pages follow
 * it.
 */
#pragma once

#include "base/strbuf.h"
#include "cli/args.h"

struct kfg_verb {
	const char *name; /* NULL ends the table */
	size_t min_words, max_words;
	const char *words; /* what stands for the arguments in the synopsis, "" for none */
	const char *synopsis; /* one line: what it does */
	const char *help; /* a paragraph more */
	const struct kfg_option *options; /* may be NULL */
	int (*run)(const struct kfg_args *args); /* returns an enum kfg_exit */
};

extern const struct kfg_verb kfg_verbs[];

/* Runs the command line; returns the exit code. */
int kfg_verbs_main(int argc, char **argv);

/* NULL: no such verb. */
const struct kfg_verb *kfg_verbs_find(const char *name);
/* The verb that name was probably meant to be, or NULL. */
const struct kfg_verb *kfg_verbs_nearest(const char *name);
/* Help of one verb; of the program for NULL. */
void kfg_verbs_help(const struct kfg_verb *verb, struct kfg_strbuf *out);
