/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmocka_all.h"
#include "analysis/explain/advice.h"
#include "analysis/lifecycle/kfunc_data.h"
#include <stdio.h>
#include <string.h>

#define LIFECYCLE                                                                                                      \
	"version: 1\nname: t\nserial: 1\ndeprecations:\n"                                                              \
	"  - {kfunc: bpf_old, removed-in: \"7.3\", replacement: bpf_new, replacement-in: \"6.18\", "                   \
	"note: be quick}\n"                                                                                            \
	"  - {kfunc: \"bpf_two [vmlinux]\", removed-in: \"7.2\", replacement: this or that}\n"

static struct kfg_policy *policy;
static struct kfg_advice advice;
static const char *kernel; /* the log is from */

static int setup(void **state)
{
	const struct kfg_source source = { "t.yaml", LIFECYCLE, sizeof(LIFECYCLE) - 1 };
	struct kfg_diags diags = { 0 };
	int r = kfg_policy_load(&source, 1, NULL, &diags, &policy);

	(void)state;
	kfg_diags_done(&diags);
	return r;
}

static int teardown(void **state)
{
	(void)state;
	kfg_advice_done(&advice);
	kfg_policy_free(policy);
	return 0;
}

static void ask(enum kfg_vlog_kind kind, const char *kfunc, const char *message)
{
	struct kfg_vlog_finding f = { .kind = kind, .insn = -1, .number = -1, .line = 1 };
	const struct kfg_advice_input input = { .policy = policy, .kernel = kernel };

	snprintf(f.kfunc, sizeof(f.kfunc), "%s", kfunc);
	snprintf(f.message, sizeof(f.message), "%s", message);
	kfg_advice_done(&advice);
	assert_int_equal(kfg_advice_make(&f, &input, &advice), 0);
}

static void assert_says(const struct kfg_strbuf *text, const char *part)
{
	if (!strstr(kfg_strbuf_text(text), part))
		fail_msg("\"%s\" does not say \"%s\"", kfg_strbuf_text(text), part);
}

static void test_removed(void **state)
{
	(void)state;
	ask(KFG_VLOG_MISSING, "bpf_old", "");
	assert_int_equal(advice.blame, KFG_BLAME_KERNEL);
	/* notes are for maintainers */
	assert_string_equal(kfg_strbuf_text(&advice.since), "Removed in Linux 7.3.");
	assert_says(&advice.todo, "Use bpf_new, there since Linux 6.18.");
	assert_says(&advice.code, "else if (bpf_ksym_exists(bpf_old)) {\n");
	/* without a kernel, the removal is a possibility */
	ask(KFG_VLOG_NOT_ALLOWED, "bpf_old", "");
	assert_int_equal(advice.blame, KFG_BLAME_PROGRAM);
	assert_says(&advice.what, "If the kernel is 7.3 or newer");
	kernel = "7.3.4";
	ask(KFG_VLOG_NOT_ALLOWED, "bpf_old", "");
	assert_int_equal(advice.blame, KFG_BLAME_KERNEL);
	assert_says(&advice.what, "it is no kfunc any more");
	kernel = NULL;
}

static void test_several_replacements(void **state)
{
	(void)state;
	ask(KFG_VLOG_MISSING, "bpf_two", "");
	assert_says(&advice.since, "Removed in Linux 7.2");
	assert_says(&advice.todo, "Use this or that.");
	assert_null(strstr(kfg_strbuf_text(&advice.code), "this"));
}

static void test_history(void **state)
{
	(void)state;
	ask(KFG_VLOG_MISSING, "bpf_xdp_ct_lookup", "");
	assert_says(&advice.since, "in the module nf_conntrack.");
	assert_says(&advice.todo, "modprobe nf_conntrack");
	ask(KFG_VLOG_MISSING, "bpf_task_form_pid", "");
	assert_says(&advice.since, "Is bpf_task_from_pid meant?");
	assert_int_equal(advice.blame, KFG_BLAME_PROGRAM);
	ask(KFG_VLOG_MISSING, "mymod_count_packets", "");
	assert_int_equal(advice.blame, KFG_BLAME_UNKNOWN);
	assert_says(&advice.todo, "/sys/kernel/btf/MODULE");
	assert_int_equal(advice.code.size, 0);
	ask(KFG_VLOG_NO_ADDRESS, "bpf_old", "");
	assert_says(&advice.what, "Linux 7.3 removed this kfunc");
	assert_true(kfg_kfunc_history_n > 400);
}

/* What is said of versions depends on the kernel. */
static void test_kernel(void **state)
{
	(void)state;
	ask(KFG_VLOG_MISSING, "bpf_rbtree_add", "");
	assert_says(&advice.what, "Either the kernel is older than 6.3, or of 6.4 to 7.0");
	kernel = "6.12.57+deb13-amd64";
	ask(KFG_VLOG_MISSING, "bpf_rbtree_add", "");
	assert_says(&advice.what, "This kernel is Linux 6.12.57+deb13-amd64; releases 6.4 to 7.0 do not have it");
	kernel = "6.18.3";
	ask(KFG_VLOG_MISSING, "bpf_stream_vprintk", "");
	assert_says(&advice.what, "releases 6.18 to 6.19 do not have it");
	kernel = "6.12.0";
	ask(KFG_VLOG_MISSING, "bpf_xdp_ct_lookup", "");
	assert_says(&advice.todo, "modprobe nf_conntrack");
	assert_null(strstr(kfg_strbuf_text(&advice.what), "older"));
	/* RHEL's BPF is newer than its kernel's number */
	kernel = "5.14.0-570.el9_6.x86_64";
	ask(KFG_VLOG_MISSING, "bpf_rbtree_add", "");
	assert_says(&advice.what, "Either the kernel is older than 6.3, or of 6.4 to 7.0");
	kernel = "7.3.4";
	ask(KFG_VLOG_MISSING, "bpf_old", "");
	assert_says(&advice.what, "it was removed in Linux 7.3");
	kernel = "7.2.0";
	ask(KFG_VLOG_MISSING, "bpf_old", "");
	assert_null(strstr(kfg_strbuf_text(&advice.what), "removed in Linux 7.3"));
	kernel = NULL;
}

static void test_types(void **state)
{
	(void)state;
	ask(KFG_VLOG_NOT_ALLOWED, "bpf_xdp_get_xfrm_state", "");
	assert_says(&advice.what, "for programs of type xdp.");
	kernel = "6.12.1";
	ask(KFG_VLOG_NOT_ALLOWED, "bpf_cgroup_release", "");
	assert_says(&advice.what, "Linux 6.12.1 has it for programs of type sched_cls, ");
	assert_null(strstr(kfg_strbuf_text(&advice.what), "sock_ops"));
	kernel = NULL;
}

/* libbpf cuts the last ___suffix off, so a name of the kernel with one needs another. */
static void test_code_of_v2(void **state)
{
	(void)state;
	ask(KFG_VLOG_MISSING, "scx_bpf_dsq_insert___v2", "");
	assert_says(&advice.code, " scx_bpf_dsq_insert___v2___compat(struct task_struct *p,");
	assert_says(&advice.code, "bpf_ksym_exists(scx_bpf_dsq_insert___v2___compat)");
}

static void test_whose_prototype(void **state)
{
	(void)state;
	ask(KFG_VLOG_PROTO, "scx_bpf_kick_cpu", "");
	assert_int_equal(advice.blame, KFG_BLAME_KERNEL_BUILD);
	assert_says(&advice.what, "7.2.12");
	ask(KFG_VLOG_PROTO, "bpf_session_cookie", "");
	assert_int_equal(advice.blame, KFG_BLAME_PROGRAM);
	assert_says(&advice.what, "between 6.19 (__u64 *bpf_session_cookie(void)) and 7.0 (");
	ask(KFG_VLOG_PROTO, "bpf_key_put", "");
	assert_int_equal(advice.blame, KFG_BLAME_PROGRAM);
}

static void test_by_wording(void **state)
{
	(void)state;
	ask(KFG_VLOG_CAPABILITY, "crash_kexec", "destructive kfunc calls require CAP_SYS_BOOT capability");
	assert_says(&advice.todo, "CAP_SYS_BOOT");
	ask(KFG_VLOG_CAPABILITY, "x", "x is allowed only to CAP_PERFMON and CAP_SYS_ADMIN");
	assert_says(&advice.todo, "30 kfuncs");
	ask(KFG_VLOG_ARGUMENT, "x", "Possibly NULL pointer passed to trusted arg0");
	assert_says(&advice.todo, "NULL before the call");
	ask(KFG_VLOG_REFUSED, "", "");
	assert_says(&advice.todo, "journalctl -x KFGATE_KIND=refused");
	assert_string_equal(kfg_strbuf_text(&advice.since), "");
}

/* Whatever is found: what it means and what to do is said. */
static void test_every_kind(void **state)
{
	(void)state;
	for (enum kfg_vlog_kind kind = KFG_VLOG_NONE + 1; kind < KFG_VLOG_KIND_MAX; kind++) {
		ask(kind, "", "");
		assert_true(advice.what.size && advice.todo.size);
		ask(kind, "bpf_\x1b[31m", "\xff");
		assert_null(strchr(kfg_strbuf_text(&advice.since), '\x1b'));
		assert_true(strcmp(kfg_vlog_kind_str(kind), "?") != 0 && kfg_vlog_kind_title(kind)[0]);
		assert_true(strcmp(kfg_blame_str(advice.blame), "?") != 0);
	}
	assert_string_equal(kfg_vlog_kind_str(KFG_VLOG_KIND_MAX), "?");
	assert_string_equal(kfg_blame_str(KFG_BLAME_MAX), "?");
}

/* What a kfunc of a kernel acquires is given back by a kfunc that there is. */
static void check_release(const char *kfunc)
{
	char name[KFG_VLOG_NAME_MAX];
	const char *todo;

	ask(KFG_VLOG_REFERENCE, kfunc, "Unreleased reference id=2 alloc_insn=1");
	todo = kfg_strbuf_text(&advice.todo);
	if (sscanf(todo, "Call %63[a-z0-9_]()", name) != 1 || strcmp(name, "the") == 0)
		fail_msg("of %s: \"%s\"", kfunc, todo);
	if (!kfg_kfunc_history_find(name))
		fail_msg("of %s: there is no %s", kfunc, name);
}

static void test_releases(void **state)
{
	FILE *file = fopen(KFG_SOURCE_DIR "/tests/data/kfunc-flags.tsv", "re");
	char line[1024], name[KFG_VLOG_NAME_MAX], flags[256];
	size_t n = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*[^\t]\t%*[^\t]\t%63[^\t]\t%255[^\t]", name, flags) != 2 ||
		    !strstr(flags, "KF_ACQUIRE") || strncmp(name, "bpf_kfunc_call_", 15) == 0)
			continue;
		check_release(name);
		n++;
	}
	assert_true(n > 50);
	fclose(file);
	check_release("bpf_iter_num_new");
	check_release("bpf_iter_scx_dsq_new");
	check_release("bpf_dynptr_from_file");
	ask(KFG_VLOG_REFERENCE, "bpf_iter_num_new", "");
	assert_null(strstr(kfg_strbuf_text(&advice.todo), "NULL"));
	ask(KFG_VLOG_REFERENCE, "bpf_task_from_pid", "");
	assert_says(&advice.todo, "bpf_kptr_xchg()");
	ask(KFG_VLOG_REFERENCE, "bpf_skb_ct_lookup", "");
	assert_null(strstr(kfg_strbuf_text(&advice.todo), "bpf_kptr_xchg()"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_removed),
		cmocka_unit_test(test_several_replacements),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_code_of_v2),
		cmocka_unit_test(test_whose_prototype),
		cmocka_unit_test(test_by_wording),
		cmocka_unit_test(test_every_kind),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
