/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/kernel/blob.h"

#include <string.h>

/* Against damage, not against malice: who can write the file can write a kernel. */
uint64_t kfg_blob_checksum(const struct kfg_blob *blob)
{
	const uint8_t *p = (const uint8_t *)&blob->sets_known, *end = (const uint8_t *)blob + blob->size;
	uint64_t lanes[4] = { 1, 2, 3, 4 }, sum = blob->size;

	for (; end - p >= (ptrdiff_t)sizeof(lanes); p += sizeof(lanes)) {
		uint64_t words[4];

		memcpy(words, p, sizeof(words));
		for (int i = 0; i < 4; i++) {
			lanes[i] = (lanes[i] ^ words[i]) * 0x9e3779b97f4a7c15u;
			lanes[i] ^= lanes[i] >> 29;
		}
	}
	for (; p < end; p++)
		sum = (sum ^ *p) * 0x100000001b3u;
	for (int i = 0; i < 4; i++)
		sum = (sum ^ lanes[i]) * 0x9e3779b97f4a7c15u;
	return sum ^ sum >> 32;
}

static bool is_inside(const struct kfg_blob_part *part, size_t size)
{
	return part->at % 8 == 0 && part->at <= size && part->size <= size - part->at;
}

static bool check_modules(const struct kfg_blob *blob)
{
	const struct kfg_blob_part *part = &blob->parts[KFG_BLOB_MODULES];
	const struct kfg_blob_module *modules = (const void *)((const char *)blob + part->at);

	if (part->size % sizeof(*modules))
		return false;
	for (size_t i = 0; i < part->size / sizeof(*modules); i++)
		if (!is_inside(&modules[i].btf, blob->size) ||
		    !memchr(modules[i].name, '\0', sizeof(modules[i].name)))
			return false;
	return true;
}

bool kfg_blob_check(const void *data, size_t size)
{
	const struct kfg_blob *blob = data;

	if (size < sizeof(*blob) || memcmp(blob->magic, KFG_BLOB_MAGIC, sizeof(blob->magic)) != 0 ||
	    blob->size != size)
		return false;
	for (int i = 0; i < KFG_BLOB_PARTS; i++)
		if (!is_inside(&blob->parts[i], size))
			return false;
	for (int i = KFG_BLOB_ORIGIN; i <= KFG_BLOB_BAD_MODULES; i++)
		if (!blob->parts[i].size || ((const char *)data)[blob->parts[i].at + blob->parts[i].size - 1])
			return false;
	return blob->parts[KFG_BLOB_KFUNCS].size % sizeof(struct kfg_blob_kfunc) == 0 && check_modules(blob) &&
	       blob->checksum == kfg_blob_checksum(blob);
}
