/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pages.c - see pages.h */
#include "base/pages.h"

#include "base/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

void kfg_pages_release(const void *data, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin = ((uintptr_t)data + page - 1) & ~(page - 1), end = ((uintptr_t)data + size) & ~(page - 1);

	if (begin < end)
		(void)madvise((void *)begin, end - begin, MADV_DONTNEED); /* it is only advice */
}

/* Whole pages, with what AddressSanitizer keeps between variables: not by memcpy(3), which it watches. */
__attribute__((no_sanitize("address"))) static void copy_words(uint64_t *to, const uint64_t *from, size_t size)
{
	for (size_t i = 0; i < size / sizeof(*to); i++)
		((volatile uint64_t *)to)[i] = from[i];
}

/* Nothing in between writes to what is copied: the copy takes the place of the original in one system call. */
static int own(void *begin, size_t size)
{
	void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED)
		return -errno;
	copy_words(copy, begin, size);
	if (mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, begin) == MAP_FAILED) {
		int r = -errno;

		munmap(copy, size);
		return r;
	}
	return 0;
}

int kfg_pages_own(void)
{
	_cleanup_fclose_ FILE *maps = fopen("/proc/self/maps", "re");
	char line[PATH_MAX + 128], mode[5];
	uintptr_t begin, end;
	int r = maps ? 0 : -errno;

	/* what stands in the place of a mapping may be listed once more, without a file */
	while (!r && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &begin, &end, mode) == 3 && !strcmp(mode, "rw-p") &&
		    strchr(line, '/'))
			r = own((void *)begin, end - begin);
	return r;
}

void kfg_pages_may_lock(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	/* a service has it by LimitMEMLOCK=; kfg_pages_lock() says whether it does */
	(void)setrlimit(RLIMIT_MEMLOCK, &all);
}

int kfg_pages_lock(void)
{
	return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0 ? -errno : 0;
}
