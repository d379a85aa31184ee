/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.c - the files that make up a kernel, found from a path: image, modules, packages, configuration. */
#include "analysis/kernel/source.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "analysis/kernel/raw_btf.h"
#include "analysis/kernel/source_list.h"
#include "policy/array.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 24u
#define FILES_MAX 200000u

/* "boot/config-RELEASE", or "lib/modules/RELEASE/config". */
static bool is_config(const char *path, const char *base)
{
	return (strncmp(base, "config-", 7) == 0 && base[7] >= '0' && base[7] <= '9') ||
	       (strcmp(base, "config") == 0 && strstr(path, "lib/modules/"));
}

enum kfg_kernel_file_kind kfg_kernel_file_kind(const char *path)
{
	static const char *const modules[] = { ".ko", ".ko.xz", ".ko.zst", ".ko.gz" };
	static const char *const packages[] = { ".deb", ".rpm" };
	static const char *const kernels[] = { "vmlinux", "vmlinuz", "bzImage" };
	static const char *const suffixes[] = { "", ".signed", ".unsigned", ".gz", ".xz", ".zst", ".bz2", ".lz4" };
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		if (kfg_text_ends(base, modules[i]))
			return KFG_KERNEL_FILE_MODULE;
	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
		if (kfg_text_ends(base, packages[i]))
			return KFG_KERNEL_FILE_PACKAGE;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		size_t n = strlen(kernels[i]);

		if (strncmp(base, kernels[i], n) != 0)
			continue;
		if (base[n] == '-' && !kfg_text_ends(base, ".py"))
			return KFG_KERNEL_FILE_KERNEL;
		for (size_t k = 0; k < sizeof(suffixes) / sizeof(suffixes[0]); k++)
			if (strcmp(base + n, suffixes[k]) == 0)
				return KFG_KERNEL_FILE_KERNEL;
	}
	if (is_config(path, base))
		return KFG_KERNEL_FILE_CONFIG;
	return kfg_text_ends(base, ".btf") ? KFG_KERNEL_FILE_KERNEL : KFG_KERNEL_FILE_NONE;
}

bool kfg_kernel_file_release(const char *path, char *release, size_t size)
{
	const char *at = strstr(path, "lib/modules/");
	size_t n;

	if (!at)
		return false;
	at += strlen("lib/modules/");
	n = strcspn(at, "/");
	if (!n || n >= size)
		return false;
	memcpy(release, at, n);
	release[n] = '\0';
	return true;
}

static int __attribute__((format(printf, 3, 4))) refuse(struct kfg_kernel_error *error, int r, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(error->text, sizeof(error->text), format, ap);
	va_end(ap);
	return r;
}

static int add_file(struct kfg_kernel_source *s, const char *path, enum kfg_kernel_file_kind kind)
{
	if (s->n_files == FILES_MAX)
		return -E2BIG;
	if (kfg_array_grow(&s->files, &s->room, s->n_files, sizeof(*s->files)) < 0)
		return -ENOMEM;
	s->files[s->n_files].path = strdup(path);
	if (!s->files[s->n_files].path)
		return -ENOMEM;
	s->files[s->n_files++].kind = kind;
	return 0;
}

/* What a path has behind the name that the user gave: one kernel has many names, and one entry in the cache. */
static const char *behind(const struct kfg_kernel_source *s, const char *path)
{
	size_t n = strlen(s->named);

	return strncmp(path, s->named, n) == 0 ? path + n + strspn(path + n, "/") : path;
}

static void print_stat(struct kfg_kernel_source *s, const char *path, const struct stat *st)
{
	kfg_strbuf_printf(&s->origin, "%s %s %jd %jd.%09ld %ju:%ju\n", s->real, behind(s, path), (intmax_t)st->st_size,
			  (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec, (uintmax_t)st->st_dev,
			  (uintmax_t)st->st_ino);
}

/* Sums, so that the order in which a directory is read does not matter. */
static void print_module(struct kfg_kernel_source *s, const char *path, ino_t inode)
{
	uint64_t h = (uint64_t)inode * 0x9e3779b97f4a7c15u;

	path = behind(s, path);
	for (; *path; path++)
		h = (h ^ (unsigned char)*path) * 0x100000001b3u;
	s->modules_print += h ^ h >> 31;
	s->n_modules++;
}

/* What a name does not tell, a file of raw BTF does itself. */
static enum kfg_kernel_file_kind kind_by_content(const char *path, enum kfg_kernel_file_kind by_name)
{
	switch (kfg_raw_btf_kind(path)) {
	case KFG_RAW_BTF_KERNEL:
		return KFG_KERNEL_FILE_BTF;
	case KFG_RAW_BTF_MODULE:
		return KFG_KERNEL_FILE_MODULE;
	default:
		return by_name;
	}
}

static int walk(struct kfg_kernel_source *s, const char *path, unsigned depth);

/* Names of modules have no dot, and copies of them get this one. */
static bool may_be_raw_btf(const char *name)
{
	return !strchr(name, '.') || kfg_text_ends(name, ".btf");
}

static int found(struct kfg_kernel_source *s, const char *path, const struct dirent *entry, unsigned depth)
{
	enum kfg_kernel_file_kind kind = kfg_kernel_file_kind(entry->d_name);
	unsigned char type = entry->d_type;
	struct stat st;

	if (type == DT_UNKNOWN && lstat(path, &st) == 0)
		type = S_ISDIR(st.st_mode) ? DT_DIR : S_ISREG(st.st_mode) ? DT_REG : DT_LNK;
	if (type == DT_DIR)
		return depth < DEPTH_MAX ? walk(s, path, depth + 1) : -ELOOP;
	if (type == DT_REG && (kind == KFG_KERNEL_FILE_NONE || kind == KFG_KERNEL_FILE_KERNEL) &&
	    may_be_raw_btf(entry->d_name))
		kind = kind_by_content(path, kind);
	if (type != DT_REG || kind == KFG_KERNEL_FILE_NONE)
		return 0;
	if (kind == KFG_KERNEL_FILE_MODULE)
		print_module(s, path, entry->d_ino);
	else if (lstat(path, &st) == 0)
		print_stat(s, path, &st);
	return add_file(s, path, kind);
}

/* Links are not followed: /lib/modules/VERSION/build leads far away. */
static int walk(struct kfg_kernel_source *s, const char *path, unsigned depth)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return depth ? 0 : -errno;
	while (r == 0 && (entry = readdir(dir))) {
		_cleanup_free_ char *child = NULL;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (asprintf(&child, "%s/%s", path, entry->d_name) < 0)
			r = -ENOMEM;
		else
			r = found(s, child, entry, depth);
	}
	closedir(dir);
	return r;
}

static bool has_kind(const struct kfg_kernel_source *s, enum kfg_kernel_file_kind kind)
{
	for (size_t i = 0; i < s->n_files; i++)
		if (s->files[i].kind == kind)
			return true;
	return false;
}

/* Of ".../lib/modules/VERSION" (or /usr/lib) the kernel may be in ".../boot/vmlinuz-VERSION". */
static int look_in_boot(struct kfg_kernel_source *s, const char *dir)
{
	_cleanup_free_ char *real = realpath(dir, NULL), *path = NULL;
	char *at = real ? strstr(real, "/lib/modules/") : NULL;
	const char *release = at ? at + strlen("/lib/modules/") : "";
	struct stat st;

	if (!*release || strchr(release, '/'))
		return 0;
	*at = '\0';
	if (kfg_text_ends(real, "/usr"))
		real[strlen(real) - strlen("/usr")] = '\0';
	if (asprintf(&path, "%s/boot/vmlinuz-%s", real, release) < 0)
		return -ENOMEM;
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	print_stat(s, path, &st);
	return add_file(s, path, KFG_KERNEL_FILE_KERNEL);
}

static int compare_files(const void *a, const void *b)
{
	const struct kfg_kernel_file *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return strcmp(x->path, y->path);
}

static int open_directory(struct kfg_kernel_source *s, const char *path, struct kfg_kernel_error *error)
{
	int r = walk(s, path, 0);

	if (r < 0)
		return refuse(error, r, "%s: %s", path, strerror(-r));
	if (!has_kind(s, KFG_KERNEL_FILE_KERNEL) && !has_kind(s, KFG_KERNEL_FILE_BTF) &&
	    !has_kind(s, KFG_KERNEL_FILE_PACKAGE))
		r = look_in_boot(s, path);
	return r;
}

static int open_one(struct kfg_kernel_source *s, const char *path, struct kfg_kernel_error *error)
{
	enum kfg_kernel_file_kind kind;
	struct stat st;

	free(s->real);
	s->named = path;
	s->real = realpath(path, NULL);
	if (!s->real || stat(path, &st) < 0)
		return refuse(error, -errno, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return open_directory(s, path, error);
	if (!S_ISREG(st.st_mode))
		return refuse(error, -EINVAL, "%s: neither a file nor a directory", path);
	print_stat(s, path, &st);
	kind = kfg_kernel_file_kind(path);
	if (kind != KFG_KERNEL_FILE_CONFIG && kind != KFG_KERNEL_FILE_MODULE)
		kind = kind_by_content(path, kind) == KFG_KERNEL_FILE_MODULE ? KFG_KERNEL_FILE_MODULE :
									       KFG_KERNEL_FILE_NAMED;
	return add_file(s, path, kind);
}

static int open_list(struct kfg_kernel_source *s, const char *list, struct kfg_kernel_error *error)
{
	struct stat st;
	int r = 0;

	if (!strchr(list, ',') || stat(list, &st) == 0)
		return open_one(s, list, error);
	while (r == 0) {
		size_t n = strcspn(list, ",");
		_cleanup_free_ char *path = strndup(list, n);

		r = !path ? -ENOMEM : open_one(s, path, error);
		if (!list[n])
			break;
		list += n + 1;
	}
	return r;
}

KFG_DEFINE_CLEANUP(struct kfg_kernel_source *, kfg_kernel_source_free)

int kfg_kernel_source_open(const char *path, struct kfg_kernel_source **ret_source, struct kfg_kernel_error *ret_error)
{
	_cleanup_(kfg_kernel_source_free_cleanup) struct kfg_kernel_source *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->origin = (struct kfg_strbuf)KFG_STRBUF(1u << 20);
	r = open_list(s, path, ret_error);
	if (r == 0 && !s->n_files)
		return refuse(ret_error, -ENOENT, "%s: neither a kernel nor modules in it", path);
	if (r == -E2BIG || r == -ELOOP)
		return refuse(ret_error, r, "%s: too many files in it", path);
	if (r < 0)
		return r;
	qsort(s->files, s->n_files, sizeof(*s->files), compare_files);
	kfg_strbuf_printf(&s->origin, "modules %zu %016" PRIx64 "\n", s->n_modules, s->modules_print);
	if (s->origin.error)
		return s->origin.error;
	*ret_source = KFG_TAKE_PTR(s);
	return 0;
}

void kfg_kernel_source_free(struct kfg_kernel_source *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_files; i++)
		free(s->files[i].path);
	free(s->files);
	free(s->real);
	kfg_strbuf_done(&s->origin);
	free(s);
}

const char *kfg_kernel_source_origin(const struct kfg_kernel_source *s)
{
	return kfg_strbuf_text(&s->origin);
}
