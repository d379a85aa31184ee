/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_pack.c - facts packed by zstd with a dictionary, and unpacked within limits. */
#include "analysis/kernel/facts_pack.h"

#include "analysis/kernel/blob.h"
#include "analysis/kernel/catalogue_dir.h"
#include "base/cleanup.h"
#include "base/read_file.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* Higher levels take 20 times as long to index the dictionary, and make files a seventh smaller. */
#define LEVEL 12
#define PACKED_MAX ((size_t)16 << 20)
#define DICTIONARIES 2 /* of the versions and architectures that there are */
/* So that what is packed and its dictionary are within reach of each other. */
#define WINDOW_LOG 27

static bool is_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n && n <= KFG_FACTS_DICTIONARY_NAME && !name[n];
}

const char *kfg_facts_dictionary_of(const char *arch)
{
	return strcmp(arch, "aarch64") == 0 ? "arm64-1" : KFG_FACTS_DICTIONARY;
}

static int lines_of(const struct kfg_facts_dictionary *prefix, char *buf, size_t room)
{
	return snprintf(buf, room, KFG_FACTS_DICTIONARY_MAGIC "dictionary: %s %016" PRIx64 "\n\n", prefix->name,
			prefix->hash);
}

/*
 * What a dictionary was packed with: nothing, or KFG_FACTS_DICTIONARY, by the lines that it begins with then. *ret_at:
 * what is behind them.
 */
static int read_prefix(const char *name, const char *data, size_t size, size_t *ret_at,
		       const struct kfg_facts_dictionary **ret_prefix)
{
	char lines[128];
	int n, r;

	*ret_prefix = NULL;
	*ret_at = 0;
	if (size < strlen(KFG_FACTS_DICTIONARY_MAGIC) ||
	    memcmp(data, KFG_FACTS_DICTIONARY_MAGIC, strlen(KFG_FACTS_DICTIONARY_MAGIC)) != 0)
		return 0;
	r = strcmp(name, KFG_FACTS_DICTIONARY) == 0 ? -EBADMSG : kfg_facts_dictionary(KFG_FACTS_DICTIONARY, ret_prefix);
	if (r < 0)
		return r;
	n = lines_of(*ret_prefix, lines, sizeof(lines));
	if (size < (size_t)n || memcmp(data, lines, (size_t)n) != 0)
		return -EBADMSG;
	*ret_at = (size_t)n;
	return 0;
}

static int read_dictionary(const char *name, struct kfg_facts_dictionary *ret)
{
	_cleanup_free_ char *path = NULL, *packed = NULL, *data = NULL;
	const struct kfg_facts_dictionary *prefix;
	size_t packed_size, at;
	unsigned long long size;
	int r;

	if (asprintf(&path, "%s/%s.dictionary", kfg_catalogue_dir(), name) < 0)
		return -ENOMEM;
	r = kfg_read_file(AT_FDCWD, path, PACKED_MAX, &packed, &packed_size);
	if (r < 0)
		return r == -ENOMEM ? r : -ENOENT;
	r = read_prefix(name, packed, packed_size, &at, &prefix);
	if (r < 0)
		return r;
	size = ZSTD_getFrameContentSize(packed + at, packed_size - at);
	if (size > KFG_FACTS_DICTIONARY_MAX)
		return -EBADMSG;
	data = malloc(size + 1);
	if (!data)
		return -ENOMEM;
	r = kfg_facts_unpack(prefix, packed + at, packed_size - at, data, size);
	if (r < 0)
		return r;
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	ret->data = KFG_TAKE_PTR(data);
	ret->size = size;
	ret->hash = kfg_blob_btf_hash(packed, packed_size);
	return 0;
}

int kfg_facts_dictionary(const char *name, const struct kfg_facts_dictionary **ret_dictionary)
{
	static struct kfg_facts_dictionary read[DICTIONARIES];
	static size_t n;
	struct kfg_facts_dictionary one = { .name = "" };
	int r;

	if (!is_name(name))
		return -ENOENT;
	for (size_t i = 0; i < n; i++)
		if (strcmp(read[i].name, name) == 0) {
			*ret_dictionary = &read[i];
			return 0;
		}
	r = n < DICTIONARIES ? read_dictionary(name, &one) : -ENOENT;
	if (r < 0)
		return r;
	read[n] = one; /* n may be another now: one may have been packed with another */
	*ret_dictionary = &read[n++];
	return 0;
}

static bool set_up(ZSTD_CCtx *c, const struct kfg_facts_dictionary *dictionary)
{
	if (ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, WINDOW_LOG)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_enableLongDistanceMatching, 1)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1)))
		return false;
	return !dictionary || !ZSTD_isError(ZSTD_CCtx_refPrefix(c, dictionary->data, dictionary->size));
}

int kfg_facts_pack(const struct kfg_facts_dictionary *dictionary, const void *data, size_t size, void **ret_packed,
		   size_t *ret_size)
{
	size_t room = ZSTD_compressBound(size), n;
	ZSTD_CCtx *c = ZSTD_createCCtx();
	void *packed = malloc(room + 1);

	n = c && packed && set_up(c, dictionary) ? ZSTD_compress2(c, packed, room, data, size) : (size_t)-1;
	ZSTD_freeCCtx(c);
	if (ZSTD_isError(n)) {
		free(packed);
		return -ENOMEM; /* nothing else goes wrong with room enough */
	}
	*ret_packed = packed;
	*ret_size = n;
	return 0;
}

int kfg_facts_pack_dictionary(const struct kfg_facts_dictionary *prefix, const void *data, size_t size,
			      struct kfg_strbuf *out)
{
	_cleanup_free_ void *packed = NULL;
	char lines[128];
	size_t n;
	int r = kfg_facts_pack(prefix, data, size, &packed, &n);

	if (r < 0)
		return r;
	if (prefix)
		kfg_strbuf_add(out, lines, (size_t)lines_of(prefix, lines, sizeof(lines)));
	kfg_strbuf_add(out, packed, n);
	return out->error;
}

int kfg_facts_unpack(const struct kfg_facts_dictionary *dictionary, const void *packed, size_t packed_size, void *room,
		     size_t room_size)
{
	ZSTD_DCtx *d = ZSTD_createDCtx();
	size_t n = (size_t)-1;

	if (d && (!dictionary || !ZSTD_isError(ZSTD_DCtx_refPrefix(d, dictionary->data, dictionary->size))))
		n = ZSTD_decompressDCtx(d, room, room_size, packed, packed_size);
	ZSTD_freeDCtx(d);
	return !ZSTD_isError(n) && n == room_size ? 0 : -EBADMSG;
}
