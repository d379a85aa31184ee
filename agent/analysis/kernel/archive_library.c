/* SPDX-License-Identifier: GPL-2.0-or-later */
/* archive_library.c - see archive_library.h */
#include "analysis/kernel/archive_library.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

#define SONAME "libarchive.so.13" /* since 3.0; it is what <archive.h> at the build belongs to */

static bool find_all(void *library, struct kfg_archive_library *ret_functions)
{
#define FIND(function) \
	ret_functions->function = (__typeof__(&function))dlsym(library, #function); \
	if (!ret_functions->function) \
		return false;
	KFG_ARCHIVE_FUNCTIONS(FIND)
#undef FIND
	return true;
}

const struct kfg_archive_library *kfg_archive_library(void)
{
	static struct kfg_archive_library functions;
	static bool found;
	void *library;

	if (found)
		return &functions;
	library = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return NULL;
	found = find_all(library, &functions);
	if (!found)
		(void)dlclose(library); /* nothing of it is used */
	return found ? &functions : NULL;
}
