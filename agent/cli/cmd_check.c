/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/commands.h"
#include "config/load.h"

#include <errno.h>
#include <inttypes.h>
#include "policy/table.h"
#include <string.h>
#include <time.h>

/* Whether a policy without errors can be compiled. */
static int examine(struct kfg_loaded *loaded, const char *what)
{
	const struct kfg_spot spot = { .file = what };
	struct kfg_table *table = NULL;
	int r = kfg_table_compile(loaded->policy, NULL, 0, 1, &table);

	kfg_table_free(table);
	if (r != -E2BIG)
		return r;
	kfg_diags_add(&loaded->diags, KFG_ERROR, &spot, "too large to compile: more than %u cells",
		      KFG_TABLE_CELLS_MAX);
	return 0;
}

static void print_findings(const struct kfg_diags *diags)
{
	for (size_t i = 0; i < diags->n; i++) {
		_cleanup_free_ char *text = kfg_diag_format(&diags->items[i]);

		if (text)
			fputs(text, stdout);
	}
	if (diags->n_more)
		printf("... and %zu more findings\n", diags->n_more);
}

static void print_summary(const struct kfg_loaded *loaded, const char *what)
{
	const struct kfg_policy *p = loaded->policy;
	size_t errors = loaded->diags.n_errors;
	size_t warnings = loaded->diags.n + loaded->diags.n_more - errors;

	printf("%s: ", what);
	if (p)
		printf("policy %s, serial %" PRId64
		       ", rules: %zu, deprecations: %zu, waivers: %zu: ",
		       kfg_policy_name(p), kfg_policy_serial(p), kfg_policy_n_rules(p),
		       kfg_policy_n_deprecations(p), kfg_policy_n_waivers(p));
	printf("%zu error%s, %zu warning%s\n", errors, errors == 1 ? "" : "s", warnings,
	       warnings == 1 ? "" : "s");
}

static int check_one(const char *path, int32_t today, bool quiet)
{
	const char *what = path ? path : "system policy";
	struct kfg_loaded loaded;
	size_t errors, findings;
	int r = kfg_load_linted(path ? &path : NULL, path ? 1 : 0, today, &loaded);

	if (r < 0 && r != -EBADMSG) {
		kfg_log_errno(r, "check: %s: %m", what);
		return KFG_EXIT_FAILURE;
	}
	if (r == 0)
		r = examine(&loaded, what);
	print_findings(&loaded.diags);
	if (!quiet)
		print_summary(&loaded, what);
	if (r < 0 && r != -EBADMSG)
		kfg_log_errno(r, "check: %s: %m", what);
	else if (loaded.diags.lost)
		kfg_error("check: %s: out of memory, findings are missing", what);
	errors = loaded.diags.n_errors + (r < 0) + loaded.diags.lost;
	findings = loaded.diags.n;
	kfg_loaded_done(&loaded);
	return errors ? KFG_EXIT_FAILURE : findings ? KFG_EXIT_WARNINGS : KFG_EXIT_OK;
}

/* Errors weigh more than warnings. */
static int worse(int a, int b)
{
	static const int weight[] = {
		[KFG_EXIT_OK] = 0,
		[KFG_EXIT_FAILURE] = 2,
		[KFG_EXIT_WARNINGS] = 1,
	};

	return weight[b] > weight[a] ? b : a;
}

int kfg_cmd_check(const struct kfg_args *args)
{
	const char *at = kfg_args_value(args, "at", NULL);
	bool quiet = kfg_args_has(args, "quiet");
	int32_t today = time(NULL) / 86400;
	int code = KFG_EXIT_OK;

	if (at && kfg_day_parse(at, &today) < 0) {
		kfg_error("check: --at=%s: not a date like 2027-01-15", at);
		return KFG_EXIT_FAILURE;
	}
	if (!args->n_words)
		return check_one(NULL, today, quiet);
	for (size_t i = 0; i < args->n_words; i++)
		code = worse(code, check_one(args->words[i], today, quiet));
	return code;
}
