/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catalogue_dir.c - see catalogue_dir.h. */
#include "analysis/kernel/catalogue_dir.h"

#include <stdlib.h>
#include <string.h>

const char *kfg_catalogue_dir(void)
{
	const char *dir = secure_getenv("KFGATE_KERNELS");

	return dir && dir[0] ? dir : KFG_CATALOGUE_DIR;
}

bool kfg_catalogue_dir_has(const char *path)
{
	const char *dir = kfg_catalogue_dir();
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && path[n] == '/' && !strchr(path + n + 1, '/');
}
