/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_check.c - errors and unwise things in policies: files, directories, standard input, the system's own. */
#include "analysis/kernel/signatures.h"
#include "base/cleanup.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/preempt.h"
#include "cli/check_output.h"
#include "cli/commands.h"
#include "cli/host.h"
#include "cli/output.h"

#include <errno.h>
#include "policy/table.h"
#include "cli/option.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

#define STDIN_NAME "standard input"

/* Whether a policy without errors can be compiled. */
static int examine(struct kfg_loaded *loaded, const char *what)
{
	const struct kfg_spot spot = { .file = what };
	struct kfg_table *table = NULL;
	int r = kfg_table_compile(loaded->policy, NULL, 0, 1, &table);

	kfg_table_free(table);
	if (r == 0 && kfg_policy_asks_signature(loaded->policy) && kfg_signatures_of_running() == KFG_SIGNATURES_UNTOLD)
		r = kfg_policy_lint_unsigned(loaded->policy, &loaded->diags);
	if (r != -E2BIG)
		return r;
	kfg_diags_add(&loaded->diags, KFG_DIAG_TOO_LARGE, &spot, "too large to compile: more than %u cells",
		      KFG_TABLE_CELLS_MAX);
	return 0;
}

/* One policy of standard input. The bytes need not be kept: findings have copies of their lines. */
static int load_stdin(int32_t today, struct kfg_loaded *ret_loaded)
{
	/* one byte more than a policy may have, so that a longer one is seen to be */
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(KFG_POLICY_FILE_MAX + 2);
	struct kfg_source source = { .path = STDIN_NAME };
	char buf[4096];
	size_t n;
	int r;

	while (!text.error && (n = fread(buf, 1, sizeof(buf), stdin)) > 0)
		kfg_strbuf_add(&text, buf, n);
	if (ferror(stdin) || text.error)
		return text.error == -E2BIG ? -EFBIG : text.error ? text.error : -EIO;
	source.data = kfg_strbuf_text(&text);
	source.size = text.size;
	r = kfg_config_load_bytes_linted(&source, today, ret_loaded);
	if (r == 0)
		kfg_policy_forget_text(ret_loaded->policy);
	return r;
}

/* path NULL: the system's policy */
static int load(const char *path, int32_t today, struct kfg_loaded *ret_loaded)
{
	if (path && strcmp(path, "-") == 0)
		return load_stdin(today, ret_loaded);
	return kfg_config_load_linted(path ? &path : NULL, path ? 1 : 0, today, ret_loaded);
}

/* The system's own policy is for this host: what that keeps it from, as the agent would say. */
static void examine_host(struct kfg_loaded *loaded, const char *what)
{
	const struct kfg_spot spot = { .file = what };
	const char *unfit;

	if (!kfg_host_lacks_bpf_lsm(""))
		return;
	unfit = kfg_policy_adapt(loaded->policy, KFG_HOOKING_MODIFY_RETURN);
	if (unfit)
		kfg_diags_add(&loaded->diags, KFG_DIAG_NEEDS_BPF_LSM, &spot, "%s", unfit);
	else if (kfg_mode_enforces(kfg_policy_mode(loaded->policy)) && kfg_preempt_may(NULL))
		kfg_diags_add(&loaded->diags, KFG_DIAG_MAY_MISS_LOADS, &spot,
			      "without-bpf-lsm is enforce, and this kernel may preempt: loads can be missed, which are "
			      "counted, recorded and judged afterwards");
}

static int check_one(const char *path, int32_t today, struct kfg_check_output *output)
{
	const char *what = !path ? "system policy" : strcmp(path, "-") ? path : STDIN_NAME;
	struct kfg_loaded loaded;
	size_t errors, warnings;
	int r = load(path, today, &loaded);

	if (r < 0 && r != -EBADMSG) {
		kfg_log_errno(r, "check: %s: %m", what);
		return KFG_EXIT_FAILURE;
	}
	if (r == 0)
		r = examine(&loaded, what);
	if (r == 0 && !path)
		examine_host(&loaded, what);
	kfg_check_policy(output, &loaded, what);
	if (r < 0 && r != -EBADMSG)
		kfg_log_errno(r, "check: %s: %m", what);
	else if (loaded.diags.lost)
		kfg_log_error("check: %s: out of memory, findings are missing", what);
	errors = loaded.diags.n_errors + (r < 0) + loaded.diags.lost;
	warnings = loaded.diags.n + loaded.diags.n_more - loaded.diags.n_notes;
	kfg_loaded_done(&loaded);
	return errors ? KFG_EXIT_FAILURE : warnings ? KFG_EXIT_WARNINGS : KFG_EXIT_OK;
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

static int take_format(const struct kfg_args *args, enum kfg_check_format *ret_format)
{
	int format = kfg_option_word(args, "check", "format", kfg_check_formats, KFG_CHECK_FORMAT_MAX);

	if (format >= 0)
		*ret_format = (enum kfg_check_format)format;
	return format;
}

int kfg_cmd_check(const struct kfg_args *args)
{
	struct kfg_check_output output = { .quiet = kfg_args_has(args, "quiet"), .text = KFG_STRBUF(KFG_OUTPUT_MAX) };
	int32_t today;
	int code = KFG_EXIT_OK;

	if (kfg_option_day(args, "check", &today) < 0 || take_format(args, &output.format) < 0)
		return KFG_EXIT_FAILURE;
	kfg_check_begin(&output);
	if (!args->n_words)
		code = check_one(NULL, today, &output);
	for (size_t i = 0; i < args->n_words; i++)
		code = worse(code, check_one(args->words[i], today, &output));
	kfg_check_end(&output);
	if (kfg_output_print(&output.text, "check") < 0)
		code = KFG_EXIT_FAILURE;
	kfg_strbuf_done(&output.text);
	return code;
}
