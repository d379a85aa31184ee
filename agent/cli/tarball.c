/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tarball.c - see tarball.h. */
#include "cli/tarball.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct kfg_tarball {
	struct archive *writer;
	int64_t made;
	int fd;
};

static int error_of(struct archive *writer)
{
	int error = archive_errno(writer);

	return error > 0 ? -error : -EIO;
}

int kfg_tarball_create(const char *path, int64_t made, struct kfg_tarball **ret_tarball)
{
	struct kfg_tarball *t = calloc(1, sizeof(*t));
	int r = 0;

	if (!t)
		return -ENOMEM;
	t->made = made;
	t->writer = archive_write_new();
	t->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (t->fd < 0)
		r = -errno;
	else if (!t->writer)
		r = -ENOMEM;
	/* ARCHIVE_WARN is no success here: another program would pack */
	else if (archive_write_set_format_pax_restricted(t->writer) != ARCHIVE_OK ||
		 archive_write_add_filter_gzip(t->writer) != ARCHIVE_OK ||
		 archive_write_open_fd(t->writer, t->fd) != ARCHIVE_OK)
		r = error_of(t->writer);
	if (r < 0) {
		(void)kfg_tarball_finish(t);
		return r;
	}
	*ret_tarball = t;
	return 0;
}

int kfg_tarball_add(struct kfg_tarball *t, const char *name, const char *data, size_t size)
{
	struct archive_entry *entry = archive_entry_new();
	int r = 0;

	if (!entry)
		return -ENOMEM;
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (la_int64_t)size);
	archive_entry_set_mtime(entry, t->made, 0);
	if (archive_write_header(t->writer, entry) != ARCHIVE_OK ||
	    archive_write_data(t->writer, data, size) != (la_ssize_t)size)
		r = error_of(t->writer);
	archive_entry_free(entry);
	return r;
}

int kfg_tarball_finish(struct kfg_tarball *t)
{
	int r = 0;

	if (!t)
		return 0;
	if (t->writer && archive_write_close(t->writer) != ARCHIVE_OK)
		r = error_of(t->writer);
	if (t->writer)
		archive_write_free(t->writer);
	if (t->fd >= 0 && close(t->fd) < 0 && r == 0)
		r = -errno;
	free(t);
	return r;
}
