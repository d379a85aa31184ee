/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records against tests/golden/records/NAME.txt, one field per line. With KFG_GOLDEN_WRITE set in
 * the environment the files are written instead, to be read before they are kept.
 */
#include "record/event_record.h"
#include "base/read_file.h"
#include "cmocka_all.h"
#include "config/load.h"
#include "sample_event.h"

#include <fcntl.h>
#include "policy/policy.h"
#include <string.h>

#define GOLDEN KFG_SOURCE_DIR "/tests/golden/records/"

/* Indexes in policy.yaml */
enum { RULE_CONNTRACK, RULE_KEYS, RULE_XFRM };
enum { DEP_CPU_RQ, DEP_NO_DATE };

static struct kfg_policy_names *names;

static int setup(void **state)
{
	_cleanup_(kfg_loaded_done) struct kfg_loaded loaded = { 0 };
	const char *path = GOLDEN "policy.yaml";

	(void)state;
	if (kfg_config_load(&path, 1, &loaded) < 0)
		return -1;
	return kfg_policy_names_new(loaded.policy, &names);
}

static int teardown(void **state)
{
	(void)state;
	kfg_policy_names_free(names);
	return 0;
}

static struct kfg_record *make(const struct kfg_event *event, const struct kfg_policy_names *policy)
{
	const struct kfg_event_record_context context = { policy, "7.2.12-test" };
	struct kfg_record *record;

	assert_int_equal(kfg_event_record(event, &context, &record), 0);
	return record;
}

static void compare(const struct kfg_event *event, const struct kfg_policy_names *policy, const char *name)
{
	_cleanup_(kfg_record_free_cleanup) struct kfg_record *record = make(event, policy);
	_cleanup_strbuf_ struct kfg_strbuf got = KFG_STRBUF(KFG_RECORD_MAX);
	_cleanup_free_ char *expected = NULL;
	const char *field = NULL;
	char path[256];
	size_t size;

	while ((field = kfg_record_next(record, field)))
		kfg_strbuf_printf(&got, "%s\n", field);
	snprintf(path, sizeof(path), GOLDEN "%s.txt", name);
	if (getenv("KFG_GOLDEN_WRITE")) {
		FILE *f = fopen(path, "we");

		assert_non_null(f);
		fputs(got.data, f);
		fclose(f);
		return;
	}
	assert_int_equal(kfg_read_file(AT_FDCWD, path, KFG_RECORD_MAX, &expected, &size), 0);
	assert_string_equal(got.data, expected);
}

static int32_t day(const char *text)
{
	int32_t d;

	assert_int_equal(kfg_day_parse(text, &d), 0);
	return d;
}

static struct kfg_event_kfunc deprecated(unsigned action, unsigned reason, unsigned dep_state)
{
	struct kfg_event_kfunc k = sample_kfunc("scx_bpf_cpu_rq", action, reason);

	k.verdict.dep = DEP_CPU_RQ;
	k.verdict.dep_state = dep_state;
	k.verdict.dep_action = action;
	k.verdict.rule_action = KFG_ALLOW;
	k.verdict.deadline = day("2026-12-31");
	k.line = 12;
	snprintf(k.file, sizeof(k.file), "src/main.bpf.c");
	return k;
}

static void test_refused_unlisted(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	compare(&e, names, "refused-unlisted");
}

static void test_refused_expired(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	e.reason = KFG_REASON_EXPIRED;
	e.kfuncs[0] = deprecated(KFG_REFUSE, KFG_REASON_EXPIRED, KFG_DEP_EXPIRED);
	e.prog_type = BPF_PROG_TYPE_STRUCT_OPS;
	e.attach_type = 0;
	compare(&e, names, "refused-expired");
}

static void test_would_refuse(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	e.reason = KFG_REASON_EXPIRED;
	e.kfuncs[0] = deprecated(KFG_REFUSE, KFG_REASON_EXPIRED, KFG_DEP_EXPIRED);
	e.enforced = 0;
	e.mode = KFG_MODE_AUDIT;
	e.error = 0;
	compare(&e, names, "would-refuse");
}

static void test_warned(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	e.action = KFG_WARN;
	e.reason = KFG_REASON_DEPRECATED;
	e.error = 0;
	e.kfuncs[0] = deprecated(KFG_WARN, KFG_REASON_DEPRECATED, KFG_DEP_DEPRECATED);
	compare(&e, names, "warned");
}

static void test_warned_without_deadline(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	e.action = KFG_WARN;
	e.reason = KFG_REASON_DEPRECATED;
	e.error = 0;
	e.kfuncs[0] = sample_kfunc("bpf_no_date", KFG_WARN, KFG_REASON_DEPRECATED);
	e.kfuncs[0].verdict.dep = DEP_NO_DATE;
	e.kfuncs[0].verdict.dep_state = KFG_DEP_DEPRECATED;
	compare(&e, names, "warned-without-deadline");
}

static void test_waived(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	e.action = KFG_AUDIT;
	e.reason = KFG_REASON_WAIVED;
	e.error = 0;
	e.kfuncs[0] = deprecated(KFG_AUDIT, KFG_REASON_WAIVED, KFG_DEP_EXPIRED);
	e.kfuncs[0].verdict.waiver = 0;
	compare(&e, names, "waived");
}

static void test_rule_of_stage_1(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	e.stage = 1;
	e.prog_id = 0;
	e.reason = KFG_REASON_RULE;
	e.kernel = KFG_YES;
	e.token = KFG_YES;
	e.signature = 123456789;
	e.signed_by = KFG_SIGNED_BY_LOADER;
	e.userns = 4026532177;
	e.kfuncs[0] = sample_kfunc("bpf_lookup_user_key", KFG_REFUSE, KFG_REASON_RULE);
	e.kfuncs[0].verdict.rule = RULE_KEYS;
	e.kfuncs[0].live = 0;
	compare(&e, names, "refused-rule-stage1");
}

static void test_several_kfuncs(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	e.n_kfuncs = 3;
	e.n_more = 5;
	e.kfuncs[0] = sample_kfunc("bpf_xdp_get_xfrm_state", KFG_AUDIT, KFG_REASON_RULE);
	snprintf(e.kfuncs[0].module, sizeof(e.kfuncs[0].module), "xfrm_interface");
	e.kfuncs[0].verdict.rule = RULE_XFRM;
	e.kfuncs[1] = sample_kfunc("bpf_skb_ct_lookup", KFG_REFUSE, KFG_REASON_UNLISTED);
	snprintf(e.kfuncs[1].module, sizeof(e.kfuncs[1].module), "nf_conntrack");
	e.kfuncs[2] = deprecated(KFG_AUDIT, KFG_REASON_WAIVED, KFG_DEP_DEPRECATED);
	e.kfuncs[2].verdict.waiver = 0;
	compare(&e, names, "refused-several");
}

static void test_present(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	e.kind = KFG_EVENT_PRESENT;
	e.loader_known = 0;
	e.enforced = 0;
	e.error = 0;
	e.reason = KFG_REASON_EXPIRED;
	e.kfuncs[0] = deprecated(KFG_REFUSE, KFG_REASON_EXPIRED, KFG_DEP_EXPIRED);
	compare(&e, names, "present");
}

static void test_unscannable(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	e.n_kfuncs = 0;
	e.reason = KFG_REASON_SHORT_SCAN;
	e.scanned = 655360;
	e.n_insns = 1000000;
	compare(&e, names, "refused-unscannable");
}

static void test_foreign_fd(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	e.n_kfuncs = 0;
	e.reason = KFG_REASON_FOREIGN_FD;
	snprintf(e.comm, sizeof(e.comm), "spinner");
	compare(&e, names, "refused-foreign-fd");
}

/* A program that could answer for the kernel is no load like others: who tried is an attempt on the gate. */
static void test_override(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	e.reason = KFG_REASON_OVERRIDE;
	e.stage = 1;
	e.prog_id = 0;
	e.n_kfuncs = 1;
	e.kfuncs[0] = sample_kfunc("security_bpf_prog", KFG_REFUSE, KFG_REASON_OVERRIDE);
	compare(&e, names, "tampering-override");
	e.enforced = 0;
	e.error = 0;
	e.mode = KFG_MODE_AUDIT;
	compare(&e, names, "would-refuse-override");
}

static void test_policy_gone(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	e.reason = KFG_REASON_EXPIRED;
	e.kfuncs[0] = deprecated(KFG_REFUSE, KFG_REASON_EXPIRED, KFG_DEP_EXPIRED);
	compare(&e, NULL, "refused-policy-gone");
}

/* Whatever the loader chose to call things stays one field and one line. */
static void test_hostile_text(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	snprintf(e.comm, sizeof(e.comm), "a\nPRIORITY=7");
	snprintf(e.prog, sizeof(e.prog), "\x1b[2J\xff");
	snprintf(e.unit, sizeof(e.unit), "dev-a\\x2db.service");
	snprintf(e.exe, sizeof(e.exe),
		 "/tmp/\xe2\x80\xae"
		 "exe");
	e.kfuncs[0].line = 1;
	snprintf(e.kfuncs[0].file, sizeof(e.kfuncs[0].file), "/x\r\nMESSAGE=y");
	compare(&e, names, "hostile-text");
}

static void test_everything_at_its_longest(void **state)
{
	_cleanup_(kfg_record_free_cleanup) struct kfg_record *record = NULL;
	struct kfg_event e = sample_event();

	(void)state;
	memset(e.comm, '\n', sizeof(e.comm) - 1);
	memset(e.prog, '\n', sizeof(e.prog) - 1);
	memset(e.unit, '\n', sizeof(e.unit) - 1);
	memset(e.exe, '\n', sizeof(e.exe) - 1);
	memset(e.cgroup, '\n', sizeof(e.cgroup) - 1);
	e.n_kfuncs = KFG_EVENT_KFUNCS;
	for (size_t i = 0; i < KFG_EVENT_KFUNCS; i++) {
		e.kfuncs[i] = deprecated(KFG_REFUSE, KFG_REASON_UNLISTED, KFG_DEP_EXPIRED);
		memset(e.kfuncs[i].name, '\n', sizeof(e.kfuncs[i].name) - 1);
		memset(e.kfuncs[i].module, '\n', sizeof(e.kfuncs[i].module) - 1);
		memset(e.kfuncs[i].file, '\n', sizeof(e.kfuncs[i].file) - 1);
	}
	record = make(&e, names);
	assert_true(kfg_record_size(record) <= KFG_RECORD_MAX);
}

/* Each value that an event may have gives a record; none trips over a missing policy. */
static void test_every_reason(void **state)
{
	(void)state;
	for (unsigned reason = 0; reason < KFG_REASON_MAX; reason++)
		for (unsigned action = 0; action < KFG_ACTION_MAX; action++)
			for (unsigned kind = 0; kind < KFG_EVENT_MAX; kind++)
				for (unsigned n = 0; n < 2; n++) {
					struct kfg_event e = sample_event();

					e.reason = e.kfuncs[0].reason = reason;
					e.action = e.kfuncs[0].action = action;
					e.kind = kind;
					e.n_kfuncs = n;
					e.kfuncs[0].verdict.rule = 99;
					e.kfuncs[0].verdict.dep = 99;
					e.kfuncs[0].verdict.waiver = 99;
					kfg_record_free(make(&e, names));
					kfg_record_free(make(&e, NULL));
				}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused_unlisted),
		cmocka_unit_test(test_refused_expired),
		cmocka_unit_test(test_would_refuse),
		cmocka_unit_test(test_warned),
		cmocka_unit_test(test_warned_without_deadline),
		cmocka_unit_test(test_waived),
		cmocka_unit_test(test_rule_of_stage_1),
		cmocka_unit_test(test_several_kfuncs),
		cmocka_unit_test(test_present),
		cmocka_unit_test(test_unscannable),
		cmocka_unit_test(test_foreign_fd),
		cmocka_unit_test(test_override),
		cmocka_unit_test(test_policy_gone),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_everything_at_its_longest),
		cmocka_unit_test(test_every_reason),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
