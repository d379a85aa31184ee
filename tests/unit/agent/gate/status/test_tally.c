/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/status/tally.h"
#include "cmocka_all.h"
#include "sample_event.h"

static void test_outcomes(void **state)
{
	struct kfg_event e = sample_event();
	struct kfg_tally tally = { 0 };

	(void)state;
	kfg_tally_add(&tally, &e);
	e.enforced = 0;
	e.n_kfuncs = 2;
	e.kfuncs[1] = sample_kfunc("bpf_other", KFG_WARN, KFG_REASON_DEPRECATED);
	kfg_tally_add(&tally, &e);
	e.n_kfuncs = 1;
	e.action = e.kfuncs[0].action = KFG_AUDIT;
	e.reason = KFG_REASON_RULE;
	kfg_tally_add(&tally, &e);
	assert_int_equal(tally.reasons[KFG_REASON_UNLISTED][KFG_TALLY_REFUSED], 1);
	assert_int_equal(tally.reasons[KFG_REASON_UNLISTED][KFG_TALLY_WOULD_REFUSE], 1);
	assert_int_equal(tally.reasons[KFG_REASON_RULE][KFG_TALLY_AUDITED], 1);
	assert_int_equal(tally.n_kfuncs, 2);
	assert_string_equal(tally.kfuncs[0].name, "bpf_ct_insert_entry");
	assert_string_equal(tally.kfuncs[0].module, "vmlinux");
	assert_int_equal(tally.kfuncs[0].n[KFG_TALLY_REFUSED], 1);
	assert_int_equal(tally.kfuncs[0].n[KFG_TALLY_WOULD_REFUSE], 1);
	assert_int_equal(tally.kfuncs[0].n[KFG_TALLY_AUDITED], 1);
	assert_int_equal(tally.kfuncs[1].n[KFG_TALLY_WARNED], 1);
}

static void test_of_loads_alone(void **state)
{
	const struct kfg_tally none = { 0 };
	struct kfg_event e = sample_event();
	struct kfg_tally tally = { 0 };

	(void)state;
	e.kind = KFG_EVENT_PRESENT;
	kfg_tally_add(&tally, &e);
	assert_memory_equal(&tally, &none, sizeof(tally));
	e.kind = KFG_EVENT_LOAD;
	e.reason = KFG_REASON_OVERRIDE;
	kfg_tally_add(&tally, &e);
	assert_int_equal(tally.reasons[KFG_REASON_OVERRIDE][KFG_TALLY_REFUSED], 1);
	assert_int_equal(tally.n_kfuncs, 0);
}

static void test_no_place(void **state)
{
	struct kfg_event e = sample_event();
	struct kfg_tally tally = { 0 };

	(void)state;
	for (unsigned i = 0; i < KFG_TALLY_KFUNCS + 3; i++) {
		snprintf(e.kfuncs[0].name, sizeof(e.kfuncs[0].name), "bpf_%u", i);
		kfg_tally_add(&tally, &e);
	}
	snprintf(e.kfuncs[0].name, sizeof(e.kfuncs[0].name), "bpf_1");
	kfg_tally_add(&tally, &e);
	assert_int_equal(tally.n_kfuncs, KFG_TALLY_KFUNCS);
	assert_int_equal(tally.kfuncs[1].n[KFG_TALLY_REFUSED], 2);
	assert_int_equal(tally.kfuncs[KFG_TALLY_KFUNCS].n[KFG_TALLY_REFUSED], 3);
	assert_string_equal(tally.kfuncs[KFG_TALLY_KFUNCS].name, "");
	/* the same name in another module is another kfunc */
	snprintf(e.kfuncs[0].module, sizeof(e.kfuncs[0].module), "nf_x");
	kfg_tally_add(&tally, &e);
	assert_int_equal(tally.kfuncs[KFG_TALLY_KFUNCS].n[KFG_TALLY_REFUSED], 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_of_loads_alone),
		cmocka_unit_test(test_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
