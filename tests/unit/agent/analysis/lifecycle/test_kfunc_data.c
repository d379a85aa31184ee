/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/lifecycle/kfunc_data.h"
#include "cmocka_all.h"
#include <string.h>

static void test_release(void **state)
{
	(void)state;
	assert_int_equal(kfg_kfunc_release_parse("6.12"), KFG_RELEASE(6, 12));
	assert_int_equal(kfg_kfunc_release_parse("7.3.4+deb13-amd64"), KFG_RELEASE(7, 3));
	assert_true(kfg_kfunc_release_parse("6.19") < kfg_kfunc_release_parse("7.0"));
	assert_int_equal(kfg_kfunc_release_parse("6"), 0);
	assert_int_equal(kfg_kfunc_release_parse("-6.1"), 0);
	assert_int_equal(kfg_kfunc_release_parse("v6.1"), 0);
	assert_int_equal(kfg_kfunc_release_parse("99999999999999999999.1"), 0);
}

/* A kernel that was looked at need not be the first that has a kfunc. */
static void test_introduced(void **state)
{
	const struct kfg_kfunc_history *h = kfg_kfunc_history_find("bpf_copy_from_user_task_str");

	(void)state;
	assert_non_null(h);
	assert_string_equal(h->introduced, "6.15");
	assert_string_equal(h->first_seen, "6.16");
	assert_int_equal(kfg_kfunc_history_presence(h, KFG_RELEASE(6, 14)), KFG_PRESENCE_TOO_OLD);
	assert_int_equal(kfg_kfunc_history_presence(h, KFG_RELEASE(6, 15)), KFG_PRESENCE_SINCE);
	assert_int_equal(kfg_kfunc_history_presence(h, 0), KFG_PRESENCE_UNKNOWN);
	assert_int_equal(kfg_kfunc_history_presence(NULL, KFG_RELEASE(6, 15)), KFG_PRESENCE_UNKNOWN);
}

static void test_gap(void **state)
{
	const struct kfg_kfunc_history *h = kfg_kfunc_history_find("bpf_stream_vprintk");

	(void)state;
	assert_non_null(h);
	assert_int_equal(kfg_kfunc_history_presence(h, KFG_RELEASE(6, 16)), KFG_PRESENCE_TOO_OLD);
	assert_int_equal(kfg_kfunc_history_presence(h, KFG_RELEASE(6, 17)), KFG_PRESENCE_SINCE);
	assert_int_equal(kfg_kfunc_history_presence(h, KFG_RELEASE(6, 18)), KFG_PRESENCE_ABSENT);
	assert_int_equal(kfg_kfunc_history_presence(h, KFG_RELEASE(6, 19)), KFG_PRESENCE_ABSENT);
	assert_int_equal(kfg_kfunc_history_presence(h, KFG_RELEASE(7, 0)), KFG_PRESENCE_SINCE);
}

static void test_signature(void **state)
{
	const struct kfg_kfunc_signature *s = kfg_kfunc_signature_find("bpf_cgroup_release", KFG_RELEASE(6, 12));

	(void)state;
	assert_non_null(s);
	assert_int_equal(s->n_args, 1);
	assert_null(strstr(s->types, "sock_ops"));
	s = kfg_kfunc_signature_find("bpf_cgroup_release", KFG_RELEASE(6, 17));
	assert_non_null(strstr(s->types, "sock_ops"));
	assert_null(strstr(s->types, "raw_tracepoint"));
	/* no release: the newest */
	s = kfg_kfunc_signature_find("bpf_cgroup_release", 0);
	assert_non_null(strstr(s->types, "raw_tracepoint"));
	/* older than what was looked at: the oldest */
	assert_non_null(kfg_kfunc_signature_find("bpf_cgroup_release", KFG_RELEASE(6, 2)));
	assert_int_equal(kfg_kfunc_signature_find("bpf_rbtree_add_impl", 0)->n_args, 5);
	assert_int_equal(kfg_kfunc_signature_find("bpf_rbtree_add", 0)->n_args, 3);
	assert_null(kfg_kfunc_signature_find("bpf_no_such", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_introduced),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_signature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
