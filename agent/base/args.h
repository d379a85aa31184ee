/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * args.h - a verb's options, declared as a table, and the words of a command line taken apart by
 * it. Long options, in full ("--name", "--name=value", "--name value"), anywhere among the
 * arguments; -h, -q, -v and -V stand for --help, --quiet, --verbose and --version, "-o FILE" for "--output=FILE"; "--"
 * ends them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct kfg_args_option {
	const char *name; /* without the dashes; NULL ends a table */
	const char *value; /* what stands for the value in help; NULL: a switch */
	const char *help;
	bool many; /* may be given several times */
};

#define KFG_ARGS_MAX 256u

struct kfg_args {
	const char *verb; /* set by the caller, for the functions of several verbs */
	char **words; /* what is no option, in order: the front of argv, which is rearranged */
	size_t n_words;
	struct {
		const struct kfg_args_option *option;
		const char *value; /* NULL for a switch */
	} options[KFG_ARGS_MAX];
	size_t n_options;
	char error[256]; /* wrong use, described in one line */
};

/* Every verb has these, too; an option of its own with the same name goes before. */
extern const struct kfg_args_option kfg_args_common_options[];

/*
 * Takes argv (without program and verb) apart. Nothing is copied: argv is rearranged. -EINVAL: see ret_args->error,
 * nothing else counts.
 */
int kfg_args_parse(int argc, char **argv, const struct kfg_args_option *options, struct kfg_args *ret_args);

bool kfg_args_has(const struct kfg_args *args, const char *option);
/* The last value given, or fallback. */
const char *kfg_args_value(const struct kfg_args *args, const char *option, const char *fallback);
/* All values given, in order; returns their number, at most max. */
size_t kfg_args_values(const struct kfg_args *args, const char *option, const char **values, size_t max);
