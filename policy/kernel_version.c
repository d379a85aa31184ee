/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_version.c - versions as the kernel counts them (KERNEL_VERSION(), Makefile). The last
 * releases of each series are from the tags of torvalds/linux: 3.19, 4.20, 5.19, 6.19; each was
 * followed by the next series.
 */
#include "policy.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

/* A number without leading zeros, at most 255; moves *at behind it. -1: there is none. */
static int number(const char **at)
{
	const char *s = *at;
	int n = 0;

	if (!isdigit((unsigned char)*s) || (s[0] == '0' && isdigit((unsigned char)s[1])))
		return -1;
	for (; isdigit((unsigned char)*s); s++) {
		n = n * 10 + (*s - '0');
		if (n > 255)
			return -1;
	}
	*at = s;
	return n;
}

int kfg_kernel_version_parse(const char *text, uint32_t *ret_version, char ret_hint[static 16])
{
	static const int last[] = { [3] = 19, [4] = 20, [5] = 19, [6] = 19 };
	int part[3] = { 0, 0, 0 }, n = 0;

	for (;;) {
		part[n] = number(&text);
		if (part[n] < 0)
			return -EINVAL;
		n++;
		if (!*text)
			break;
		if (*text != '.' || n == 3)
			return -EINVAL;
		text++;
	}
	if (n < 2 || part[0] < 3)
		return -EINVAL;
	if (part[0] <= 6 && part[1] > last[part[0]]) {
		(void)snprintf(ret_hint, 16, "%u.%u", (part[0] + 1u) & 255,
			       (unsigned)(part[1] - last[part[0]] - 1) & 255);
		return -ERANGE;
	}
	*ret_version = (uint32_t)part[0] << 16 | (uint32_t)part[1] << 8 | (uint32_t)part[2];
	return 0;
}
