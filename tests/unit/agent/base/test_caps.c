/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each case runs in a child: what is given up does not come back. */
#include "base/caps.h"

#include "cmocka_all.h"
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t status(const char *key)
{
	FILE *in = fopen("/proc/self/status", "re");
	char line[256];
	uint64_t value = UINT64_MAX;

	while (in && fgets(line, sizeof(line), in))
		if (!strncmp(line, key, strlen(key)))
			value = strtoull(line + strlen(key) + 1, NULL, 16);
	if (in)
		fclose(in);
	return value;
}

static void in_child(int (*fn)(void))
{
	int wstatus;
	pid_t child = fork();

	if (!child)
		_exit(fn());
	assert_int_equal(waitpid(child, &wstatus, 0), child);
	assert_true(WIFEXITED(wstatus));
	assert_int_equal(WEXITSTATUS(wstatus), 0);
}

#define CHECK(x)                                                                                                       \
	do {                                                                                                           \
		if (!(x))                                                                                              \
			return __LINE__;                                                                               \
	} while (0)

/* Where all is in effect, raising changes nothing. */
static int raise_only(void)
{
	uint64_t had = status("CapEff:");

	{
		KFG_CAPS_RAISED;

		CHECK(status("CapEff:") == status("CapPrm:"));
	}
	CHECK(status("CapEff:") == had);
	return 0;
}

static int drop(void)
{
	uint64_t keep = KFG_CAP(CAP_BPF) | KFG_CAP(CAP_PERFMON) | KFG_CAP(CAP_SYS_ADMIN);
	uint64_t had = status("CapPrm:");

	CHECK(kfg_caps_drop(keep) == 0);
	CHECK(status("CapPrm:") == (had & keep));
	CHECK(status("CapEff:") == 0);
	CHECK(status("CapInh:") == 0);
	CHECK(status("NoNewPrivs:") == 1);
	{
		KFG_CAPS_RAISED;

		CHECK(status("CapEff:") == (had & keep));
		CHECK(raise_only() == 0);
		CHECK(status("CapEff:") == (had & keep));
	}
	CHECK(status("CapEff:") == 0);
	CHECK(kfg_caps_drop(0) == 0);
	CHECK(status("CapPrm:") == 0);
	return 0;
}

static void test_drop(void **state)
{
	(void)state;
	in_child(drop);
}

static void test_raise(void **state)
{
	(void)state;
	in_child(raise_only);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_raise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
