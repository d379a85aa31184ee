/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/args.h"

#include "base/text.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct kfg_option kfg_common_options[] = {
	{ "help", NULL, "show this help", false },
	{ "verbose", NULL, "say more on standard error", false },
	{ 0 },
};

static const struct kfg_option *find_in(const struct kfg_option *table, const char *name, size_t len)
{
	for (const struct kfg_option *o = table; o && o->name; o++)
		if (strncmp(o->name, name, len) == 0 && o->name[len] == '\0')
			return o;
	return NULL;
}

static const char *nearest(const struct kfg_option *options, const char *name)
{
	const struct kfg_option *tables[] = { options, kfg_common_options };
	const char *best = NULL;
	unsigned least = 3;

	for (size_t i = 0; i < 2; i++)
		for (const struct kfg_option *o = tables[i]; o && o->name; o++) {
			unsigned d = kfg_text_distance(name, o->name);

			if (d < least) {
				least = d;
				best = o->name;
			}
		}
	return best;
}

static int unknown_option(const struct kfg_option *options, const char *word, char *error, size_t size)
{
	char name[64];
	const char *hint;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	hint = word[1] == '-' ? nearest(options, name) : NULL;
	snprintf(error, size, "unknown option %s%s%s%s", word, hint ? ", did you mean --" : "",
		 hint ? hint : "", hint ? "?" : "");
	return -EINVAL;
}

/* Takes the option at argv[*i]; moves *i to its value if that is a word of its own. */
static int take_option(char **argv, int argc, int *i, const struct kfg_option *options,
		       struct kfg_args *args, char *error, size_t size)
{
	const char *word = argv[*i], *name = word + 2;
	size_t len = strcspn(name, "=");
	const char *value = name[len] ? name + len + 1 : NULL;
	const struct kfg_option *o = NULL;

	if (word[1] == '-') {
		o = find_in(options, name, len);
		o = o ? o : find_in(kfg_common_options, name, len);
	}
	if (!o)
		return unknown_option(options, word, error, size);
	if (o->value && !value && *i + 1 < argc)
		value = argv[++*i];
	if (o->value && (!value || !value[0])) {
		snprintf(error, size, "--%s needs a value: --%s=%s", o->name, o->name, o->value);
		return -EINVAL;
	}
	if (!o->value && value) {
		snprintf(error, size, "--%s takes no value", o->name);
		return -EINVAL;
	}
	if (!o->many && o->value && kfg_args_has(args, o->name)) {
		snprintf(error, size, "--%s was given twice", o->name);
		return -EINVAL;
	}
	if (args->n_options >= KFG_ARGS_MAX) {
		snprintf(error, size, "too many options");
		return -EINVAL;
	}
	args->options[args->n_options].option = o;
	args->options[args->n_options++].value = value;
	return 0;
}

int kfg_args_parse(int argc, char **argv, const struct kfg_option *options, struct kfg_args *ret_args,
		   char *error, size_t error_size)
{
	bool ended = false;

	*ret_args = (struct kfg_args){ 0 };
	for (int i = 0; i < argc; i++) {
		int r = 0;

		if (!ended && strcmp(argv[i], "--") == 0) {
			ended = true;
		} else if (!ended && argv[i][0] == '-' && argv[i][1]) {
			r = take_option(argv, argc, &i, options, ret_args, error, error_size);
		} else if (ret_args->n_words >= KFG_ARGS_MAX) {
			snprintf(error, error_size, "too many arguments");
			r = -EINVAL;
		} else {
			ret_args->words[ret_args->n_words++] = argv[i];
		}
		if (r < 0)
			return r;
	}
	return 0;
}

bool kfg_args_has(const struct kfg_args *args, const char *option)
{
	for (size_t i = 0; i < args->n_options; i++)
		if (strcmp(args->options[i].option->name, option) == 0)
			return true;
	return false;
}

const char *kfg_args_value(const struct kfg_args *args, const char *option, const char *fallback)
{
	const char *value = fallback;

	for (size_t i = 0; i < args->n_options; i++)
		if (strcmp(args->options[i].option->name, option) == 0)
			value = args->options[i].value;
	return value;
}

size_t kfg_args_values(const struct kfg_args *args, const char *option, const char **values, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < args->n_options && n < max; i++)
		if (strcmp(args->options[i].option->name, option) == 0)
			values[n++] = args->options[i].value;
	return n;
}
