/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record/policy_names.h"
#include "cmocka_all.h"
#include "config/load.h"

#include <string.h>

static void test_outlive_the_policy(void **state)
{
	_cleanup_(kfg_policy_names_free_cleanup) struct kfg_policy_names *names = NULL;
	const char *path = KFG_SOURCE_DIR "/tests/golden/records/policy.yaml";
	const struct kfg_policy_names_deprecation *dep;
	struct kfg_loaded loaded;
	char digest[32];
	int32_t day;

	(void)state;
	assert_int_equal(kfg_config_load(&path, 1, &loaded), 0);
	snprintf(digest, sizeof(digest), "%s", kfg_policy_digest(loaded.policy));
	assert_int_equal(kfg_policy_names_new(loaded.policy, &names), 0);
	kfg_loaded_done(&loaded);
	assert_string_equal(names->name, "web-fleet");
	assert_string_equal(names->digest, digest);
	assert_int_equal(names->serial, 14);
	assert_int_equal(names->mode, KFG_MODE_ENFORCE);
	assert_string_equal(kfg_policy_names_find_rule(names, 0), "conntrack-for-cilium");
	assert_string_equal(kfg_policy_names_find_rule(names, 2), "watch-xfrm");
	dep = kfg_policy_names_find_deprecation(names, 0);
	assert_string_equal(dep->kfunc, "scx_bpf_cpu_rq");
	assert_null(dep->module);
	assert_string_equal(dep->deprecated_in, "6.18");
	assert_string_equal(dep->removed_in, "7.3");
	assert_string_equal(dep->replacement, "scx_bpf_locked_rq");
	assert_int_equal(kfg_day_parse("2026-12-31", &day), 0);
	assert_int_equal(dep->deadline, day);
	dep = kfg_policy_names_find_deprecation(names, 1);
	assert_null(dep->replacement);
	assert_int_equal(dep->deadline, KFG_DAY_MAX);
	assert_string_equal(kfg_policy_names_find_waiver(names, 0)->id, "OPS-431");
}

static void test_out_of_range(void **state)
{
	const struct kfg_policy_names none = { 0 };

	(void)state;
	assert_null(kfg_policy_names_find_rule(&none, 0));
	assert_null(kfg_policy_names_find_rule(&none, KFG_NONE));
	assert_null(kfg_policy_names_find_deprecation(&none, 0));
	assert_null(kfg_policy_names_find_waiver(&none, 0));
	assert_null(kfg_policy_names_find_rule(NULL, 0));
	assert_null(kfg_policy_names_find_deprecation(NULL, 0));
	assert_null(kfg_policy_names_find_waiver(NULL, 0));
	kfg_policy_names_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outlive_the_policy),
		cmocka_unit_test(test_out_of_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
