/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fixture_bytes.h - an object of tests/fixtures/scan as bytes. */
#pragma once

#include "base/read_file.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

/* To be freed. Ends the test where the fixture is not there. */
static inline char *fixture_bytes(const char *name, size_t *ret_size)
{
	char path[4096], *bytes;

	snprintf(path, sizeof(path), KFG_FIXTURE_DIR "/scan/%s.o", name);
	if (kfg_read_file(AT_FDCWD, path, 1 << 20, &bytes, ret_size) < 0)
		abort();
	return bytes;
}
