/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record/notice.h"
#include "cmocka_all.h"
#include "config/load.h"

#include <string.h>

static struct kfg_policy_names *names;

static int setup(void **state)
{
	_cleanup_(kfg_loaded_done) struct kfg_loaded loaded = { 0 };
	const char *path = KFG_SOURCE_DIR "/tests/golden/records/policy.yaml";

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

/* Takes the record over. */
static void assert_record(int built, struct kfg_record **record, const char *kind, const char *message)
{
	assert_int_equal(built, 0);
	assert_string_equal(kfg_record_get(*record, "KFGATE_KIND"), kind);
	assert_string_equal(kfg_record_get(*record, "MESSAGE"), message);
	kfg_record_free(*record);
	*record = NULL;
}

static void test_missed(void)
{
	struct kfg_notice_missed m = { .fresh = { 1, 0, 0 }, .total = { 9, 9, 9 }, .until_usec = 1767225600000008 };
	struct kfg_record *r;

	assert_record(kfg_notice_missed(&m, names, &r), &r, "missed",
		      "The kernel left the gate out of 1 load, which was not judged: what is still there is examined "
		      "now; boot with bpf in lsm= to miss none");
	m.fresh = (struct kfg_missed){ 0, 1, 2 };
	assert_record(
		kfg_notice_missed(&m, names, &r), &r, "missed",
		"The kernel left the gate out of 1 load before verification: judged after it, by live calls alone");
	m.fresh = (struct kfg_missed){ 0, 0, 2 };
	assert_record(kfg_notice_missed(&m, names, &r), &r, "missed",
		      "The kernel left out what notes the units of processes 2 times");
	m.fresh = (struct kfg_missed){ 2, 3, 4 };
	m.since_usec = m.until_usec - 1;
	assert_int_equal(kfg_notice_missed(&m, names, &r), 0);
	assert_string_equal(kfg_record_get(r, "PRIORITY"), "1");
	assert_string_equal(kfg_record_get(r, "KFGATE_COUNT"), "2");
	assert_string_equal(kfg_record_get(r, "KFGATE_TOTAL"), "9");
	assert_string_equal(kfg_record_get(r, "KFGATE_MISSED_EARLY"), "3");
	assert_string_equal(kfg_record_get(r, "KFGATE_MISSED_OTHERS"), "4");
	assert_string_equal(kfg_record_get(r, "KFGATE_SINCE"), "2026-01-01T00:00:00.000007Z");
	assert_string_equal(kfg_record_get(r, "KFGATE_UNTIL"), "2026-01-01T00:00:00.000008Z");
	kfg_record_free(r);
}

/* Each record that names a policy says that BPF LSM is not active, and the first one what that means. */
static void test_without_lsm(void **state)
{
	struct kfg_policy_names p = *names;
	struct kfg_record *r;

	(void)state;
	assert_int_equal(kfg_notice_stopped(&p, &r), 0);
	assert_null(kfg_record_get(r, "KFGATE_WITHOUT_LSM"));
	kfg_record_free(r);
	p.hooking = KFG_HOOKING_MODIFY_RETURN;
	p.without_lsm = KFG_WITHOUT_ENFORCE;
	assert_int_equal(kfg_notice_started(&p, true, "7.2", &r), 0);
	assert_non_null(strstr(kfg_record_get(r, "MESSAGE"), "it refuses what it sees, and loads can be missed"));
	assert_string_equal(kfg_record_get(r, "KFGATE_WITHOUT_LSM"), "enforce");
	kfg_record_free(r);
	p.without_lsm = KFG_WITHOUT_AUDIT;
	p.mode = KFG_MODE_AUDIT;
	assert_int_equal(kfg_notice_started(&p, true, "7.2", &r), 0);
	assert_non_null(strstr(kfg_record_get(r, "MESSAGE"), "it refuses nothing, and loads can be missed"));
	assert_string_equal(kfg_record_get(r, "KFGATE_WITHOUT_LSM"), "audit");
	kfg_record_free(r);
}

static void test_messages(void **state)
{
	const struct kfg_policy_names *p = names;
	struct kfg_record *r;

	(void)state;
	assert_record(kfg_notice_dropped(1, &r), &r, "records-dropped",
		      "1 record dropped, as the journal did not take them fast enough");
	assert_record(kfg_notice_lost(2, 9, &r), &r, "events-lost",
		      "2 events lost, as the buffer from the kernel was full; the loads were "
		      "decided all the same");
	assert_record(kfg_notice_started(p, true, "7.2", &r), &r, "started",
		      "Gate for BPF kfuncs is up: policy web-fleet 14, mode enforce, proven before "
		      "and after "
		      "verification");
	assert_record(kfg_notice_started(p, false, "6.1", &r), &r, "started",
		      "Gate for BPF kfuncs is up: policy web-fleet 14, mode enforce, after "
		      "verification only, as "
		      "this kernel has no earlier hook");
	test_missed();
	assert_record(kfg_notice_stopped(p, &r), &r, "stopped",
		      "Gate for BPF kfuncs was taken off: loads are not judged any more");
	assert_record(kfg_notice_kept(p, "the policy says on-stop: keep", &r), &r, "kept",
		      "The agent leaves, the gate for BPF kfuncs stays in force: the policy says on-stop: keep; what "
		      "it decides is told when an agent is there again");
	assert_record(kfg_notice_kept(p, "it is sealed until the next boot", &r), &r, "kept",
		      "The agent leaves, the gate for BPF kfuncs stays in force: it is sealed until the next boot; "
		      "what it decides is told when an agent is there again");
	assert_record(kfg_notice_closed(true, &r), &r, "closed",
		      "No agent could put a policy into force, and on-failure is closed: the gate that was there goes "
		      "on by its own policy");
	assert_record(kfg_notice_closed(false, &r), &r, "closed",
		      "No agent could put a policy into force, and on-failure is closed: every BPF program that calls "
		      "a kfunc is refused until one can");
	assert_record(kfg_notice_policy_loaded(p, 3, 2, &r), &r, "policy-loaded",
		      "Policy web-fleet 14 is in force: mode enforce; rules: 3, deprecations: 2, "
		      "waivers: 1, "
		      "files: 2");
	assert_record(kfg_notice_unproven("because", &r), &r, "unproven",
		      "The gate could not be proven to decide: because");
	assert_record(kfg_notice_swept(1, 0, &r), &r, "swept",
		      "Examined 1 BPF program that was there before the policy, 0 could not be examined");
}

static void test_old_lifecycle(void **state)
{
	struct kfg_policy_names old = *names;
	struct kfg_record *r;

	(void)state;
	old.lifecycle = (struct kfg_lifecycle_info){ "/x/upstream.yaml", 20574, 180 };
	assert_false(kfg_lifecycle_is_old(&names->lifecycle, 20778));
	assert_false(kfg_lifecycle_is_old(&old.lifecycle, 20574 + 180));
	assert_true(kfg_lifecycle_is_old(&old.lifecycle, 20574 + 181));
	assert_record(kfg_notice_lifecycle_old(&old, 20778, &r), &r, "lifecycle-old",
		      "Lifecycle data is of 2026-05-01, 204 days old: install a newer /x/upstream.yaml");
}

static void test_priority_of_incomplete_sweep(void **state)
{
	struct kfg_record *r;

	(void)state;
	assert_int_equal(kfg_notice_swept(10, 1, &r), 0);
	assert_string_equal(kfg_record_get(r, "PRIORITY"), "4");
	kfg_record_free(r);
}

static void test_rejected(void **state)
{
	const char *why = "a.yaml:1:2: error: x\n    1 | y\n      | ^\nb.yaml: error: z\n";
	const char *field = NULL;
	struct kfg_record *r;
	size_t n = 0;

	(void)state;
	assert_int_equal(kfg_notice_policy_rejected(why, names, &r), 0);
	assert_string_equal(kfg_record_get(r, "MESSAGE"),
			    "New policy not taken, web-fleet 14 stays in force: a.yaml:1:2: error: x");
	while ((field = kfg_record_next(r, field)))
		n += strncmp(field, "KFGATE_FINDING=", 15) == 0;
	assert_int_equal(n, 4);
	kfg_record_free(r);
	assert_record(kfg_notice_policy_rejected("x\n", NULL, &r), &r, "policy-rejected", "Policy not taken: x");
}

static void test_rejected_for_many_reasons(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf why = KFG_STRBUF(32768);
	struct kfg_record *r;

	(void)state;
	for (int i = 0; i < 1000; i++)
		kfg_strbuf_printf(&why, "a.yaml:%d:1: error\n", i);
	assert_int_equal(kfg_notice_policy_rejected(why.data, names, &r), 0);
	assert_string_equal(kfg_record_get(r, "KFGATE_POLICY"), "web-fleet");
	kfg_record_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),      cmocka_unit_test(test_without_lsm),
		cmocka_unit_test(test_old_lifecycle), cmocka_unit_test(test_priority_of_incomplete_sweep),
		cmocka_unit_test(test_rejected),      cmocka_unit_test(test_rejected_for_many_reasons),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
