/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verbs.c - finds the verb of a command line and runs it, and writes the help. */
#include "base/verbs.h"

#include "base/color.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "policy/edit_distance.h"

#include <stdio.h>
#include <string.h>

const struct kfg_verb *kfg_verbs_find(const struct kfg_verbs_program *program, const char *name)
{
	for (const struct kfg_verb *v = program->verbs; v->name; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

const struct kfg_verb *kfg_verbs_nearest(const struct kfg_verbs_program *program, const char *name)
{
	const struct kfg_verb *best = NULL;
	unsigned least = 3;

	for (const struct kfg_verb *v = program->verbs; v->name; v++) {
		unsigned d = kfg_edit_distance(name, v->name, false);

		if (d < least) {
			least = d;
			best = v;
		}
	}
	return best;
}

/*
 * Words of text in lines of at most 80 columns, each after the first indented by `indent`; at:
 * columns used.
 */
static void wrapped(struct kfg_strbuf *out, const char *text, size_t indent, size_t at)
{
	while (*text) {
		size_t len = strcspn(text, " ");

		if (at > indent && at + 1 + len > 80) {
			kfg_strbuf_printf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			kfg_strbuf_adds(out, " ");
			at++;
		}
		kfg_strbuf_add(out, text, len);
		at += len;
		text += len + strspn(text + len, " ");
	}
	kfg_strbuf_adds(out, "\n");
}

static bool has_option(const struct kfg_args_option *options, const char *name)
{
	for (const struct kfg_args_option *o = options; o && o->name; o++)
		if (strcmp(o->name, name) == 0)
			return true;
	return false;
}

/* but: options that go before those of the same name, or NULL */
static void help_options(struct kfg_strbuf *out, const struct kfg_args_option *options,
			 const struct kfg_args_option *but)
{
	for (const struct kfg_args_option *o = options; o && o->name; o++) {
		char left[40];

		if (has_option(but, o->name))
			continue;
		snprintf(left, sizeof(left), "  --%s%s%s", o->name, o->value ? "=" : "", o->value ? o->value : "");
		kfg_strbuf_printf(out, "%-22s", left);
		if (strlen(left) >= 22) /* no room beside it */
			kfg_strbuf_printf(out, "\n%22s", "");
		wrapped(out, o->help, 22, 22);
	}
}

static void help_program(const struct kfg_verbs_program *program, struct kfg_strbuf *out)
{
	kfg_strbuf_printf(out, "%s - %s\n\nUsage: %s VERB [OPTION...] [ARGUMENT...]\n\n", program->name,
			  program->summary, program->name);
	for (const struct kfg_verb *v = program->verbs; v->name; v++)
		kfg_strbuf_printf(out, "  %-13s%s\n", v->name, v->synopsis);
	kfg_strbuf_printf(out, "\n  %-20sshow the version\n  %-20sshow this help\n\n%s", "--version", "--help",
			  program->more);
}

void kfg_verbs_help(const struct kfg_verbs_program *program, const struct kfg_verb *verb, struct kfg_strbuf *out)
{
	if (!verb) {
		help_program(program, out);
		return;
	}
	kfg_strbuf_printf(out, "Usage: %s %s [OPTION...]%s%s\n\n", program->name, verb->name, verb->words[0] ? " " : "",
			  verb->words);
	wrapped(out, verb->help, 0, 0);
	kfg_strbuf_adds(out, "\nOptions:\n");
	help_options(out, verb->options, NULL);
	help_options(out, kfg_args_common_options, verb->options);
}

static int print_help(const struct kfg_verbs_program *program, const struct kfg_verb *verb)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(16u * 1024);

	kfg_verbs_help(program, verb, &text);
	if (text.error || fputs(kfg_strbuf_text(&text), stdout) < 0)
		return KFG_EXIT_FAILURE;
	return KFG_EXIT_OK;
}

static int unknown_verb(const struct kfg_verbs_program *program, const char *name)
{
	const struct kfg_verb *near = kfg_verbs_nearest(program, name);

	if (near)
		kfg_log_error("unknown verb \"%s\", did you mean \"%s\"?", name, near->name);
	else
		kfg_log_error("unknown verb \"%s\"; \"%s help\" lists them", name, program->name);
	return KFG_EXIT_FAILURE;
}

static int help(const struct kfg_verbs_program *program, const struct kfg_args *args)
{
	const struct kfg_verb *verb = args->n_words ? kfg_verbs_find(program, args->words[0]) : NULL;

	if (args->n_words && !verb)
		return unknown_verb(program, args->words[0]);
	return print_help(program, verb);
}

static int print_version(const struct kfg_verbs_program *program)
{
	return printf("%s " KFG_VERSION "\n", program->name) < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
}

/* What the common options say of how things are said. */
static int begin(const struct kfg_verbs_program *program, const struct kfg_args *args)
{
	const char *color = kfg_args_value(args, "color", "auto");

	if (kfg_args_has(args, "verbose"))
		kfg_log_open(LOG_DEBUG);
	else if (kfg_args_has(args, "quiet"))
		kfg_log_open(LOG_WARNING);
	if (kfg_color_open(color, kfg_args_has(args, "output")) < 0) {
		kfg_log_error("%s: --color=%s: must be auto, always or never", args->verb, color);
		return KFG_EXIT_FAILURE;
	}
	if (program->begin)
		program->begin(args);
	return KFG_EXIT_OK;
}

static int run_verb(const struct kfg_verbs_program *program, const struct kfg_verb *verb, int argc, char **argv)
{
	struct kfg_args args;

	if (kfg_args_parse(argc, argv, verb->options, &args) < 0) {
		kfg_log_error("%s: %s", verb->name, args.error);
		return KFG_EXIT_FAILURE;
	}
	args.verb = verb->name;
	if (kfg_args_has(&args, "help"))
		return print_help(program, verb);
	if (kfg_args_has(&args, "version"))
		return print_version(program);
	if (begin(program, &args) != KFG_EXIT_OK)
		return KFG_EXIT_FAILURE;
	if (args.n_words > verb->max_words) {
		kfg_log_error("%s: unexpected argument \"%s\"", verb->name, args.words[verb->max_words]);
		return KFG_EXIT_FAILURE;
	}
	if (args.n_words < verb->min_words) {
		kfg_log_error("%s: needs %s", verb->name, verb->words);
		return KFG_EXIT_FAILURE;
	}
	return verb->run ? verb->run(&args) : help(program, &args);
}

int kfg_verbs_main(const struct kfg_verbs_program *program, int argc, char **argv)
{
	const struct kfg_verb *verb;

	if (argc < 2) {
		kfg_log_error("needs a verb; \"%s help\" lists them", program->name);
		return KFG_EXIT_FAILURE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return print_help(program, NULL);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return print_version(program);
	verb = kfg_verbs_find(program, argv[1]);
	return verb ? run_verb(program, verb, argc - 2, argv + 2) : unknown_verb(program, argv[1]);
}
