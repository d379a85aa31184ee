/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpack.c - packed files and archives, unpacked by libarchive within limits. */
#include "analysis/kernel/unpack.h"

#include "base/cleanup.h"
#include "base/text.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRIES_MAX 1000000u
#define IN_MEMORY_MAX (4u << 20)

static void close_archive(struct archive **a)
{
	if (*a)
		archive_read_free(*a);
}

#define _cleanup_archive_ _cleanup_(close_archive)

static int refuse(struct archive *a, struct kfg_unpack_error *error)
{
	const char *text = archive_error_string(a);

	kfg_text_clean(text ? text : "cannot be unpacked", sizeof(error->text), error->text, sizeof(error->text));
	return archive_errno(a) == ENOMEM ? -ENOMEM : -EBADMSG;
}

enum kfg_packing kfg_unpack_kind(const void *data, size_t size)
{
	static const struct {
		const char *bytes;
		size_t at, size;
		enum kfg_packing kind;
	} magics[] = {
		{ "!<arch>\n", 0, 8, KFG_PACKING_ARCHIVE },
		{ "\xed\xab\xee\xdb", 0, 4, KFG_PACKING_ARCHIVE },
		{ "ustar", 257, 5, KFG_PACKING_ARCHIVE },
		{ "\x1f\x8b", 0, 2, KFG_PACKING_FILE },
		{ "\xfd"
		  "7zXZ",
		  0, 5, KFG_PACKING_FILE },
		{ "\x28\xb5\x2f\xfd", 0, 4, KFG_PACKING_FILE },
		{ "BZh", 0, 3, KFG_PACKING_FILE },
		{ "\x02\x21\x4c\x18", 0, 4, KFG_PACKING_FILE },
		{ "\x04\x22\x4d\x18", 0, 4, KFG_PACKING_FILE },
		{ "\x5d\x00\x00", 0, 3, KFG_PACKING_FILE },
	};

	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (size >= magics[i].at + magics[i].size &&
		    memcmp((const char *)data + magics[i].at, magics[i].bytes, magics[i].size) == 0)
			return magics[i].kind;
	return KFG_PACKING_NONE;
}

/* A filter that libarchive was built without would run a program instead: it says ARCHIVE_WARN then. */
static struct archive *new_reader(bool rpm)
{
	struct archive *a = archive_read_new();

	if (!a)
		return NULL;
	if (archive_read_support_filter_gzip(a) == ARCHIVE_OK && archive_read_support_filter_xz(a) == ARCHIVE_OK &&
	    archive_read_support_filter_lzma(a) == ARCHIVE_OK && archive_read_support_filter_bzip2(a) == ARCHIVE_OK &&
	    archive_read_support_filter_zstd(a) == ARCHIVE_OK && archive_read_support_filter_lz4(a) == ARCHIVE_OK &&
	    (!rpm || archive_read_support_filter_rpm(a) == ARCHIVE_OK))
		return a;
	archive_read_free(a);
	return NULL;
}

void kfg_unpacked_done(struct kfg_unpacked *file)
{
	if (file->mapped)
		munmap(file->data, file->size);
	else
		free(file->data);
	*file = (struct kfg_unpacked){ 0 };
}

/* A file being unpacked: in memory, or once it is large, in a file without a name. */
struct growing {
	uint8_t *buffer; /* owned */
	size_t n, room; /* of the buffer */
	int fd; /* owned; KFG_NO_FD: all of it is in the buffer */
	size_t written;
};

static int open_nameless(void)
{
	const char *const dirs[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		int fd = dirs[i] ? open(dirs[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;

		if (fd >= 0)
			return fd;
	}
	return KFG_NO_FD;
}

static int write_buffer(struct growing *g)
{
	for (size_t done = 0; done < g->n;) {
		ssize_t n = write(g->fd, g->buffer + done, g->n - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	g->written += g->n;
	g->n = 0;
	return 0;
}

/* The buffer is full. */
static int make_room(struct growing *g)
{
	uint8_t *more;

	if (g->fd == KFG_NO_FD && g->room >= IN_MEMORY_MAX)
		g->fd = open_nameless();
	if (g->fd != KFG_NO_FD)
		return write_buffer(g);
	more = realloc(g->buffer, 2 * g->room);
	if (!more)
		return -ENOMEM;
	g->buffer = more;
	g->room *= 2;
	return 0;
}

static int finish(struct growing *g, struct kfg_unpacked *ret_file)
{
	void *data;
	int r;

	if (g->fd == KFG_NO_FD) {
		*ret_file = (struct kfg_unpacked){ .data = KFG_TAKE_PTR(g->buffer), .size = g->n };
		return 0;
	}
	r = write_buffer(g);
	if (r < 0)
		return r;
	data = mmap(NULL, g->written, PROT_READ, MAP_PRIVATE, g->fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	*ret_file = (struct kfg_unpacked){ .data = data, .size = g->written, .mapped = true };
	return 0;
}

static int grow(struct archive *a, size_t max, struct growing *g, struct kfg_unpack_error *error)
{
	for (;;) {
		la_ssize_t n = archive_read_data(a, g->buffer + g->n, g->room - g->n);
		int r;

		if (n < 0)
			return refuse(a, error);
		if (n == 0)
			return 0;
		g->n += (size_t)n;
		if (g->written + g->n > max) {
			snprintf(error->text, sizeof(error->text), "more than %zu bytes unpacked", max);
			return -EFBIG;
		}
		r = g->n == g->room ? make_room(g) : 0;
		if (r < 0)
			return r;
	}
}

/* The bytes of the file at hand. */
static int read_data(struct archive *a, size_t max, struct kfg_unpacked *ret_file, struct kfg_unpack_error *error)
{
	struct growing g = { .room = 256u << 10, .fd = KFG_NO_FD };
	int r;

	g.buffer = malloc(g.room);
	r = g.buffer ? grow(a, max, &g, error) : -ENOMEM;
	if (r == 0)
		r = finish(&g, ret_file);
	free(g.buffer);
	if (g.fd != KFG_NO_FD)
		close(g.fd);
	return r;
}

int kfg_unpack_file(const void *data, size_t size, size_t max, struct kfg_unpacked *ret_file,
		    struct kfg_unpack_error *ret_error)
{
	_cleanup_archive_ struct archive *a = new_reader(false);
	struct archive_entry *entry;

	if (!a || archive_read_support_format_raw(a) != ARCHIVE_OK)
		return -ENOMEM;
	if (archive_read_open_memory(a, data, size) != ARCHIVE_OK || archive_read_next_header(a, &entry) != ARCHIVE_OK)
		return refuse(a, ret_error);
	return read_data(a, max, ret_file, ret_error);
}

/* An archive within an archive, read as it is unpacked. */
struct nested {
	struct archive *outer;
	uint8_t buffer[64u << 10];
};

static la_ssize_t read_outer(struct archive *a, void *arg, const void **ret_buffer)
{
	struct nested *nested = arg;
	la_ssize_t n = archive_read_data(nested->outer, nested->buffer, sizeof(nested->buffer));

	if (n < 0)
		archive_set_error(a, archive_errno(nested->outer), "%s", archive_error_string(nested->outer));
	*ret_buffer = nested->buffer;
	return n;
}

static int give_entry(struct archive *a, struct archive_entry *entry, const struct kfg_unpack_sink *sink,
		      struct kfg_unpack_error *error)
{
	const char *path = archive_entry_pathname(entry);
	struct kfg_unpacked file;
	size_t max;
	int r;

	if (!path || archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
		return 0;
	max = sink->wants(sink->arg, path);
	if (!max)
		return 0;
	r = read_data(a, max, &file, error);
	return r < 0 ? r : sink->file(sink->arg, path, &file);
}

static int walk_entries(struct archive *a, const struct kfg_unpack_sink *sink, struct kfg_unpack_error *error)
{
	struct archive_entry *entry;

	for (size_t n = 0; n < ENTRIES_MAX; n++) {
		int r = archive_read_next_header(a, &entry);

		if (r == ARCHIVE_EOF)
			return 0;
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return refuse(a, error);
		r = give_entry(a, entry, sink, error);
		if (r < 0)
			return r;
	}
	snprintf(error->text, sizeof(error->text), "more than %u files", ENTRIES_MAX);
	return -EFBIG;
}

static int support_archives(struct archive *a)
{
	if (archive_read_support_format_tar(a) == ARCHIVE_OK && archive_read_support_format_cpio(a) == ARCHIVE_OK)
		return 0;
	return -ENOMEM;
}

static int walk_nested(struct archive *outer, const struct kfg_unpack_sink *sink, struct kfg_unpack_error *error)
{
	_cleanup_archive_ struct archive *a = new_reader(false);
	_cleanup_free_ struct nested *nested = malloc(sizeof(*nested));
	int r;

	if (!a || !nested || support_archives(a) < 0)
		return -ENOMEM;
	nested->outer = outer;
	if (archive_read_open(a, nested, NULL, read_outer, NULL) != ARCHIVE_OK)
		return refuse(a, error);
	r = walk_entries(a, sink, error);
	/* before what it reads from is freed */
	archive_read_free(KFG_TAKE_PTR(a));
	return r;
}

/* A Debian package: deb(5). Its files are in the member data.tar, packed or not. */
static int walk_deb(struct archive *a, const struct kfg_unpack_sink *sink, struct kfg_unpack_error *error)
{
	struct archive_entry *entry;
	int r;

	while ((r = archive_read_next_header(a, &entry)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
		const char *path = archive_entry_pathname(entry);

		if (path && strncmp(path, "data.tar", 8) == 0)
			return walk_nested(a, sink, error);
	}
	if (r != ARCHIVE_EOF)
		return refuse(a, error);
	snprintf(error->text, sizeof(error->text), "not a Debian package: it has no data.tar");
	return -EBADMSG;
}

int kfg_unpack_archive(const void *data, size_t size, const struct kfg_unpack_sink *sink,
		       struct kfg_unpack_error *ret_error)
{
	bool deb = size >= 8 && memcmp(data, "!<arch>\n", 8) == 0;
	bool rpm = size >= 4 && memcmp(data, "\xed\xab\xee\xdb", 4) == 0;
	_cleanup_archive_ struct archive *a = new_reader(rpm);

	if (!a || (deb ? archive_read_support_format_ar(a) != ARCHIVE_OK : support_archives(a) < 0))
		return -ENOMEM;
	if (archive_read_open_memory(a, data, size) != ARCHIVE_OK)
		return refuse(a, ret_error);
	return deb ? walk_deb(a, sink, ret_error) : walk_entries(a, sink, ret_error);
}
