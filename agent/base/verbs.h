/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verbs.h - what a program can do, as one table: dispatch, help, completion and manual pages follow it.
 *
 * Prefix: kfg_verb.
 */
#pragma once

#include "base/args.h"
#include "base/strbuf.h"

struct kfg_verb {
	const char *name; /* NULL ends the table */
	size_t min_words, max_words;
	const char *words; /* what stands for the arguments in the synopsis, "" for none */
	const char *synopsis; /* one line: what it does */
	const char *help; /* a paragraph more */
	const struct kfg_args_option *options; /* may be NULL */
	int (*run)(const struct kfg_args *args); /* returns an enum kfg_exit; NULL: it is the help */
};

struct kfg_verbs_program {
	const char *name;
	const char *summary; /* the first line of the help */
	const char *more; /* the last paragraph of the help, with its newline */
	const struct kfg_verb *verbs;
	void (*begin)(const struct kfg_args *args); /* before any verb runs; NULL: nothing to do */
};

/* Runs the command line of the program; reports to the log. Returns an enum kfg_exit. */
int kfg_verbs_main(const struct kfg_verbs_program *program, int argc, char **argv);

/* NULL: the program has no such verb. */
const struct kfg_verb *kfg_verbs_find(const struct kfg_verbs_program *program, const char *name);
/* The verb that name was probably meant to be, or NULL. */
const struct kfg_verb *kfg_verbs_nearest(const struct kfg_verbs_program *program, const char *name);
/* Appends the help of one verb; of the program for NULL. */
void kfg_verbs_help(const struct kfg_verbs_program *program, const struct kfg_verb *verb, struct kfg_strbuf *out);
