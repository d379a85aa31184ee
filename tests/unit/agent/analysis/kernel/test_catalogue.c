/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_catalogue.c - kernels by name: which facts files a name means. */
#include "analysis/kernel/catalogue.h"

#include "cmocka_all.h"
#include "kernel_build.h"
#include "scratch_dir.h"

#include <errno.h>
#include <sys/utsname.h>

static void add_of(const char *arch, const char *release, const char *version)
{
	char name[100], text[400];

	snprintf(name, sizeof(name), "%s.facts", release);
	snprintf(text, sizeof(text),
		 "kfgate-facts 1\nrelease: %s\nversion: %s\narchitecture: %s\nbtf: %zu 00000000000000ff\ndata: 5\n\n",
		 release, version, arch, strlen(release));
	scratch_write(name, text);
}

static void add(const char *release, const char *version)
{
	char name[100], text[400];

	snprintf(name, sizeof(name), "%s.facts", release);
	snprintf(text, sizeof(text), "kfgate-facts 1\nrelease: %s\nversion: %s\nbtf: %zu 00000000000000ff\ndata: 5\n\n",
		 release, version, strlen(release));
	scratch_write(name, text);
}

static void expect(const struct kfg_catalogue *c, const char *name, const char *releases)
{
	size_t found[16], n = kfg_catalogue_find(c, name, found, 16);
	char text[400] = "";

	for (size_t i = 0; i < n; i++) {
		strcat(text, i ? " " : "");
		strcat(text, c->entries[found[i]].head.release);
	}
	assert_string_equal(text, releases);
}

static void test_find(void **state)
{
	struct kfg_catalogue c;

	(void)state;
	add("6.1.0-57-amd64", "#1 SMP Debian 6.1.192-3");
	add("6.12.95+deb13-amd64", "#1 SMP Debian 6.12.95-1");
	add("6.12.117+deb13-amd64", "#1 SMP Debian 6.12.117-1");
	add("6.12.117+deb13-cloud-amd64", "#1 SMP Debian 6.12.117-1");
	add("6.120.1+deb13-amd64", "#1 SMP Debian 6.120.1-1");
	add("7.3.4+deb13-cloud-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 7.3.4-1");
	add("7.3.4+deb13-rt-amd64", "#1 SMP PREEMPT_RT Debian 7.3.4-1");
	scratch_write("damaged.facts", "kfgate-facts 1\nwhat is this\n");
	scratch_write("other.txt", "not looked at");
	scratch_write("index.tsv", "# comment\nbookworm\t6.1.0-57-amd64.facts\ntrixie\t6.12.95+deb13-amd64.facts\n"
				   "trixie\t6.12.117+deb13-amd64.facts\ntrixie\t6.12.117+deb13-cloud-amd64.facts\n"
				   "trixie-security\t6.12.117+deb13-cloud-amd64.facts\nsid\tnone.facts\nbroken\n");
	assert_int_equal(kfg_catalogue_open(scratch, &c), 0);
	assert_int_equal(c.n, 7);
	assert_int_equal(c.n_damaged, 1);
	assert_non_null(strstr(c.damaged, "damaged.facts: offset 15: "));
	assert_string_equal(c.entries[0].head.release, "6.1.0-57-amd64");
	assert_string_equal(c.entries[5].head.release, "7.3.4+deb13-cloud-amd64");
	expect(&c, "debian:trixie", "6.12.117+deb13-amd64 6.12.117+deb13-cloud-amd64");
	expect(&c, "debian:trixie-security", "6.12.117+deb13-cloud-amd64");
	expect(&c, "debian:bookworm", "6.1.0-57-amd64");
	expect(&c, "debian:sid", "");
	expect(&c, "debian:", "");
	expect(&c, "6.12", "6.12.117+deb13-amd64 6.12.117+deb13-cloud-amd64");
	expect(&c, "6.12.95", "6.12.95+deb13-amd64");
	expect(&c, "6.1", "6.1.0-57-amd64");
	expect(&c, "6.12.117+deb13-amd64", "6.12.117+deb13-amd64");
	expect(&c, "7.3.4+deb13-cloud-amd64", "7.3.4+deb13-cloud-amd64");
	expect(&c, "7.3", "7.3.4+deb13-cloud-amd64 7.3.4+deb13-rt-amd64"); /* the banner of a flavour is its own */
	expect(&c, "5.10", "");
	expect(&c, "", "");
	assert_ptr_equal(kfg_catalogue_find_btf(&c, strlen("6.1.0-57-amd64"), 0xff), &c.entries[0]);
	assert_null(kfg_catalogue_find_btf(&c, strlen("6.1.0-57-amd64"), 0xfe));
	kfg_catalogue_done(&c);
}

/* Names mean the host's architecture, or the one that they say; where there is but another one, that. */
static void test_architectures(void **state)
{
	struct kfg_catalogue c;
	struct utsname uts;
	bool is_arm;

	(void)state;
	assert_int_equal(uname(&uts), 0);
	is_arm = strcmp(uts.machine, "aarch64") == 0;
	add_of("x86_64", "6.12.117+deb13-amd64", "#1 SMP Debian 6.12.117-1");
	add_of("aarch64", "6.12.117+deb13-arm64", "#1 SMP Debian 6.12.117-1");
	add_of("aarch64", "6.12.118+deb13-arm64", "#1 SMP Debian 6.12.118-1");
	add_of(is_arm ? "x86_64" : "aarch64", "6.1.0-57-other", "#1 SMP Debian 6.1.192-3");
	scratch_write("index.tsv", "trixie\t6.12.117+deb13-amd64.facts\ntrixie\t6.12.117+deb13-arm64.facts\n");
	assert_int_equal(kfg_catalogue_open(scratch, &c), 0);
	expect(&c, "6.12", is_arm ? "6.12.118+deb13-arm64" : "6.12.117+deb13-amd64");
	expect(&c, "arm64:6.12", "6.12.118+deb13-arm64");
	expect(&c, "aarch64:6.12.117", "6.12.117+deb13-arm64");
	expect(&c, "amd64:6.12", "6.12.117+deb13-amd64");
	expect(&c, "debian:trixie", is_arm ? "6.12.117+deb13-arm64" : "6.12.117+deb13-amd64");
	expect(&c, "arm64:debian:trixie", "6.12.117+deb13-arm64");
	expect(&c, "6.12.118+deb13-arm64", "6.12.118+deb13-arm64");
	expect(&c, "amd64:6.12.118+deb13-arm64", "");
	expect(&c, "6.1", "6.1.0-57-other");
	expect(&c, "riscv64:6.12", "");
	assert_true(kfg_catalogue_is_name("arm64:6.12") && kfg_catalogue_is_name("debian:sid"));
	assert_false(kfg_catalogue_is_name("arm65:6.12") || kfg_catalogue_is_name("vmlinux"));
	kfg_catalogue_done(&c);
}

static void test_empty(void **state)
{
	struct kfg_catalogue c;

	(void)state;
	assert_int_equal(kfg_catalogue_open(scratch_path("nowhere"), &c), 0);
	assert_int_equal(c.n, 0);
	expect(&c, "6.12", "");
	kfg_catalogue_done(&c);
}

static void test_compare(void **state)
{
	(void)state;
	assert_true(kfg_catalogue_release_compare("6.9", "6.12") < 0);
	assert_true(kfg_catalogue_release_compare("7.3-rc7", "7.3") < 0);
	assert_true(kfg_catalogue_release_compare("7.3~rc7-1", "7.3-1") < 0);
	assert_true(kfg_catalogue_release_compare("7.3.4+deb13", "7.3.4+deb13-cloud") < 0);
	assert_true(kfg_catalogue_release_compare("6.12.117", "6.12.95") > 0);
	assert_int_equal(kfg_catalogue_release_compare("6.12", "6.12"), 0);
	assert_int_equal(kfg_catalogue_release_compare("", ""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_find, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_architectures, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_empty, scratch_setup, scratch_teardown),
		cmocka_unit_test(test_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
