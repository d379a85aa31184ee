/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source_read.c - the bytes of a source's files, unpacked as often as needed, given to the collector. */
#include "base/cleanup.h"
#include "base/read_file.h"
#include "kernel/bzimage.h"
#include "kernel/source_list.h"
#include "kernel/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define LAYERS_MAX 3u /* a packed kernel in a packed image in a package's member */

struct reading {
	const struct kfg_kernel_progress *progress;
	struct kfg_collector *collector;
	struct kfg_kernel_error *error;
	const char *path; /* of the file or package at hand */
};

static int __attribute__((format(printf, 3, 4))) refuse(struct reading *rd, int r, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(rd->error->text, sizeof(rd->error->text), format, ap);
	va_end(ap);
	return r;
}

static void tell(const struct reading *rd)
{
	if (rd->progress && rd->progress->tell)
		rd->progress->tell(rd->progress->arg, rd->path, kfg_collected_modules(rd->collector));
}

static int read_kernel(struct reading *rd, const char *path, const void *data, size_t size, unsigned layers);

static int read_packed_kernel(struct reading *rd, const char *path, const void *data, size_t size, unsigned layers)
{
	struct kfg_unpack_error why = { "too many layers of packing" };
	struct kfg_unpacked file = { 0 };
	int r = layers < LAYERS_MAX ? kfg_unpack_file(data, size, KFG_KERNEL_SIZE_MAX, &file, &why) : -EBADMSG;

	if (r == -EBADMSG || r == -EFBIG)
		return refuse(rd, r, "%s: %s", path, why.text);
	if (r == 0)
		r = read_kernel(rd, path, file.data, file.size, layers + 1);
	free(file.data);
	return r;
}

static int read_bzimage(struct reading *rd, const char *path, const void *data, size_t size, unsigned layers)
{
	struct kfg_bzimage image;
	const char *why;
	size_t offset;
	int r = kfg_bzimage_open(data, size, &image, &why, &offset);

	if (r < 0)
		return refuse(rd, r, "%s: offset %zu: %s", path, offset, why);
	if (kfg_unpack_kind(image.payload, image.size) != KFG_PACKING_FILE)
		return refuse(rd, -EBADMSG, "%s: offset %zu: packed in a way that is not known here", path,
			      (size_t)(image.payload - (const uint8_t *)data));
	r = read_packed_kernel(rd, path, image.payload, image.size, layers);
	if (r == 0)
		kfg_collect_release(rd->collector, image.release);
	return r;
}

/* Bytes that should be a kernel, of whatever form. */
static int read_kernel(struct reading *rd, const char *path, const void *data, size_t size, unsigned layers)
{
	const uint8_t *p = data;
	int r;

	if (kfg_bzimage_is(data, size))
		return read_bzimage(rd, path, data, size, layers);
	if (kfg_unpack_kind(data, size) == KFG_PACKING_FILE)
		return read_packed_kernel(rd, path, data, size, layers);
	if (size < 4 || (memcmp(p, "\x7f" "ELF", 4) != 0 && (p[0] | p[1] << 8) != BTF_MAGIC &&
			 (p[1] | p[0] << 8) != BTF_MAGIC))
		return refuse(rd, -EBADMSG, "%s: not a kernel: neither ELF, BTF, a boot image nor a package", path);
	r = kfg_collect_kernel(rd->collector, path, data, size, rd->error);
	/* the same kernel may be there twice, as vmlinux and as vmlinuz */
	return r == -EEXIST ? 0 : r;
}

static int read_module(struct reading *rd, const char *path, const void *data, size_t size)
{
	struct kfg_unpack_error why;
	struct kfg_unpacked file = { .data = NULL };
	char release[65];
	int r;

	tell(rd);
	/* modules of another kernel may lie beside */
	if (kfg_collected_release(rd->collector)[0] && kfg_file_release(path, release, sizeof(release)) &&
	    strcmp(release, kfg_collected_release(rd->collector)) != 0)
		return 0;
	if (kfg_unpack_kind(data, size) != KFG_PACKING_FILE)
		return kfg_collect_module(rd->collector, path, data, size);
	r = kfg_unpack_file(data, size, KFG_MODULE_SIZE_MAX, &file, &why);
	/* one that cannot be unpacked counts as one that cannot be read */
	if (r == 0 || r == -EBADMSG || r == -EFBIG)
		r = kfg_collect_module(rd->collector, path, r == 0 ? (void *)file.data : "", file.size);
	free(file.data);
	return r;
}

static size_t wants(void *arg, const char *path)
{
	const struct reading *rd = arg;

	switch (kfg_file_kind(path)) {
	case KFG_FILE_MODULE:
		return KFG_MODULE_SIZE_MAX;
	case KFG_FILE_KERNEL:
		return kfg_collected_kernel(rd->collector) ? 0 : KFG_KERNEL_SIZE_MAX;
	default:
		return 0;
	}
}

static int take_member(void *arg, const char *path, struct kfg_unpacked *file)
{
	_cleanup_free_ uint8_t *data = file->data;
	struct reading *rd = arg;
	char name[200];

	if (kfg_file_kind(path) == KFG_FILE_MODULE)
		return read_module(rd, path, data, file->size);
	snprintf(name, sizeof(name), "%.90s: %.90s", rd->path, path);
	return read_kernel(rd, name, data, file->size, 0);
}

static int read_package(struct reading *rd, const void *data, size_t size)
{
	const struct kfg_unpack_sink sink = { .wants = wants, .file = take_member, .arg = rd };
	struct kfg_unpack_error why = { "" };
	int r = kfg_unpack_walk(data, size, &sink, &why);

	return why.text[0] && r < 0 ? refuse(rd, r, "%s: %s", rd->path, why.text) : r;
}

static bool is_package(const char *path, const void *data, size_t size)
{
	return kfg_unpack_kind(data, size) == KFG_PACKING_ARCHIVE ||
	       (kfg_unpack_kind(data, size) == KFG_PACKING_FILE && strstr(path, ".tar"));
}

static int read_bytes(struct reading *rd, const struct kfg_file *file, const void *data, size_t size)
{
	if (file->kind == KFG_FILE_MODULE)
		return read_module(rd, file->path, data, size);
	if (is_package(file->path, data, size))
		return read_package(rd, data, size);
	return read_kernel(rd, file->path, data, size, 0);
}

/* Files of /sys cannot be mapped by all kernels. */
static int read_unmapped(struct reading *rd, const struct kfg_file *file)
{
	_cleanup_free_ char *data = NULL;
	size_t size;
	int r = kfg_read_file(AT_FDCWD, file->path, KFG_KERNEL_SIZE_MAX, &data, &size);

	if (r < 0)
		return refuse(rd, r, "%s: %s", file->path, strerror(-r));
	return read_bytes(rd, file, data, size);
}

static int read_file(struct reading *rd, const struct kfg_file *file)
{
	_cleanup_close_ int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	void *data;
	int r;

	rd->path = file->path;
	tell(rd);
	if (fd < 0 || fstat(fd, &st) < 0)
		return refuse(rd, -errno, "%s: %s", file->path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(rd, -EINVAL, "%s: not a file", file->path);
	if (!st.st_size)
		return refuse(rd, -EBADMSG, "%s: empty", file->path);
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return read_unmapped(rd, file);
	r = read_bytes(rd, file, data, (size_t)st.st_size);
	munmap(data, (size_t)st.st_size);
	return r;
}

/* Of several kernels in a directory the first is read; another release beside it would be a guess. */
static int check_kernels(const struct kfg_source *s, struct reading *rd)
{
	const char *first = NULL;

	for (size_t i = 0; i < s->n_files; i++) {
		const char *base = strrchr(s->files[i].path, '/'), *release;

		base = base ? base + 1 : s->files[i].path;
		release = strchr(base, '-');
		if (s->files[i].kind != KFG_FILE_KERNEL || !release)
			continue;
		if (first && strcmp(first, release + 1) != 0)
			return refuse(rd, -EINVAL, "%s: several kernels beside each other (%s, %s): name one",
				      s->files[i].path, first, release + 1);
		first = release + 1;
	}
	return 0;
}

int kfg_source_read(const struct kfg_source *s, const struct kfg_kernel_progress *progress,
		    struct kfg_collector *collector, struct kfg_kernel_error *ret_error)
{
	struct reading rd = { .progress = progress, .collector = collector, .error = ret_error };
	int r = check_kernels(s, &rd);

	for (size_t i = 0; i < s->n_files && r == 0; i++)
		if (s->files[i].kind != KFG_FILE_KERNEL || !kfg_collected_kernel(collector))
			r = read_file(&rd, &s->files[i]);
	if (r == 0 && !kfg_collected_kernel(collector))
		return refuse(&rd, -ENOENT, "%s: no kernel in it, only %zu modules: name what has the kernel, too",
			      s->files[0].path, kfg_collected_modules(collector));
	return r;
}
