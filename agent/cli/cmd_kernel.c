/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_kernel.c - kernels as facts files: written from what is at hand, and those of the catalogue. */
#include "analysis/kernel/catalogue.h"
#include "analysis/kernel/catalogue_dir.h"
#include "analysis/kernel/facts.h"
#include "analysis/live/live.h"
#include "base/exit_code.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "base/write_file.h"
#include "cli/commands.h"
#include "cli/kernels.h"
#include "cli/output.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define FILE_MAX ((size_t)64 << 20)
#define DICTIONARY_PARTS_MAX 16u

/* $SOURCE_DATE_EPOCH (reproducible-builds.org), or today. */
static void today(char *day, size_t size)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t now = epoch && epoch[0] ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
	struct tm tm;

	if (!gmtime_r(&now, &tm) || !strftime(day, size, "%Y-%m-%d", &tm))
		snprintf(day, size, "1970-01-01");
}

/* The name of what the facts are from, without the place where it lay on this host. */
static void source_name(const char *path, char *name, size_t size)
{
	size_t n = 0;

	while (*path && n + 1 < size) {
		size_t len = strcspn(path, ",");
		const char *base = path;

		for (const char *p = path; p < path + len; p++)
			base = *p == '/' && p + 1 < path + len ? p + 1 : base;
		for (; base < path + len && n + 1 < size; base++)
			name[n++] = *base > ' ' && *base <= '~' ? *base : '?';
		path += len;
		if (*path == ',' && n + 1 < size) {
			name[n++] = ',';
			path++;
		}
	}
	name[n] = '\0';
}

static int write_out(const struct kfg_args *args, const struct kfg_strbuf *out)
{
	const char *file = kfg_args_value(args, "output", "-");
	int r = 0;

	if (strcmp(file, "-") != 0)
		r = kfg_write_file(file, out->data, out->size);
	else if (isatty(STDOUT_FILENO))
		r = -ENOTTY;
	else if (fwrite(out->data, 1, out->size, stdout) != out->size)
		r = -errno;
	if (r == -ENOTTY)
		kfg_log_error("kernel: facts are no text for a terminal: -o FILE");
	else if (r < 0)
		kfg_log_errno(r, "kernel: %s: %m", file);
	return r;
}

static int make_facts(const struct kfg_kernel *kernel, struct kfg_strbuf *out)
{
	char day[11], source[160];
	struct kfg_facts_made made = { .day = day, .source = source };
	struct kfg_kernel_error error = { "" };
	struct kfg_kernel_facts facts;
	const char *name;
	int r;

	kfg_kernel_facts(kernel, &facts);
	name = kfg_facts_dictionary_of(facts.arch);
	r = kfg_facts_dictionary(name, &made.dictionary);
	if (r < 0) {
		kfg_log_warning("kernel: the dictionary %s in %s is %s: the file will be several times as large", name,
				kfg_catalogue_dir(), r == -ENOENT ? "not installed" : "damaged");
		made.dictionary = NULL;
	}
	today(day, sizeof(day));
	source_name(facts.path, source, sizeof(source));
	r = kfg_facts_write(kernel, &made, out, &error);
	if (r < 0 && error.text[0])
		kfg_log_error("kernel: %s: %s", kfg_kernels_name(kernel), error.text);
	else if (r < 0)
		kfg_log_errno(r, "kernel: %m");
	return r;
}

/*
 * The kernel that runs, where its image is not at hand, by what it has registered itself. What cannot be had so stays
 * as it was.
 */
static int ask_memory(struct kfg_kernel **kernel)
{
	struct kfg_kernel *more = NULL;
	struct kfg_live *live = NULL;
	struct kfg_kernel_memory memory;
	struct kfg_kernel_facts facts;
	struct kfg_kernel_error error;
	int r;

	kfg_kernel_facts(*kernel, &facts);
	if (strcmp(facts.path, "running") != 0 || (facts.sets_known && !facts.catalogued[0]))
		return 0;
	r = kfg_live_open(&live);
	if (r < 0) {
		kfg_log_info("kernel: running: its memory, where its kfuncs are registered, could not be read: %s%s",
			     strerror(-r), r == -EPERM ? " (it takes root, and no lockdown)" : "");
		return r == -ENOMEM ? r : 0;
	}
	kfg_live_memory(live, &memory);
	r = kfg_kernel_open_memory(&memory, &more, &error);
	kfg_live_free(live);
	if (r < 0) {
		kfg_log_error("kernel: %s", error.text);
		return r;
	}
	kfg_kernel_facts(more, &facts);
	if (facts.sets_known) {
		struct kfg_kernel *before = *kernel;

		kfg_log_info("kernel: running: by what the kernel itself and %zu loaded modules have registered",
			     facts.n_modules);
		*kernel = more;
		more = before;
	} else {
		kfg_log_warning("kernel: running: %s", facts.limits);
	}
	kfg_kernel_free(more);
	return 0;
}

static int export(const struct kfg_args *args)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(FILE_MAX);
	struct kfg_kernels kernels = { 0 };
	int r = kfg_kernels_open(args, "kernel", &kernels);

	if (r == 0 && kernels.n != 1) {
		kfg_log_error("kernel: %zu kernels are meant, and one goes into a file", kernels.n);
		r = -EINVAL;
	}
	if (r == 0)
		r = ask_memory(&kernels.items[0]);
	if (r == 0)
		r = make_facts(kernels.items[0], &out);
	if (kfg_kernels_done(&kernels, "kernel") < 0)
		r = -EBADMSG;
	if (r == 0)
		r = write_out(args, &out);
	return r < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
}

/* What a dictionary of kernels is packed with itself: one of another architecture with the first. */
static int find_prefix(const struct kfg_kernels *kernels, const struct kfg_facts_dictionary **ret_prefix)
{
	struct kfg_kernel_facts facts;
	int r;

	*ret_prefix = NULL;
	kfg_kernel_facts(kernels->items[0], &facts);
	if (strcmp(kfg_facts_dictionary_of(facts.arch), KFG_FACTS_DICTIONARY) == 0)
		return 0;
	r = kfg_facts_dictionary(KFG_FACTS_DICTIONARY, ret_prefix);
	if (r < 0)
		kfg_log_error("kernel: the dictionary %s in %s is %s", KFG_FACTS_DICTIONARY, kfg_catalogue_dir(),
			      r == -ENOENT ? "not installed" : "damaged");
	return r;
}

/* The records of kernels, one behind the other: what other kernels are packed with from then on. */
static int dictionary(const struct kfg_args *args)
{
	_cleanup_strbuf_ struct kfg_strbuf bodies = KFG_STRBUF(KFG_FACTS_DICTIONARY_MAX), out = KFG_STRBUF(FILE_MAX);
	struct kfg_kernel_error error = { "" };
	struct kfg_kernels kernels = { 0 };
	const struct kfg_facts_dictionary *prefix;
	int r = kfg_kernels_open(args, "kernel", &kernels);

	if (r == 0)
		r = find_prefix(&kernels, &prefix);
	for (size_t i = 0; i < kernels.n && r == 0; i++)
		r = kfg_facts_write_body(kernels.items[i], &bodies, &error);
	if (r == 0)
		r = kfg_facts_pack_dictionary(prefix, bodies.data, bodies.size, &out);
	if (error.text[0])
		kfg_log_error("kernel: %s", error.text);
	if (kfg_kernels_done(&kernels, "kernel") < 0)
		r = -EBADMSG;
	if (r == 0)
		r = write_out(args, &out);
	return r < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
}

static void add_row(const struct kfg_catalogue_entry *e, struct kfg_grid *grid)
{
	char kfuncs[24];

	snprintf(kfuncs, sizeof(kfuncs), "%u", e->head.n_kfuncs);
	kfg_grid_add(grid, e->head.release);
	kfg_grid_add(grid, e->head.arch);
	kfg_grid_add(grid, kfuncs);
	kfg_grid_add(grid, e->head.made);
	kfg_grid_add(grid, e->suites);
	kfg_grid_add(grid, e->head.version);
}

static void list_json(const struct kfg_catalogue *c, struct kfg_strbuf *out)
{
	struct kfg_json json = { .out = out, .indent = true };

	kfg_json_object(&json, NULL);
	kfg_json_int(&json, "version", 1);
	kfg_json_array(&json, "kernels");
	for (size_t i = 0; i < c->n; i++) {
		const struct kfg_catalogue_entry *e = &c->entries[i];

		kfg_json_object(&json, NULL);
		kfg_json_string(&json, "release", e->head.release);
		kfg_json_string(&json, "kernel_version", e->head.version);
		kfg_json_string(&json, "architecture", e->head.arch);
		kfg_json_int(&json, "kfuncs", e->head.n_kfuncs);
		kfg_json_string(&json, "made", e->head.made);
		kfg_json_string(&json, "source", e->head.source);
		kfg_json_string(&json, "suites", e->suites);
		kfg_json_string(&json, "file", e->path);
		kfg_json_object_end(&json);
	}
	kfg_json_array_end(&json);
	kfg_json_object_end(&json);
	kfg_strbuf_adds(out, "\n");
}

static int print_list(const struct kfg_catalogue *c, enum kfg_format format)
{
	static const char *const columns[] = { "release", "architecture", "kfuncs", "made", "suites", "version" };
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(KFG_OUTPUT_MAX);
	struct kfg_grid grid = { .title = "Kernels of the catalogue", .columns = columns, .n_columns = 6 };
	int r = 0;

	if (format == KFG_FORMAT_JSON) {
		list_json(c, &out);
	} else {
		for (size_t i = 0; i < c->n; i++)
			add_row(&c->entries[i], &grid);
		kfg_format_grid(&grid, format, &out);
		r = grid.doc.error;
	}
	kfg_grid_done(&grid);
	return r < 0 ? r : kfg_output_print(&out, "kernel");
}

static int list(const struct kfg_args *args)
{
	struct kfg_catalogue catalogue = { 0 };
	enum kfg_format format;
	int r = kfg_format_take(args, "kernel", &format);

	if (r == 0)
		r = kfg_catalogue_open(kfg_catalogue_dir(), &catalogue);
	if (r < 0)
		return KFG_EXIT_FAILURE;
	if (catalogue.n_damaged)
		kfg_log_error("kernel: %zu file%s could not be read, among them %s", catalogue.n_damaged,
			      kfg_text_s(catalogue.n_damaged), catalogue.damaged);
	if (!catalogue.n)
		kfg_log_warning("kernel: no facts of kernels in %s (the package kfgate-kernels has them)",
				kfg_catalogue_dir());
	r = print_list(&catalogue, format);
	if (r == 0 && catalogue.n_damaged)
		r = -EBADMSG;
	kfg_catalogue_done(&catalogue);
	return r < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
}

int kfg_cmd_kernel(const struct kfg_args *args)
{
	static const struct {
		const char *word;
		int (*run)(const struct kfg_args *args);
	} words[] = { { "export", export }, { "list", list }, { "dictionary", dictionary } };

	const char *word = args->n_words ? args->words[0] : "";
	enum kfg_format format;

	if (kfg_format_take(args, "kernel", &format) < 0)
		return KFG_EXIT_FAILURE;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].run(args);
	kfg_log_error("kernel%s%s: must be export, list or dictionary", word[0] ? ": " : "", word);
	return KFG_EXIT_FAILURE;
}
