/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/pages.h"

#include "cmocka_all.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES 8u

static size_t page;

static unsigned resident(unsigned char *data)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	unsigned long kib = 0, at = 0;
	char line[256];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long begin, end;

		if (sscanf(line, "%lx-%lx ", &begin, &end) == 2)
			at = begin;
		else if (at == (unsigned long)data && sscanf(line, "Rss: %lu", &kib) == 1)
			break;
	}
	fclose(maps);
	return kib * 1024 / page;
}

static unsigned sum(const unsigned char *data)
{
	unsigned n = 0;

	for (size_t i = 0; i < PAGES * page; i++)
		n += data[i];
	return n;
}

/* Only whole pages go, and what was in them is still there. */
static void test_release(void **state)
{
	int fd = memfd_create("data", MFD_CLOEXEC);
	unsigned char fill[4096], *data;

	(void)state;
	page = sysconf(_SC_PAGESIZE);
	memset(fill, 1, sizeof(fill));
	for (size_t i = 0; i < PAGES * page; i += sizeof(fill))
		assert_int_equal(write(fd, fill, sizeof(fill)), sizeof(fill));
	data = mmap(NULL, PAGES * page, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_true(data != MAP_FAILED);
	assert_int_equal(sum(data), PAGES * page);
	assert_int_equal(resident(data), PAGES);
	kfg_pages_release(data + 1, page);
	assert_int_equal(resident(data), PAGES);
	kfg_pages_release(data + 1, 3 * page);
	assert_int_equal(resident(data), PAGES - 2);
	kfg_pages_release(data, PAGES * page);
	assert_int_equal(resident(data), 0);
	kfg_pages_release(data, 0);
	assert_int_equal(sum(data), PAGES * page);
	munmap(data, PAGES * page);
	close(fd);
}

/* Private writable mappings of files that the process has. */
static unsigned of_files(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned n = 0;
	char line[512];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		n += strstr(line, " rw-p ") && strchr(line, '/');
	fclose(maps);
	return n;
}

static int variable = 17; /* in the executable's data */

static void test_own(void **state)
{
	(void)state;
	assert_true(of_files() > 0);
	variable++;
	assert_int_equal(kfg_pages_own(), 0);
	assert_int_equal(of_files(), 0);
	assert_int_equal(variable, 18);
	variable++;
	assert_int_equal(variable, 19);
	assert_int_equal(kfg_pages_own(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
