/* SPDX-License-Identifier: GPL-2.0-or-later */
/* archive.c - see archive.h. No format is read whose support would run another program. */
#include "analysis/find/archive.h"

#include "base/cleanup.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#define BLOCK ((size_t)16 << 10) /* what is read at a time */
#define CHUNK ((size_t)64 << 10)
#define ZIP_END ((size_t)22) /* the end record of a zip archive */
#define ZIP_ENTRY ((size_t)46) /* one of its central directory, without names */
#define ZIP_TAIL_MAX ((size_t)22 + 65535) /* the end record of a zip archive and its comment */

struct kfg_archive {
	struct archive *reader;
	const uint8_t *data;
	size_t size, at;
	bool seeks; /* read from its end: the position tells nothing */
	size_t n_entries; /* of all kinds */
};

static const struct magic {
	const char *bytes;
	size_t at, size;
	enum kfg_archive_kind container;
	const char *name;
} magics[] = {
	{ "PK\3\4", 0, 4, KFG_ARCHIVE_FILES, "zip" },
	{ "PK\5\6", 0, 4, KFG_ARCHIVE_FILES, "zip" },
	{ "7z\xbc\xaf\x27\x1c", 0, 6, KFG_ARCHIVE_FILES, "7z" },
	{ "!<arch>\n", 0, 8, KFG_ARCHIVE_FILES, "ar" },
	{ "\xed\xab\xee\xdb", 0, 4, KFG_ARCHIVE_FILES, "rpm" },
	{ "070701", 0, 6, KFG_ARCHIVE_FILES, "cpio" },
	{ "070702", 0, 6, KFG_ARCHIVE_FILES, "cpio" },
	{ "070707", 0, 6, KFG_ARCHIVE_FILES, "cpio" },
	{ "\xc7\x71", 0, 2, KFG_ARCHIVE_FILES, "cpio" },
	{ "ustar", 257, 5, KFG_ARCHIVE_FILES, "tar" },
	{ "CD001", 0x8001, 5, KFG_ARCHIVE_FILES, "iso9660" },
	{ "MSCF\0\0\0\0", 0, 8, KFG_ARCHIVE_FILES, "cab" },
	{ "xar!", 0, 4, KFG_ARCHIVE_FILES, "xar" },
	{ "Rar!\x1a\7", 0, 6, KFG_ARCHIVE_FILES, "rar" },
	{ "BZh", 0, 3, KFG_ARCHIVE_STREAM, "bzip2" },
	{ "LZIP", 0, 4, KFG_ARCHIVE_STREAM, "lzip" },
	{ "\x04\x22\x4d\x18", 0, 4, KFG_ARCHIVE_STREAM, "lz4" },
	{ "\x02\x21\x4c\x18", 0, 4, KFG_ARCHIVE_STREAM, "lz4" },
	{ "\x1f\x9d", 0, 2, KFG_ARCHIVE_STREAM, "compress" },
	{ "\x5d\0\0", 0, 3, KFG_ARCHIVE_STREAM, "lzma" },
	{ "\x1f\x8b\x08", 0, 3, KFG_ARCHIVE_KNOWN_STREAM, "gzip" },
	{ "\xfd"
	  "7zXZ\0",
	  0, 6, KFG_ARCHIVE_KNOWN_STREAM, "xz" },
	{ "\x28\xb5\x2f\xfd", 0, 4, KFG_ARCHIVE_KNOWN_STREAM, "zstd" },
	{ "\x89LZO\0\r\n\x1a\n", 0, 9, KFG_ARCHIVE_FOREIGN, "an lzop file" },
	{ "hsqs", 0, 4, KFG_ARCHIVE_FOREIGN, "a squashfs image" },
	{ "sqsh", 0, 4, KFG_ARCHIVE_FOREIGN, "a squashfs image" },
	{ "\xe2\xe1\xf5\xe0", 1024, 4, KFG_ARCHIVE_FOREIGN, "an erofs image" },
	{ "\x53\xef", 0x438, 2, KFG_ARCHIVE_FOREIGN, "an ext4 image" },
	{ "QFI\xfb", 0, 4, KFG_ARCHIVE_FOREIGN, "a qcow2 image" },
};

/* A file of another kind may have the few bytes of these by chance. */
static bool is_plausible(const struct magic *m, const uint8_t *data, size_t size)
{
	if (strcmp(m->name, "bzip2") == 0)
		return size > 14 && data[3] >= '1' && data[3] <= '9' &&
		       (!memcmp(data + 4, "1AY&SY", 6) || !memcmp(data + 4, "\x17rE8P\x90", 6));
	if (strcmp(m->name, "lzma") == 0) /* a dictionary of a power of two, a size that is not known or small */
		return size > 13 &&
		       (!memcmp(data + 5, "\xff\xff\xff\xff\xff\xff\xff\xff", 8) || !memcmp(data + 9, "\0\0\0\0", 4)) &&
		       data[4] < 0x10;
	if (strcmp(m->name, "compress") == 0)
		return size > 3 && (data[2] & 0x1f) >= 9 && (data[2] & 0x1f) <= 16;
	if (strcmp(m->name, "an ext4 image") == 0) /* room for a boot loader first, a sane block size */
		return size > 0x500 && !memcmp(data, "\0\0\0\0\0\0\0\0", 8) && data[0x418] < 7 &&
		       !memcmp(data + 0x419, "\0\0\0", 3);
	return true;
}

/* A program with a zip archive behind it: its end record, which the last bytes are, says how long its comment is. */
static bool ends_as_zip(const uint8_t *data, size_t size)
{
	size_t from = size > ZIP_TAIL_MAX ? size - ZIP_TAIL_MAX : 0;

	for (size_t at = size >= 22 ? size - 22 : 0; size >= 22 && at + 1 > from; at--) {
		if (data[at] == 'P' && !memcmp(data + at, "PK\5\6", 4) &&
		    at + 22 + (data[at + 20] | (size_t)data[at + 21] << 8) == size)
			return true;
		if (!at)
			break;
	}
	return false;
}

enum kfg_archive_kind kfg_archive_kind_of(const uint8_t *data, size_t size, const char **ret_name)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		const struct magic *m = &magics[i];

		if (size < m->at + m->size || memcmp(data + m->at, m->bytes, m->size) || !is_plausible(m, data, size))
			continue;
		*ret_name = m->name;
		return m->container;
	}
	*ret_name = "zip";
	return ends_as_zip(data, size) ? KFG_ARCHIVE_FILES : KFG_ARCHIVE_NONE;
}

static la_ssize_t give(struct archive *reader, void *userdata, const void **ret_block)
{
	struct kfg_archive *a = userdata;
	size_t left = a->size - a->at, n = left < BLOCK ? left : BLOCK;

	(void)reader;
	*ret_block = a->data + a->at;
	a->at += n;
	return (la_ssize_t)n;
}

static la_int64_t seek(struct archive *reader, void *userdata, la_int64_t offset, int whence)
{
	struct kfg_archive *a = userdata;
	la_int64_t base = whence == SEEK_SET ? 0 : (la_int64_t)(whence == SEEK_CUR ? a->at : a->size), to;

	(void)reader;
	if (__builtin_add_overflow(base, offset, &to) || to < 0)
		return ARCHIVE_FATAL;
	a->at = (uint64_t)to > a->size ? a->size : (size_t)to;
	a->seeks = true;
	return (la_int64_t)a->at;
}

typedef int support_fn(struct archive *reader);

/* A filter that libarchive was built without would run a program instead: it does not say ARCHIVE_OK then. */
static bool is_built_in(support_fn *fn)
{
	struct archive *probe = archive_read_new();
	bool ok = probe && fn(probe) == ARCHIVE_OK;

	archive_read_free(probe); /* accepts NULL */
	return ok;
}

static bool support_all(struct archive *reader)
{
	static support_fn *const filters[] = {
		archive_read_support_filter_bzip2, archive_read_support_filter_compress,
		archive_read_support_filter_gzip,  archive_read_support_filter_lz4,
		archive_read_support_filter_lzip,  archive_read_support_filter_lzma,
		archive_read_support_filter_rpm,   archive_read_support_filter_xz,
		archive_read_support_filter_zstd,
	};
	static support_fn *const formats[] = {
		archive_read_support_format_7zip, archive_read_support_format_ar,      archive_read_support_format_cab,
		archive_read_support_format_cpio, archive_read_support_format_iso9660, archive_read_support_format_rar,
		archive_read_support_format_rar5, archive_read_support_format_tar,     archive_read_support_format_xar,
		archive_read_support_format_zip,  archive_read_support_format_raw,
	};

	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (is_built_in(filters[i]) && filters[i](reader) != ARCHIVE_OK)
			return false;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i](reader) == ARCHIVE_FATAL)
			return false;
	return true;
}

static int failure(const struct kfg_archive *a)
{
	return archive_errno(a->reader) == ENOMEM ? -ENOMEM : -EBADMSG;
}

int kfg_archive_open(const uint8_t *data, size_t size, struct kfg_archive **ret_archive)
{
	struct kfg_archive *a = calloc(1, sizeof(*a));

	*ret_archive = a;
	if (!a)
		return -ENOMEM;
	a->data = data;
	a->size = size;
	a->reader = archive_read_new();
	if (!a->reader || !support_all(a->reader))
		return -ENOMEM;
	if (archive_read_set_read_callback(a->reader, give) != ARCHIVE_OK ||
	    archive_read_set_seek_callback(a->reader, seek) != ARCHIVE_OK ||
	    archive_read_set_callback_data(a->reader, a) != ARCHIVE_OK || archive_read_open1(a->reader) != ARCHIVE_OK)
		return failure(a);
	return 0;
}

int kfg_archive_next(struct kfg_archive *a, const char **ret_name)
{
	struct archive_entry *entry;

	for (;;) {
		int r = archive_read_next_header(a->reader, &entry);

		if (r == ARCHIVE_EOF)
			return 0;
		if (r == ARCHIVE_RETRY)
			continue;
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return failure(a);
		a->n_entries++;
		/* formats without types say 0 */
		if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != 0)
			continue;
		/* a hard link repeats a member that was there, but in cpio (newc) the last of them has the bytes */
		if (archive_entry_hardlink(entry) && !archive_entry_size(entry))
			continue;
		*ret_name = archive_entry_pathname(entry);
		*ret_name = *ret_name ? *ret_name : "";
		return 1;
	}
}

int kfg_archive_read(struct kfg_archive *a, size_t max, uint8_t **ret_data, size_t *ret_size)
{
	_cleanup_free_ uint8_t *data = NULL;
	size_t size = 0, room = 0;

	for (;;) {
		la_ssize_t n;

		if (size == room) {
			size_t want = room ? room * 2 : CHUNK;
			uint8_t *more;

			if (size > max)
				return -EFBIG;
			want = want > max + 1 ? max + 1 : want; /* one more: to see that there is more */
			more = realloc(data, want);
			if (!more)
				return -ENOMEM;
			data = more;
			room = want;
		}
		n = archive_read_data(a->reader, data + size, room - size);
		if (n == ARCHIVE_RETRY)
			continue;
		if (n < 0)
			return failure(a);
		if (n == 0)
			break;
		size += (size_t)n;
	}
	*ret_data = KFG_TAKE_PTR(data);
	*ret_size = size;
	return 0;
}

bool kfg_archive_is_plain(const struct kfg_archive *a)
{
	return (archive_format(a->reader) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_RAW;
}

size_t kfg_archive_n_entries(const struct kfg_archive *a)
{
	return a->n_entries;
}

static uint32_t word_at(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The last end record of a zip archive whose comment is there in full; false: there is none. */
static bool find_zip_end(const uint8_t *data, size_t size, size_t *ret_at)
{
	for (size_t at = size; at >= ZIP_END; at--) {
		const uint8_t *p = data + at - ZIP_END;

		if (p[0] == 'P' && !memcmp(p, "PK\5\6", 4) && (p[20] | (size_t)p[21] << 8) <= size - at) {
			*ret_at = at - ZIP_END;
			return true;
		}
	}
	return false;
}

/* APPNOTE.TXT 4.3.12, 4.3.16: the central directory says where each member begins. */
bool kfg_archive_zip_extent(const uint8_t *data, size_t size, size_t *ret_from, size_t *ret_to)
{
	size_t end, directory, length, before, first = SIZE_MAX;
	uint32_t offset;

	if (!find_zip_end(data, size, &end))
		return false;
	length = word_at(data + end + 12);
	offset = word_at(data + end + 16);
	if (length > end || offset > end - length)
		return false; /* of 64 bits, or damaged */
	directory = end - length;
	before = directory - offset; /* offsets count from where the archive began when it was made */
	for (size_t at = directory; end - at >= ZIP_ENTRY && !memcmp(data + at, "PK\1\2", 4);) {
		const uint8_t *p = data + at;
		size_t more =
			(p[28] | (size_t)p[29] << 8) + (p[30] | (size_t)p[31] << 8) + (p[32] | (size_t)p[33] << 8);
		size_t member = before + word_at(p + 42);

		first = member < first ? member : first;
		if (more > end - at - ZIP_ENTRY)
			break;
		at += ZIP_ENTRY + more;
	}
	*ret_from = first < directory ? first : directory;
	*ret_to = end + ZIP_END + (data[end + 20] | (size_t)data[end + 21] << 8);
	return true;
}

size_t kfg_archive_rest(const struct kfg_archive *a)
{
	size_t from, to;
	la_int64_t used;

	if (a->seeks)
		return kfg_archive_zip_extent(a->data, a->size, &from, &to) ? a->size - to : 0;
	/* what was given in blocks need not have been taken */
	used = archive_filter_bytes(a->reader, -1);
	return used < 0 || (uint64_t)used > a->size ? a->size - a->at : a->size - (size_t)used;
}

const char *kfg_archive_error(struct kfg_archive *a)
{
	const char *text = a && a->reader ? archive_error_string(a->reader) : NULL;

	return text ? text : "it cannot be unpacked";
}

void kfg_archive_close(struct kfg_archive *a)
{
	if (!a)
		return;
	archive_read_free(a->reader); /* accepts NULL */
	free(a);
}
