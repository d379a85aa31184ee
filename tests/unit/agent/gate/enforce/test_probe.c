/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/enforce/gate.h"

#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

static const char *obstacle(const char *machine, char *buf, size_t size)
{
	struct kfg_probe probe = { .btf = true, .hook_prog = true, .lsm_readable = true, .lsm_listed = true };

	(void)snprintf(probe.machine, sizeof(probe.machine), "%s", machine);
	return kfg_probe_obstacle(&probe, buf, size);
}

static void test_supported(void **state)
{
	char buf[512];

	(void)state;
	assert_null(obstacle("x86_64", buf, sizeof(buf)));
	assert_null(obstacle("aarch64", buf, sizeof(buf)));
}

/* Each names the architecture, and what is missing on it. */
static void test_others(void **state)
{
	static const char *const cases[][2] = {
		{ "riscv64", "bpf_jit_enable" },
		{ "s390x", "byte order" },
		{ "ppc64le", "BTF ids" },
		{ "loongarch64", "not known" },
	};
	char buf[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *why = obstacle(cases[i][0], buf, sizeof(buf));

		assert_non_null(why);
		assert_non_null(strstr(why, cases[i][0]));
		assert_non_null(strstr(why, cases[i][1]));
		assert_non_null(strstr(why, "amd64 and arm64"));
	}
}

static void test_order(void **state)
{
	struct kfg_probe probe = { .machine = "aarch64" };
	char buf[512];

	(void)state;
	assert_non_null(strstr(kfg_probe_obstacle(&probe, buf, sizeof(buf)), "CONFIG_DEBUG_INFO_BTF"));
	probe.btf = true;
	assert_non_null(strstr(kfg_probe_obstacle(&probe, buf, sizeof(buf)), "CONFIG_BPF_LSM"));
	probe.hook_prog = probe.lsm_readable = true;
	(void)snprintf(probe.lsm, sizeof(probe.lsm), "lockdown,yama");
	assert_non_null(strstr(kfg_probe_obstacle(&probe, buf, sizeof(buf)), "lsm=lockdown,yama,bpf"));
}

/* What can be called otherwise is no obstacle; what would help is said all the same. */
static void test_without_lsm(void **state)
{
	struct kfg_probe probe = { .machine = "aarch64", .btf = true, .hook_prog = true, .lsm_readable = true };
	char buf[512];

	(void)state;
	probe.hooking = KFG_HOOKING_MODIFY_RETURN;
	assert_null(kfg_probe_obstacle(&probe, buf, sizeof(buf)));
	assert_string_equal(kfg_probe_advice(&probe, buf, sizeof(buf)),
			    "boot with \"lsm=bpf\" on the kernel command line (active: )");
	(void)snprintf(probe.lsm, sizeof(probe.lsm), "lockdown,yama");
	assert_non_null(strstr(kfg_probe_advice(&probe, buf, sizeof(buf)), "\"lsm=lockdown,yama,bpf\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_supported),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_without_lsm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
