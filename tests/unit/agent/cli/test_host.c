/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each thing that is in the way, on a host that is a directory. */
#include "cli/host.h"
#include "scratch_dir.h"

#include <errno.h>
#include <stdbool.h>

static unsigned found[KFG_HOST_MAX];
static char last[512];

static int note(void *userdata, enum kfg_host_obstacle obstacle, const char *subject)
{
	(void)userdata;
	found[obstacle]++;
	snprintf(last, sizeof(last), "%s", subject);
	return 0;
}

static void make_dirs(const char *path)
{
	char full[512];

	snprintf(full, sizeof(full), "%s/%s", scratch, path);
	for (char *p = full + strlen(scratch) + 1; *p; p++)
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(full, 0755);
			*p = '/';
		}
	(void)mkdir(full, 0755);
}

static int setup(void **state)
{
	if (scratch_setup(state) < 0)
		return -1;
	make_dirs("sys/kernel/security");
	make_dirs("proc/sys/net/core");
	make_dirs("proc/sys/kernel");
	make_dirs("boot");
	make_dirs("var/log/journal");
	make_dirs("etc/systemd/journald.conf.d");
	scratch_write("sys/kernel/security/lsm", "lockdown,capability,bpf\n");
	scratch_write("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	scratch_write("proc/sys/net/core/bpf_jit_enable", "1\n");
	scratch_write("proc/sys/kernel/ftrace_enabled", "1\n");
	scratch_write("proc/sys/kernel/kptr_restrict", "1\n");
	scratch_write("proc/mounts", "proc /proc proc rw 0 0\nbpf /sys/fs/bpf bpf rw 0 0\n");
	scratch_write("boot/config-6.12", "#\nCONFIG_BPF_SYSCALL=y\nCONFIG_BPF_JIT=y\nCONFIG_BPF_LSM=y\n"
					  "CONFIG_DEBUG_INFO_BTF=y\nCONFIG_FUNCTION_TRACER=y\n");
	return 0;
}

/* What is found beside `expected`, none of it: KFG_HOST_MAX. */
static void only(enum kfg_host_obstacle expected, unsigned times)
{
	memset(found, 0, sizeof(found));
	assert_int_equal(kfg_host_examine(scratch, "6.12", note, NULL), 0);
	for (unsigned i = 0; i < KFG_HOST_MAX; i++)
		assert_int_equal(found[i], i == expected ? times : 0);
}

static void test_ready(void **state)
{
	(void)state;
	only(KFG_HOST_MAX, 0);
}

static void test_each(void **state)
{
	static const struct {
		const char *file, *text;
		enum kfg_host_obstacle obstacle;
		unsigned times;
	} rows[] = {
		{ "sys/kernel/security/lsm", "lockdown,bpfx\n", KFG_HOST_NO_BPF_LSM, 1 },
		{ "sys/kernel/security/lockdown", "none integrity [confidentiality]\n", KFG_HOST_LOCKDOWN, 1 },
		{ "proc/sys/net/core/bpf_jit_enable", "0\n", KFG_HOST_NO_JIT, 1 },
		{ "proc/sys/kernel/ftrace_enabled", "0\n", KFG_HOST_NO_FTRACE, 1 },
		{ "proc/sys/kernel/kptr_restrict", "2\n", KFG_HOST_KPTR_RESTRICT, 1 },
		{ "proc/mounts", "bpf /elsewhere bpf rw 0 0\n", KFG_HOST_NO_BPFFS, 1 },
		{ "boot/config-6.12", "\nCONFIG_BPF_SYSCALL=y\nCONFIG_BPF_JIT=m\n# CONFIG_BPF_LSM is not set\n",
		  KFG_HOST_CONFIG, 4 },
		{ "etc/systemd/journald.conf.d/a.conf", "[Journal]\nStorage=volatile\n", KFG_HOST_JOURNAL, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char old[512] = "";
		int fd = open(scratch_path(rows[i].file), O_RDONLY | O_CLOEXEC);
		bool there = fd >= 0;

		if (there) {
			assert_true(read(fd, old, sizeof(old) - 1) >= 0);
			close(fd);
		}
		scratch_write(rows[i].file, rows[i].text);
		only(rows[i].obstacle, rows[i].times);
		if (there)
			scratch_write(rows[i].file, old);
		else
			assert_int_equal(remove(scratch_path(rows[i].file)), 0);
	}
	only(KFG_HOST_MAX, 0);
}

/* Without a directory for it, and nobody who wants one. */
static void test_journal(void **state)
{
	(void)state;
	assert_int_equal(rmdir(scratch_path("var/log/journal")), 0);
	only(KFG_HOST_JOURNAL, 1);
	scratch_write("etc/systemd/journald.conf", "#Storage=none\nStorage=persistent\n");
	only(KFG_HOST_MAX, 0);
	make_dirs("var/log/journal");
	scratch_write("etc/systemd/journald.conf", "Storage=none\n");
	only(KFG_HOST_JOURNAL, 1);
	assert_string_equal(last, "journald.conf: Storage=none");
}

static void test_not_known(void **state)
{
	(void)state;
	assert_int_equal(remove(scratch_path("sys/kernel/security/lsm")), 0);
	only(KFG_HOST_UNKNOWN, 1);
	assert_non_null(strstr(last, "/sys/kernel/security/lsm: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ready, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_each, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_journal, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_not_known, setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
