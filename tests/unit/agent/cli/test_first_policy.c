/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written is a policy that refuses nothing, whatever the host's names are. */
#include "cli/first_policy.h"
#include "cmocka_all.h"
#include "policy/policy.h"
#include "policy/verdict.h"

#include <linux/bpf.h>
#include <string.h>

static struct kfg_programs_target targets[] = {
	{ "bpf_key_put", NULL, 1, 2 },
	{ "bpf_xdp_ct_lookup", "nf_conntrack", 2, 1 },
	{ "bpf_key_put", NULL, 1, 1 },
	{ NULL, NULL, 3, 1 },
};

static struct kfg_policy *load(const struct kfg_strbuf *text)
{
	const struct kfg_source source = { .path = "t", .data = text->data, .size = text->size };
	struct kfg_diags diags = { 0 };
	struct kfg_policy *policy = NULL;
	char *without;

	/* the lifecycle data is not part of this test */
	assert_int_equal(text->error, 0);
	without = strstr(text->data, "include:");
	assert_non_null(without);
	without[0] = '#';
	assert_int_equal(kfg_policy_load(&source, 1, NULL, &diags, &policy), 0);
	kfg_diags_done(&diags);
	return policy;
}

static struct kfg_first_policy sample(struct kfg_programs *programs)
{
	static const char *const newer[] = { "7.3.1+deb13-amd64", "7.3.4+deb13-amd64", "7.10-rc1" };

	return (struct kfg_first_policy){ .host = "web-1",
					  .release = "6.12.1+deb13-amd64",
					  .today = 20786,
					  .programs = programs,
					  .newer = newer,
					  .n_newer = 3 };
}

static void test_rules(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(65536);
	struct kfg_programs_program items[] = {
		{ .type = BPF_PROG_TYPE_LSM, .name = "restrict\n- evil", .targets = targets, .n_targets = 2 },
		{ .type = BPF_PROG_TYPE_XDP, .name = "plain" },
		{ .type = BPF_PROG_TYPE_LSM, .name = "o", .targets = targets + 2, .n_targets = 2, .unknown = "why" },
	};
	struct kfg_programs programs = { .items = items, .n = 3 };
	struct kfg_first_policy in = sample(&programs);
	struct kfg_policy *policy;

	(void)state;
	kfg_first_policy_write(&in, &out);
	assert_non_null(strstr(out.data, "# 3 BPF programs are loaded now, 2 of them call kfuncs, "
					 "1 could not be looked at.\n"));
	assert_non_null(strstr(out.data, "  # of restrict_-_evil, o\n"
					 "  - id: present-lsm\n"
					 "    kfuncs:\n"
					 "      - \"bpf_key_put\"\n"
					 "      - \"bpf_xdp_ct_lookup [nf_conntrack]\"\n"
					 "    programs: {types: [lsm]}\n"
					 "    # loaders: {units: [WHO.service]}\n"
					 "    action: audit\n")); /* or who loads them would leave no record */
	assert_null(strstr(out.data, "action: allow"));
	assert_non_null(strstr(out.data, "# upgrades:\n"
					 "#   - {kernel: \"7.3\", on: YYYY-MM-DD}\n"
					 "#   - {kernel: \"7.10\", on: YYYY-MM-DD}\n"));
	policy = load(&out);
	assert_string_equal(kfg_policy_name(policy), "web-1");
	assert_int_equal(kfg_policy_mode(policy), KFG_MODE_AUDIT);
	assert_int_equal(kfg_policy_n_rules(policy), 1);
	kfg_policy_free(policy);
}

static void test_nothing_seen(void **state)
{
	struct kfg_programs none = { 0 };
	struct kfg_programs *const programs[] = { NULL, &none };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(65536);
		struct kfg_first_policy in = sample(programs[i]);
		struct kfg_policy *policy;

		in.host = "9\n: {";
		in.unlisted = "only root may\nx";
		in.n_newer = 0;
		kfg_first_policy_write(&in, &out);
		policy = load(&out);
		assert_string_equal(kfg_policy_name(policy), "first");
		assert_int_equal(kfg_policy_mode(policy), KFG_MODE_AUDIT);
		assert_int_equal(kfg_policy_n_rules(policy), 0);
		kfg_policy_free(policy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_nothing_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
