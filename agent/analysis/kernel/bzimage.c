/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bzimage.c - the vmlinux that an x86 boot image carries. */
#include "analysis/kernel/bzimage.h"

#include <errno.h>
#include <string.h>

enum {
	SETUP_SECTS = 0x1f1,
	HEADER = 0x202, /* "HdrS" */
	VERSION = 0x206,
	KERNEL_VERSION = 0x20e, /* a string there, plus 0x200 */
	PAYLOAD_OFFSET = 0x248, /* since 2.08 */
	PAYLOAD_LENGTH = 0x24c,
	HEADER_END = 0x250,
};

static uint32_t number(const uint8_t *p, unsigned bytes)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < bytes; i++)
		n |= (uint32_t)p[i] << 8 * i;
	return n;
}

bool kfg_bzimage_is(const void *data, size_t size)
{
	return size >= HEADER_END && memcmp((const uint8_t *)data + HEADER, "HdrS", 4) == 0;
}

/* The first word of "7.3.4-amd64 (builder@host) #1 SMP ...". */
static void read_release(const uint8_t *data, size_t size, struct kfg_bzimage *image)
{
	size_t at = number(data + KERNEL_VERSION, 2), n = 0;

	if (!at)
		return;
	for (at += 0x200; at + n < size && n < sizeof(image->release) - 1; n++) {
		if (data[at + n] <= ' ' || data[at + n] > '~')
			break;
		image->release[n] = (char)data[at + n];
	}
	image->release[n] = '\0';
}

int kfg_bzimage_open(const void *data, size_t size, struct kfg_bzimage *ret_image, const char **ret_why,
		     size_t *ret_offset)
{
	const uint8_t *bytes = data;
	struct kfg_bzimage image = { 0 };
	uint64_t sectors, start, length;

	if (number(bytes + VERSION, 2) < 0x0208) {
		*ret_why = "boot protocol before 2.08, which does not say where the kernel is";
		*ret_offset = VERSION;
		return -EBADMSG;
	}
	sectors = bytes[SETUP_SECTS] ? bytes[SETUP_SECTS] : 4;
	start = (sectors + 1) * 512 + number(bytes + PAYLOAD_OFFSET, 4);
	length = number(bytes + PAYLOAD_LENGTH, 4);
	if (start > size || length > size - start || length < 6) {
		*ret_why = "the packed kernel is beyond the end";
		*ret_offset = PAYLOAD_OFFSET;
		return -EBADMSG;
	}
	image.payload = bytes + start;
	/* gzip ends in the size itself; to all others it is appended (scripts/Makefile.lib, size_append) */
	image.size = image.payload[0] == 0x1f && image.payload[1] == 0x8b ? length : length - 4;
	read_release(bytes, size, &image);
	*ret_image = image;
	return 0;
}
