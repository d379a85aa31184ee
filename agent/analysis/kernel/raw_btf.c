/* SPDX-License-Identifier: GPL-2.0-or-later */
/* raw_btf.c - is a file raw BTF, and of a kernel or of a module? The header and one byte of the strings tell. */
#include "analysis/kernel/raw_btf.h"

#include "base/cleanup.h"
#include <fcntl.h>
#include "analysis/btf/btf.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool is_header(const struct kfg_btf_header *h)
{
	return h->magic == BTF_MAGIC && h->version == BTF_VERSION && h->hdr_len >= sizeof(*h);
}

/* Either byte order: the fields that are used here. */
static void turn_if_foreign(struct kfg_btf_header *h)
{
	if (h->magic != __builtin_bswap16(BTF_MAGIC))
		return;
	h->magic = BTF_MAGIC;
	h->hdr_len = __builtin_bswap32(h->hdr_len);
	h->str_off = __builtin_bswap32(h->str_off);
	h->str_len = __builtin_bswap32(h->str_len);
}

static uint64_t strings_at(const struct kfg_btf_header *h)
{
	return (uint64_t)h->hdr_len + h->str_off;
}

static enum kfg_raw_btf kind_by(const struct kfg_btf_header *h, char first)
{
	return h->str_len && !first ? KFG_RAW_BTF_KERNEL : KFG_RAW_BTF_MODULE;
}

enum kfg_raw_btf kfg_raw_btf_kind_of(const void *data, size_t size)
{
	struct kfg_btf_header h;

	if (size < sizeof(h))
		return KFG_RAW_BTF_NONE;
	memcpy(&h, data, sizeof(h));
	turn_if_foreign(&h);
	if (!is_header(&h))
		return KFG_RAW_BTF_NONE;
	/* what is cut short is refused, with its place, where it is read */
	return strings_at(&h) < size ? kind_by(&h, ((const char *)data)[strings_at(&h)]) : KFG_RAW_BTF_KERNEL;
}

enum kfg_raw_btf kfg_raw_btf_kind(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct kfg_btf_header h;
	char first;

	if (fd < 0 || pread(fd, &h, sizeof(h), 0) != (ssize_t)sizeof(h))
		return KFG_RAW_BTF_NONE;
	turn_if_foreign(&h);
	if (!is_header(&h))
		return KFG_RAW_BTF_NONE;
	return pread(fd, &first, 1, (off_t)strings_at(&h)) == 1 ? kind_by(&h, first) : KFG_RAW_BTF_KERNEL;
}
