/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bzimage.h - the packed kernel inside an x86 boot image: Documentation/arch/x86/boot.rst (6.12). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kfg_bzimage {
	const uint8_t *payload; /* packed, without the size that follows it */
	size_t size;
	char release[65]; /* "" if it does not tell */
};

bool kfg_bzimage_is(const void *data, size_t size);
/* Returns 0; -EBADMSG: see *ret_why, where *ret_offset points to. */
int kfg_bzimage_open(const void *data, size_t size, struct kfg_bzimage *ret_image, const char **ret_why,
		     size_t *ret_offset);
