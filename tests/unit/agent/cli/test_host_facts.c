/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about a host that is a directory: what the gate depends on, and no secrets of the command line. */
#include "cli/host_facts.h"

#include "scratch_dir.h"

#include <sys/utsname.h>

static struct kfg_strbuf out = KFG_STRBUF(1u << 20);

static const char *facts(void)
{
	kfg_strbuf_done(&out);
	out = (struct kfg_strbuf)KFG_STRBUF(1u << 20);
	kfg_host_facts_json(scratch, &out);
	assert_int_equal(out.error, 0);
	return kfg_strbuf_text(&out);
}

static void make_dirs(const char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(mkdir(scratch_path(paths[i]), 0755), 0);
}

static void test_nothing_there(void **state)
{
	(void)state;
	assert_non_null(strstr(facts(), "\"lsm\": null"));
	assert_non_null(strstr(facts(), "\"btf_bytes\": null"));
	assert_non_null(strstr(facts(), "\"command_line\": []"));
	assert_non_null(strstr(facts(), "\"config\": null"));
}

static void test_all_there(void **state)
{
	static const char *const dirs[] = { "sys",  "sys/kernel", "sys/kernel/security", "sys/kernel/btf",
					    "proc", "proc/sys",	  "proc/sys/kernel",	 "boot",
					    "etc" };
	struct utsname uts;
	char config[256];

	(void)state;
	make_dirs(dirs, sizeof(dirs) / sizeof(dirs[0]));
	scratch_write("sys/kernel/security/lsm", "lockdown,capability,bpf\n");
	scratch_write("sys/kernel/btf/vmlinux", "12345");
	scratch_write("proc/sys/kernel/kptr_restrict", "2\n");
	scratch_write("proc/cmdline", "root=/dev/sda1 rd.luks.key=s3cret systemd.set_credential=a:s3cret lsm=x,bpf "
				      "kfgate=off password=lsm=s3cret\n");
	scratch_write("etc/os-release", "ID=x\nPRETTY_NAME=\"Some 12 (thing)\"\nHOME_URL=y\n");
	(void)uname(&uts);
	snprintf(config, sizeof(config), "boot/config-%s", uts.release);
	scratch_write(config, "CONFIG_BPF_LSM=y\nCONFIG_BUILD_SALT=\"s3cret\"\nCONFIG_DEBUG_INFO_BTF=y\n");
	assert_non_null(strstr(facts(), "\"lsm\": \"lockdown,capability,bpf\""));
	assert_non_null(strstr(facts(), "\"btf_bytes\": 5"));
	assert_non_null(strstr(facts(), "\"kernel/kptr_restrict\": \"2\""));
	assert_non_null(strstr(facts(), "\"kernel/ftrace_enabled\": null"));
	assert_non_null(strstr(facts(), "\"distribution\": \"Some 12 (thing)\""));
	assert_non_null(strstr(facts(), "\"lsm=x,bpf\""));
	assert_non_null(strstr(facts(), "\"kfgate=off\""));
	assert_non_null(strstr(facts(), "\"CONFIG_BPF_LSM=y\""));
	assert_non_null(strstr(facts(), "\"CONFIG_DEBUG_INFO_BTF=y\""));
	assert_non_null(strstr(facts(), uts.release));
	assert_null(strstr(facts(), "s3cret"));
	assert_null(strstr(facts(), "root="));
}

static int teardown(void **state)
{
	kfg_strbuf_done(&out);
	return scratch_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing_there, scratch_setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_there, scratch_setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
