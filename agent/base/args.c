/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.c - a command line parsed by a table of options, and help made of it. */
#include "base/args.h"

#include "policy/edit_distance.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct kfg_args_option kfg_args_common_options[] = {
	{ "help", NULL, "show this help", false },
	{ "version", NULL, "show the version", false },
	{ "quiet", NULL, "say warnings and errors alone on standard error", false },
	{ "verbose", NULL, "say more on standard error", false },
	{ "color", "WHEN", "use colours: auto (on a terminal, without NO_COLOR), always or never", false },
	{ "no-pager", NULL, "show what is longer than the terminal without a pager", false },
	{ 0 },
};

static const struct kfg_args_option *find_in(const struct kfg_args_option *table, const char *name, size_t len)
{
	for (const struct kfg_args_option *o = table; o && o->name; o++)
		if (strncmp(o->name, name, len) == 0 && o->name[len] == '\0')
			return o;
	return NULL;
}

static const char *nearest(const struct kfg_args_option *options, const char *name)
{
	const struct kfg_args_option *tables[] = { options, kfg_args_common_options };
	const char *best = NULL;
	unsigned least = 3;

	for (size_t i = 0; i < 2; i++)
		for (const struct kfg_args_option *o = tables[i]; o && o->name; o++) {
			unsigned d = kfg_edit_distance(name, o->name, false);

			if (d < least) {
				least = d;
				best = o->name;
			}
		}
	return best;
}

/* The words not looked at yet. */
struct cursor {
	char **at;
	int left;
};

static int __attribute__((format(printf, 2, 3))) wrong(struct kfg_args *args, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(args->error, sizeof(args->error), format, ap);
	va_end(ap);
	return -EINVAL;
}

static int unknown_option(struct kfg_args *args, const struct kfg_args_option *options, const char *word)
{
	char name[64];
	const char *hint;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	hint = word[1] == '-' ? nearest(options, name) : NULL;
	return wrong(args, "unknown option %s%s%s%s", word, hint ? ", did you mean --" : "", hint ? hint : "",
		     hint ? "?" : "");
}

static int add_option(struct kfg_args *args, const struct kfg_args_option *o, const char *value)
{
	if (o->value && (!value || !value[0]))
		return wrong(args, "--%s needs a value: --%s=%s", o->name, o->name, o->value);
	if (!o->value && value)
		return wrong(args, "--%s takes no value", o->name);
	if (!o->many && o->value && kfg_args_has(args, o->name))
		return wrong(args, "--%s was given twice", o->name);
	if (args->n_options >= KFG_ARGS_MAX)
		return wrong(args, "too many options");
	args->options[args->n_options].option = o;
	args->options[args->n_options++].value = value;
	return 0;
}

/* The letters that everybody tries: the option that one stands for, where the verb has it, else the word itself. */
static const char *spelled_out(const char *word)
{
	static const char *const letters[][2] = {
		{ "-h", "--help" },    { "-o", "--output" },  { "-q", "--quiet" },
		{ "-v", "--verbose" }, { "-V", "--version" },
	};

	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (strcmp(word, letters[i][0]) == 0)
			return letters[i][1];
	return word;
}

/* Takes the option at the cursor, and the next word where that is its value. */
static int take_option(struct kfg_args *args, const struct kfg_args_option *options, struct cursor *c)
{
	const char *word = spelled_out(*c->at), *name = word + 2;
	size_t len = strcspn(name, "=");
	const char *value = name[len] ? name + len + 1 : NULL;
	const struct kfg_args_option *o = NULL;

	if (word[1] == '-') {
		o = find_in(options, name, len);
		o = o ? o : find_in(kfg_args_common_options, name, len);
	}
	if (!o)
		return unknown_option(args, options, word);
	if (o->value && !value && c->left > 1) {
		c->left--;
		value = *++c->at;
	}
	return add_option(args, o, value);
}

int kfg_args_parse(int argc, char **argv, const struct kfg_args_option *options, struct kfg_args *ret_args)
{
	bool ended = false;

	*ret_args = (struct kfg_args){ .words = argv };
	for (struct cursor c = { argv, argc }; c.left > 0; c.at++, c.left--) {
		char *word = *c.at;
		int r = 0;

		if (!ended && strcmp(word, "--") == 0)
			ended = true;
		else if (!ended && word[0] == '-' && word[1])
			r = take_option(ret_args, options, &c);
		else
			ret_args->words[ret_args->n_words++] = word;
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
