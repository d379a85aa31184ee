/* SPDX-License-Identifier: GPL-2.0-or-later */
/* running.c - the kernel that runs, out of /sys/kernel/btf. */
#include "analysis/kernel/running.h"

#include "base/cleanup.h"
#include "base/read_file.h"
#include "analysis/kernel/collect.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

#define BTF_DIR "/sys/kernel/btf"
#define BTF_MAX (64u << 20)
#define CONFIG_MAX (4u << 20)

char *kfg_running_image(void)
{
	static const char *const places[] = { "/boot/vmlinuz-%s", "/lib/modules/%s/vmlinuz",
					      "/usr/lib/modules/%s/vmlinuz", "/boot/vmlinux-%s" };
	struct utsname name;
	char *path = NULL;

	if (uname(&name) < 0)
		return NULL;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *at = strchr(places[i], '%');
		_cleanup_free_ char *image = NULL, *modules = NULL;

		if (asprintf(&image, "%.*s%s%s", (int)(at - places[i]), places[i], name.release, at + 2) < 0)
			return NULL;
		if (access(image, R_OK) < 0)
			continue;
		if (asprintf(&modules, "/lib/modules/%s", name.release) < 0)
			return NULL;
		if (access(modules, R_OK | X_OK) < 0)
			return KFG_TAKE_PTR(image);
		return asprintf(&path, "%s,%s", image, modules) < 0 ? NULL : path;
	}
	return NULL;
}

bool kfg_running_is(uint64_t btf_size, uint64_t btf_hash)
{
	_cleanup_free_ char *data = NULL;
	size_t n;

	return kfg_read_file(AT_FDCWD, BTF_DIR "/vmlinux", BTF_MAX, &data, &n) == 0 && n == btf_size &&
	       kfg_blob_btf_hash(data, n) == btf_hash;
}

static int read_one(struct kfg_collector *c, const char *name, bool kernel, struct kfg_kernel_error *error)
{
	_cleanup_free_ char *path = NULL, *data = NULL;
	size_t size;
	int r;

	if (asprintf(&path, "%s/%s", BTF_DIR, name) < 0)
		return -ENOMEM;
	r = kfg_read_file(AT_FDCWD, path, BTF_MAX, &data, &size);
	if (r < 0 && kernel) {
		snprintf(error->text, sizeof(error->text), "%s: %s", path,
			 r == -ENOENT ? "this kernel shows no BTF" : strerror(-r));
		return r;
	}
	if (kernel)
		return kfg_collector_add_kernel(c, path, data, size, error);
	/* a module that went in between is none; one that cannot be read is counted by the collector */
	return r == -ENOENT ? 0 : kfg_collector_add_module(c, path, r < 0 ? "" : data, r < 0 ? 0 : size);
}

static int read_modules(struct kfg_collector *c, struct kfg_kernel_error *error)
{
	DIR *dir = opendir(BTF_DIR);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return 0;
	while (r == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "vmlinux") != 0)
			r = read_one(c, entry->d_name, false, error);
	closedir(dir);
	return r;
}

KFG_DEFINE_CLEANUP(struct kfg_collector *, kfg_collector_free)

/* As distributions put it beside the image. */
static void read_config(struct kfg_collector *c, const char *release)
{
	_cleanup_free_ char *path = NULL, *data = NULL;
	size_t size;

	if (asprintf(&path, "/boot/config-%s", release) < 0) {
		path = NULL;
		return;
	}
	if (kfg_read_file(AT_FDCWD, path, CONFIG_MAX, &data, &size) == 0)
		kfg_collector_add_config(c, data, size);
}

int kfg_running_read(const struct kfg_kernel_memory *memory, struct kfg_blob **ret_blob,
		     struct kfg_kernel_error *ret_error)
{
	_cleanup_(kfg_collector_free_cleanup) struct kfg_collector *c = NULL;
	struct utsname name;
	int r = kfg_collector_new(memory, &c);

	if (r == 0 && uname(&name) == 0) {
		read_config(c, name.release);
		kfg_collector_add_release(c, name.release);
		kfg_collector_add_version(c, name.version);
		kfg_collector_add_arch(c, name.machine);
	}
	if (r == 0)
		r = read_one(c, "vmlinux", true, ret_error);
	if (r == 0)
		r = read_modules(c, ret_error);
	return r < 0 ? r : kfg_collector_blob(c, "running", ret_blob);
}
