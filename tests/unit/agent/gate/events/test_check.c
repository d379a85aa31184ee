/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/events/check.h"
#include "cmocka_all.h"
#include "sample_event.h"

#include <errno.h>
#include <string.h>

static struct kfg_event e, out;

static int setup(void **state)
{
	(void)state;
	e = sample_event();
	return 0;
}

static int check(size_t size)
{
	return kfg_event_check(&e, size, &out);
}

static size_t full_size(void)
{
	return offsetof(struct kfg_event, kfuncs) + e.n_kfuncs * sizeof(e.kfuncs[0]);
}

static void test_good(void **state)
{
	(void)state;
	assert_int_equal(check(full_size()), 0);
	assert_memory_equal(&out, &e, full_size());
	/* what follows the last kfunc is not taken over */
	memset(&e.kfuncs[1], 0xff, sizeof(e.kfuncs[1]));
	assert_int_equal(check(sizeof(e)), 0);
	assert_int_equal(out.kfuncs[1].name[0], 0);
}

static void test_every_short_size(void **state)
{
	(void)state;
	for (size_t size = 0; size < full_size(); size++)
		assert_int_equal(check(size), -EBADMSG);
}

#define REFUSES(change)                                                                                                \
	do {                                                                                                           \
		e = sample_event();                                                                                    \
		change;                                                                                                \
		assert_int_equal(check(sizeof(e)), -EBADMSG);                                                          \
	} while (0)

static void test_numbers(void **state)
{
	(void)state;
	REFUSES(e.magic++);
	REFUSES(e.kind = KFG_EVENT_MAX);
	REFUSES(e.stage = 0);
	REFUSES(e.stage = 3);
	REFUSES(e.n_kfuncs = KFG_EVENT_KFUNCS + 1);
	REFUSES(e.n_kfuncs = 0xffffffff);
	REFUSES(e.action = KFG_ACTION_MAX);
	REFUSES(e.reason = KFG_REASON_MAX);
	REFUSES(e.enforced = 2);
	REFUSES(e.mode = KFG_MODE_MAX);
	REFUSES(e.token = KFG_UNKNOWN + 1);
	REFUSES(e.kernel = KFG_UNKNOWN + 1);
	REFUSES(e.loader_known = 2);
	REFUSES(e.signed_by = KFG_SIGNED_BY_LOADER); /* by no keyring */
	REFUSES(e.signature = KFG_SIGNATURE_BUILTIN); /* of nobody */
	REFUSES(e.signature = KFG_NONE);
	REFUSES((e.signature = 5, e.signed_by = KFG_SIGNED_BY_MAX));
	REFUSES(e.error = 1);
	REFUSES(e.error = -4096);
}

static void test_strings(void **state)
{
	(void)state;
	REFUSES(memset(e.comm, 'a', sizeof(e.comm)));
	REFUSES(memset(e.prog, 'a', sizeof(e.prog)));
	REFUSES(memset(e.unit, 'a', sizeof(e.unit)));
	REFUSES(memset(e.exe, 'a', sizeof(e.exe)));
	REFUSES(memset(e.cgroup, 'a', sizeof(e.cgroup)));
}

static void test_kfuncs(void **state)
{
	(void)state;
	REFUSES(memset(e.kfuncs[0].name, 'a', sizeof(e.kfuncs[0].name)));
	REFUSES(memset(e.kfuncs[0].module, 'a', sizeof(e.kfuncs[0].module)));
	REFUSES(memset(e.kfuncs[0].file, 'a', sizeof(e.kfuncs[0].file)));
	REFUSES(e.kfuncs[0].action = KFG_ACTION_MAX);
	REFUSES(e.kfuncs[0].reason = KFG_REASON_MAX);
	REFUSES(e.kfuncs[0].live = 2);
	REFUSES(e.kfuncs[0].verdict.dep_state = KFG_DEP_STATE_MAX);
	REFUSES(e.kfuncs[0].verdict.rule_action = KFG_ACTION_MAX);
	REFUSES(e.kfuncs[0].verdict.dep_action = KFG_ACTION_MAX);
	REFUSES(e.kfuncs[0].verdict.rule_scope = KFG_SCOPE_MAX);
	REFUSES(e.kfuncs[0].verdict.dep_scope = KFG_SCOPE_MAX);
	REFUSES(e.kfuncs[0].verdict.failed = 2);
}

static void test_failure_leaves_output(void **state)
{
	(void)state;
	memset(&out, 0x5a, sizeof(out));
	e.kfuncs[0].live = 2;
	assert_int_equal(check(sizeof(e)), -EBADMSG);
	for (size_t i = 0; i < sizeof(out); i++)
		assert_int_equal(((const unsigned char *)&out)[i], 0x5a);
}

static void test_canary(void **state)
{
	(void)state;
	assert_false(kfg_event_is_canary(&e));
	e.kfuncs[0].verdict.rule = KFG_RULE_CANARY;
	assert_true(kfg_event_is_canary(&e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_good, setup),    cmocka_unit_test_setup(test_every_short_size, setup),
		cmocka_unit_test_setup(test_numbers, setup), cmocka_unit_test_setup(test_strings, setup),
		cmocka_unit_test_setup(test_kfuncs, setup),  cmocka_unit_test_setup(test_failure_leaves_output, setup),
		cmocka_unit_test_setup(test_canary, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
