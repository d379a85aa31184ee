/* SPDX-License-Identifier: GPL-2.0-or-later */
/* blob.c - a kernel as one piece of memory, made part by part, and checked before it is believed. */
#include "analysis/kernel/blob.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BLOB_MAX ((size_t)512 << 20)

void kfg_blob_start(struct kfg_blob_build *build)
{
	*build = (struct kfg_blob_build){
		.head = { .magic = KFG_BLOB_MAGIC },
		.bytes = KFG_STRBUF(BLOB_MAX),
		.modules = KFG_STRBUF(BLOB_MAX),
	};
	kfg_strbuf_add(&build->bytes, &build->head, sizeof(build->head));
}

static struct kfg_blob_part put(struct kfg_strbuf *bytes, const void *data, size_t size)
{
	struct kfg_blob_part part = { .at = bytes->size, .size = size };

	kfg_strbuf_add(bytes, data, size);
	kfg_strbuf_add(bytes, "\0\0\0\0\0\0\0", -size & 7);
	return part;
}

void kfg_blob_put(struct kfg_blob_build *build, enum kfg_blob_part_index index, const void *data, size_t size)
{
	build->head.parts[index] = put(&build->bytes, data, size);
}

void kfg_blob_put_text(struct kfg_blob_build *build, enum kfg_blob_part_index index, const char *text)
{
	kfg_blob_put(build, index, text, strlen(text) + 1);
}

void kfg_blob_put_module(struct kfg_blob_build *build, const char *name, const void *btf, size_t size)
{
	struct kfg_blob_module m = { .btf = put(&build->bytes, btf, size) };

	snprintf(m.name, sizeof(m.name), "%s", name);
	kfg_strbuf_add(&build->modules, &m, sizeof(m));
}

int kfg_blob_finish(struct kfg_blob_build *build, struct kfg_blob **ret_blob)
{
	int r;

	kfg_blob_put(build, KFG_BLOB_MODULES, build->modules.data, build->modules.size);
	r = build->modules.error ? build->modules.error : build->bytes.error;
	if (r == 0) {
		struct kfg_blob *blob = (struct kfg_blob *)build->bytes.data;

		build->head.size = build->bytes.size;
		memcpy(blob, &build->head, sizeof(build->head));
		blob->checksum = kfg_blob_checksum(blob);
		build->bytes.data = NULL;
		*ret_blob = blob;
	}
	kfg_strbuf_done(&build->bytes);
	kfg_strbuf_done(&build->modules);
	return r;
}

uint64_t kfg_blob_btf_hash(const void *btf, size_t size)
{
	const uint8_t *p = btf;
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a, which kfgate-facts(5) names */

	for (size_t i = 0; i < size; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return h;
}

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
		if (!is_inside(&modules[i].btf, blob->size) || !memchr(modules[i].name, '\0', sizeof(modules[i].name)))
			return false;
	return true;
}

bool kfg_blob_check(const void *data, size_t size)
{
	const struct kfg_blob *blob = data;

	if (size < sizeof(*blob) || memcmp(blob->magic, KFG_BLOB_MAGIC, sizeof(blob->magic)) != 0 || blob->size != size)
		return false;
	for (int i = 0; i < KFG_BLOB_PARTS; i++)
		if (!is_inside(&blob->parts[i], size))
			return false;
	for (int i = KFG_BLOB_ORIGIN; i <= KFG_BLOB_CONFIG; i++)
		if (!blob->parts[i].size || ((const char *)data)[blob->parts[i].at + blob->parts[i].size - 1])
			return false;
	return blob->parts[KFG_BLOB_KFUNCS].size % sizeof(struct kfg_blob_kfunc) == 0 && check_modules(blob) &&
	       blob->checksum == kfg_blob_checksum(blob);
}
