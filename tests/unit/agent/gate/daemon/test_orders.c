/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose signals an agent obeys. */
#include "cmocka_all.h"
#include "gate/daemon/orders.h"

#include <signal.h>
#include <unistd.h>

static const struct kfg_order_context unguarded = { 0 }, by_manager = { .guarded = true, .managed = true },
				      ordered = { .guarded = true, .managed = true, .ordered = true },
				      alone = { .guarded = true }, at_terminal = { .guarded = true, .terminal = true },
				      strict = { .guarded = true, .strict = true, .managed = true, .terminal = true };

static enum kfg_order judge(const struct kfg_order_context *agent, int signal, int code, pid_t sender)
{
	const struct signalfd_siginfo info = { .ssi_signo = signal, .ssi_code = code, .ssi_pid = sender };

	return kfg_order_judge(agent, &info);
}

static void test_not_guarded(void **state)
{
	(void)state;
	assert_int_equal(judge(&unguarded, SIGTERM, SI_USER, 99), KFG_ORDER_TAKE);
	assert_int_equal(judge(&unguarded, SIGHUP, SI_KERNEL, 0), KFG_ORDER_TAKE);
}

static void test_of_the_manager(void **state)
{
	(void)state;
	assert_int_equal(judge(&by_manager, SIGTERM, SI_USER, 1), KFG_ORDER_TAKE);
	assert_int_equal(judge(&by_manager, SIGHUP, SI_QUEUE, 1), KFG_ORDER_TAKE);
	assert_int_equal(judge(&by_manager, SIGTERM, SI_TKILL, 99), KFG_ORDER_REFUSE);
	assert_int_equal(judge(&strict, SIGTERM, SI_USER, 1), KFG_ORDER_REFUSE);
}

static void test_of_nobody(void **state)
{
	(void)state;
	assert_int_equal(judge(&by_manager, SIGTERM, SI_KERNEL, 0), KFG_ORDER_REFUSE);
	assert_int_equal(judge(&by_manager, SIGTERM, SI_KERNEL, 1), KFG_ORDER_REFUSE);
	assert_int_equal(judge(&by_manager, SIGHUP, SI_KERNEL, 0), KFG_ORDER_REFUSE);
	assert_int_equal(judge(&strict, SIGTERM, SI_KERNEL, 0), KFG_ORDER_REFUSE);
	assert_int_equal(judge(&strict, SIGINT, SI_KERNEL, 0), KFG_ORDER_REFUSE);
	assert_int_equal(judge(&alone, SIGTERM, SI_KERNEL, 0), KFG_ORDER_REFUSE);
	assert_int_equal(judge(&alone, SIGINT, SI_KERNEL, 0), KFG_ORDER_REFUSE);
	assert_int_equal(judge(&at_terminal, SIGTERM, SI_KERNEL, 0), KFG_ORDER_REFUSE);
	assert_int_equal(judge(&at_terminal, SIGINT, SI_KERNEL, 0), KFG_ORDER_TAKE);
}

/* A signal is pending once: that of the service manager is lost among those of the kernel. */
static void test_lost_among_others(void **state)
{
	(void)state;
	assert_int_equal(judge(&ordered, SIGTERM, SI_KERNEL, 0), KFG_ORDER_TAKE);
	assert_int_equal(judge(&ordered, SIGHUP, SI_KERNEL, 0), KFG_ORDER_REFUSE);
}

static void test_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(judge(&strict, SIGTERM, SI_USER, getpid()), KFG_ORDER_TAKE);
	assert_int_equal(judge(&strict, SIGTERM, SI_KERNEL, getpid()), KFG_ORDER_REFUSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_guarded), cmocka_unit_test(test_of_the_manager),
		cmocka_unit_test(test_of_nobody),   cmocka_unit_test(test_lost_among_others),
		cmocka_unit_test(test_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
