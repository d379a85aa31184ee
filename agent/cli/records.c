/* SPDX-License-Identifier: GPL-2.0-or-later */
/* records.c - see records.h. */
#include "cli/records.h"

#include "cli/output.h"

#include "base/exit_code.h"
#include "base/log.h"
#include "base/write_file.h"
#include "cli/pager.h"
#include "history/when.h"
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int parse_time(const struct kfg_args *args, const char *verb, const char *option, uint64_t *usec)
{
	const char *text = kfg_args_value(args, option, NULL);

	if (!text || kfg_when_parse(text, (uint64_t)time(NULL) * 1000000, usec) == 0)
		return KFG_EXIT_OK;
	kfg_log_error("%s: --%s=%s: not a time like 2026-11-01, \"2026-11-01 12:00\", yesterday or -7d", verb, option,
		      text);
	return KFG_EXIT_FAILURE;
}

int kfg_records_parse(const struct kfg_args *args, const char *verb, const char **paths,
		      struct kfg_history_source *ret_source)
{
	size_t n = kfg_args_values(args, "directory", paths, KFG_ARGS_MAX);

	n += kfg_args_values(args, "file", paths + n, KFG_ARGS_MAX - n);
	*ret_source = (struct kfg_history_source){
		.paths = paths,
		.n_paths = n,
		.until_usec = UINT64_MAX,
		.unit = kfg_args_value(args, "unit", "kfgate.service"),
		.trust_pipeline = kfg_args_has(args, "trust-pipeline"),
		.kinds = UINT32_MAX,
	};
	if (parse_time(args, verb, "since", &ret_source->since_usec) != KFG_EXIT_OK)
		return KFG_EXIT_FAILURE;
	return parse_time(args, verb, "until", &ret_source->until_usec);
}

int kfg_records_rule_counts(const struct kfg_args *args, const char *verb, struct kfg_rule_counts *counts)
{
	const char *paths[KFG_ARGS_MAX];
	size_t n = kfg_args_values(args, "rules", paths, KFG_ARGS_MAX);

	for (size_t i = 0; i < n; i++) {
		int r = kfg_rule_counts_read(counts, paths[i]);

		if (r == -EBADMSG)
			kfg_log_error("%s: %s: not what kfgate status --rules --json prints", verb, paths[i]);
		else if (r < 0)
			kfg_log_errno(r, "%s: %s: %m", verb, paths[i]);
		if (r < 0)
			return KFG_EXIT_FAILURE;
	}
	return KFG_EXIT_OK;
}

/* What is in the files and is not counted, where that may surprise. */
static void warn_not_counted(const struct kfg_history_source *source, const char *verb,
			     const struct kfg_history_stats *st)
{
	if (st->invalid_lines)
		kfg_log_warning("%s: %llu lines are no JSON objects, first %s", verb,
				(unsigned long long)st->invalid_lines, st->first_invalid);
	if (st->unattested)
		kfg_log_warning("%s: %llu records do not say by trusted fields (_UID, _SYSTEMD_UNIT) who wrote them; "
				"they count with --trust-pipeline only",
				verb, (unsigned long long)st->unattested);
	if (st->foreign && !st->records)
		kfg_log_warning("%s: all %llu records were written by others than root's processes in %s (--unit)",
				verb, (unsigned long long)st->foreign, source->unit);
	if (st->other_lines && !st->records && !st->foreign && !st->unattested && !st->malformed)
		kfg_log_warning("%s: none of the %llu JSON lines is a record of kfgate", verb,
				(unsigned long long)st->other_lines);
}

static void say_who_may_read(const char *verb)
{
	if (geteuid() != 0)
		kfg_log_warning(
			"%s: members of the groups systemd-journal and adm may read the journal (journalctl(1))", verb);
}

int kfg_records_read(const struct kfg_history_source *source, const char *verb, struct kfg_usage *usage,
		     struct kfg_history_stats *ret_stats)
{
	int r = kfg_history_read(source, kfg_usage_add, usage, ret_stats);

	if (r < 0 && ret_stats->problem[0]) {
		kfg_log_error("%s: %s", verb, ret_stats->problem);
		if (r == -EACCES)
			say_who_may_read(verb);
		return r == -EACCES ? KFG_EXIT_UNCHECKED : KFG_EXIT_FAILURE;
	}
	if (r < 0) {
		kfg_log_errno(r == -ECANCELED ? -ENOMEM : r, "%s: cannot read the journal: %m", verb);
		return KFG_EXIT_FAILURE;
	}
	if (ret_stats->n_damaged || ret_stats->n_unreadable)
		kfg_log_warning("%s: %zu file%s damaged, %zu may not be read: %s", verb, ret_stats->n_damaged,
				ret_stats->n_damaged == 1 ? " is" : "s are", ret_stats->n_unreadable,
				ret_stats->problem);
	if (ret_stats->n_unreadable)
		say_who_may_read(verb);
	if (ret_stats->n_files <= ret_stats->n_unreadable) {
		kfg_log_error("%s: %s, so nothing can be said", verb,
			      ret_stats->n_files ? "no journal file could be read" : "there is no journal file");
		return KFG_EXIT_UNCHECKED;
	}
	warn_not_counted(source, verb, ret_stats);
	if (!ret_stats->records && (ret_stats->unattested || ret_stats->invalid_lines)) {
		kfg_log_error("%s: no record counts, so nothing can be said", verb);
		return KFG_EXIT_UNCHECKED;
	}
	return KFG_EXIT_OK;
}

int kfg_compiled_load(const char *const *paths, size_t n, const char *verb, struct kfg_compiled *ret_compiled)
{
	struct kfg_compiled c = { 0 };
	int r = kfg_config_load(paths, n, &c.loaded);

	if (r == 0)
		r = kfg_table_compile(c.loaded.policy, NULL, 0, 1, &c.table);
	if (r == 0) {
		*ret_compiled = c;
		return KFG_EXIT_OK;
	}
	if (r == -EBADMSG)
		kfg_output_errors(&c.loaded.diags, verb);
	if (r != -EBADMSG)
		kfg_log_errno(r, "%s: policy: %m", verb);
	kfg_compiled_done(&c);
	return KFG_EXIT_FAILURE;
}

void kfg_compiled_done(struct kfg_compiled *compiled)
{
	kfg_table_free(compiled->table);
	kfg_loaded_done(&compiled->loaded);
	*compiled = (struct kfg_compiled){ 0 };
}

int kfg_output_write(const struct kfg_args *args, const char *verb, const struct kfg_strbuf *text)
{
	const char *path = kfg_args_value(args, "output", NULL);
	int r = text->error;

	if (r == 0 && path)
		r = kfg_write_file(path, kfg_strbuf_text(text), text->size);
	else if (r == 0)
		r = kfg_pager_print(kfg_strbuf_text(text), text->size);
	if (r < 0 && !path)
		kfg_output_give_up();
	if (r < 0)
		kfg_log_errno(r, "%s: cannot write %s: %m", verb, path ? path : "to standard output");
	return r < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
}
