/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source_read.c - the bytes of a source's files, unpacked as often as needed, given to the collector. */
#include "base/cleanup.h"
#include "base/read_file.h"
#include "analysis/kernel/arm64_image.h"
#include "analysis/kernel/bzimage.h"
#include "analysis/kernel/source_list.h"
#include "analysis/kernel/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define CONFIG_MAX (1u << 20) /* Debian: 300 KB */
#define LAYERS_MAX 3u /* a packed kernel in a packed image in a package's member */

struct reading {
	const struct kfg_kernel_progress *progress;
	struct kfg_collector *collector;
	struct kfg_kernel_error *error;
	const char *path; /* of the file or package at hand */
	struct kfg_unpacked kernel; /* owned: of the package at hand */
	char member[200]; /* its name */
	bool saw_modules; /* the package has some */
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
		rd->progress->tell(rd->progress->arg, rd->path, kfg_collector_n_modules(rd->collector));
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
	kfg_unpacked_done(&file);
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
		kfg_collector_add_release(rd->collector, image.release);
	return r;
}

static int read_zboot(struct reading *rd, const char *path, const void *data, size_t size, unsigned layers)
{
	const uint8_t *payload;
	size_t offset, length;

	if (kfg_zboot_open(data, size, &payload, &length, &offset) < 0)
		return refuse(rd, -EBADMSG, "%s: offset %zu: the packed kernel is beyond the end", path, offset);
	if (kfg_unpack_kind(payload, length) != KFG_PACKING_FILE)
		return refuse(rd, -EBADMSG, "%s: offset %zu: packed in a way that is not known here", path,
			      (size_t)(payload - (const uint8_t *)data));
	return read_packed_kernel(rd, path, payload, length, layers);
}

static bool is_elf_or_btf(const uint8_t *p, size_t size)
{
	if (size < 4)
		return false;
	return memcmp(p, "\x7f\x45\x4c\x46", 4) == 0 || (p[0] | p[1] << 8) == BTF_MAGIC ||
	       (p[1] | p[0] << 8) == BTF_MAGIC;
}

/* Bytes that should be a kernel, of whatever form. */
static int read_kernel(struct reading *rd, const char *path, const void *data, size_t size, unsigned layers)
{
	int r;

	if (kfg_bzimage_is(data, size))
		return read_bzimage(rd, path, data, size, layers);
	if (kfg_zboot_is(data, size))
		return read_zboot(rd, path, data, size, layers);
	if (kfg_unpack_kind(data, size) == KFG_PACKING_FILE)
		return read_packed_kernel(rd, path, data, size, layers);
	if (!is_elf_or_btf(data, size) && !kfg_arm64_image_is(data, size))
		return refuse(rd, -EBADMSG, "%s: not a kernel: neither ELF, BTF, a boot image nor a package", path);
	r = kfg_collector_add_kernel(rd->collector, path, data, size, rd->error);
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
	if (kfg_collector_release(rd->collector)[0] && kfg_kernel_file_release(path, release, sizeof(release)) &&
	    strcmp(release, kfg_collector_release(rd->collector)) != 0)
		return 0;
	if (kfg_unpack_kind(data, size) != KFG_PACKING_FILE)
		return kfg_collector_add_module(rd->collector, path, data, size);
	r = kfg_unpack_file(data, size, KFG_MODULE_SIZE_MAX, &file, &why);
	/* one that cannot be unpacked counts as one that cannot be read */
	if (r == 0 || r == -EBADMSG || r == -EFBIG)
		r = kfg_collector_add_module(rd->collector, path, r == 0 ? (void *)file.data : "", file.size);
	kfg_unpacked_done(&file);
	return r;
}

static size_t wants_kernel(void *arg, const char *path)
{
	struct reading *rd = arg;

	rd->saw_modules = rd->saw_modules || kfg_kernel_file_kind(path) == KFG_KERNEL_FILE_MODULE;
	if (kfg_kernel_file_kind(path) == KFG_KERNEL_FILE_CONFIG)
		return CONFIG_MAX;
	return kfg_kernel_file_kind(path) == KFG_KERNEL_FILE_KERNEL ? KFG_KERNEL_SIZE_MAX : 0;
}

static int take_kernel(void *arg, const char *path, struct kfg_unpacked *file)
{
	struct reading *rd = arg;

	if (kfg_kernel_file_kind(path) == KFG_KERNEL_FILE_CONFIG) {
		kfg_collector_add_config(rd->collector, (const char *)file->data, file->size);
		kfg_unpacked_done(file);
		return 0;
	}
	snprintf(rd->member, sizeof(rd->member), "%.90s: %.90s", rd->path, path);
	rd->kernel = *file;
	return -ECANCELED;
}

static size_t wants_module(void *arg, const char *path)
{
	(void)arg;
	switch (kfg_kernel_file_kind(path)) {
	case KFG_KERNEL_FILE_MODULE:
		return KFG_MODULE_SIZE_MAX;
	case KFG_KERNEL_FILE_CONFIG:
		return CONFIG_MAX;
	default:
		return 0;
	}
}

static int take_module(void *arg, const char *path, struct kfg_unpacked *file)
{
	struct reading *rd = arg;
	int r = 0;

	if (kfg_kernel_file_kind(path) == KFG_KERNEL_FILE_CONFIG)
		kfg_collector_add_config(rd->collector, (const char *)file->data, file->size);
	else
		r = read_module(rd, path, file->data, file->size);
	kfg_unpacked_done(file);
	return r;
}

static int walk_package(struct reading *rd, const void *data, size_t size, struct kfg_unpack_sink sink)
{
	struct kfg_unpack_error why = { "" };
	int r;

	sink.arg = rd;
	r = kfg_unpack_archive(data, size, &sink, &why);
	return why.text[0] && r < 0 ? refuse(rd, r, "%s: %s", rd->path, why.text) : r;
}

/* The kernel first, with the package closed meanwhile: it needs as much memory as it unpacks. Then the modules. */
static int read_package(struct reading *rd, const void *data, size_t size)
{
	const struct kfg_unpack_sink kernel = { .wants = wants_kernel, .file = take_kernel };
	const struct kfg_unpack_sink modules = { .wants = wants_module, .file = take_module };
	int r;

	if (!kfg_collector_has_kernel(rd->collector)) {
		rd->saw_modules = false;
		r = walk_package(rd, data, size, kernel);
		if (r == -ECANCELED) {
			r = read_kernel(rd, rd->member, rd->kernel.data, rd->kernel.size, 0);
			kfg_unpacked_done(&rd->kernel);
		} else if (r == 0 && !rd->saw_modules) {
			return 0;
		}
		if (r < 0)
			return r;
	}
	return walk_package(rd, data, size, modules);
}

static bool is_package(const char *path, const void *data, size_t size)
{
	return kfg_unpack_kind(data, size) == KFG_PACKING_ARCHIVE ||
	       (kfg_unpack_kind(data, size) == KFG_PACKING_FILE && strstr(path, ".tar"));
}

static int read_bytes(struct reading *rd, const struct kfg_kernel_file *file, const void *data, size_t size)
{
	if (file->kind == KFG_KERNEL_FILE_MODULE)
		return read_module(rd, file->path, data, size);
	if (file->kind == KFG_KERNEL_FILE_CONFIG) {
		kfg_collector_add_config(rd->collector, data, size);
		return 0;
	}
	if (is_package(file->path, data, size))
		return read_package(rd, data, size);
	return read_kernel(rd, file->path, data, size, 0);
}

/* Files of /sys cannot be mapped by all kernels. */
static int read_unmapped(struct reading *rd, const struct kfg_kernel_file *file)
{
	_cleanup_free_ char *data = NULL;
	size_t size;
	int r = kfg_read_file(AT_FDCWD, file->path, KFG_KERNEL_SIZE_MAX, &data, &size);

	if (r < 0)
		return refuse(rd, r, "%s: %s", file->path, strerror(-r));
	return read_bytes(rd, file, data, size);
}

static int read_file(struct reading *rd, const struct kfg_kernel_file *file)
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
static int check_kernels(const struct kfg_kernel_source *s, struct reading *rd)
{
	const char *first = NULL, *btf = NULL;

	for (size_t i = 0; i < s->n_files; i++) {
		const char *base = strrchr(s->files[i].path, '/'), *release;

		base = base ? base + 1 : s->files[i].path;
		release = strchr(base, '-');
		if (s->files[i].kind == KFG_KERNEL_FILE_BTF && btf && !first)
			return refuse(rd, -EINVAL, "%s: several kernels beside each other (%s, %s): name one",
				      s->files[i].path, btf, base);
		btf = s->files[i].kind == KFG_KERNEL_FILE_BTF ? base : btf;
		if (s->files[i].kind != KFG_KERNEL_FILE_KERNEL || !release)
			continue;
		if (first && strcmp(first, release + 1) != 0)
			return refuse(rd, -EINVAL, "%s: several kernels beside each other (%s, %s): name one",
				      s->files[i].path, first, release + 1);
		first = release + 1;
	}
	return 0;
}

static bool is_kernel(enum kfg_kernel_file_kind kind)
{
	return kind == KFG_KERNEL_FILE_KERNEL || kind == KFG_KERNEL_FILE_BTF;
}

int kfg_kernel_source_read(const struct kfg_kernel_source *s, const struct kfg_kernel_progress *progress,
			   struct kfg_collector *collector, struct kfg_kernel_error *ret_error)
{
	struct reading rd = { .progress = progress, .collector = collector, .error = ret_error };
	int r = check_kernels(s, &rd);

	for (size_t i = 0; i < s->n_files && r == 0; i++)
		if (!is_kernel(s->files[i].kind) || !kfg_collector_has_kernel(collector))
			r = read_file(&rd, &s->files[i]);
	if (r == 0 && !kfg_collector_has_kernel(collector))
		return refuse(&rd, -ENOENT, "%s: no kernel in it, only %zu modules: name what has the kernel, too",
			      s->files[0].path, kfg_collector_n_modules(collector));
	return r;
}
