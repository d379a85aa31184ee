/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * find.h - from paths to BPF objects: a BPF ELF file; any file that holds BPF ELF objects at any offset (C skeletons,
 * bpf2go, include_bytes!); what a gzip, zstd or xz stream in it or a compressed ELF section unpacks to; the members of
 * archives; objects that source code spells out, or that stand in base64; light skeletons (bpftool gen skeleton -L),
 * which are no ELF; directories; the packages of the host. Nothing is left out silently: what could not be looked at is
 * reported to problem().
 */
#pragma once

#include "analysis/find/limits.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Something to be looked at. Valid during the call only. */
struct kfg_find_object {
	const char *label; /* "FILE", "FILE@0x1f40", "FILE@0x80(gzip)", "FILE:.section(zlib)@0x40" */
	const char *path; /* of the file it is in */
	const uint8_t *data;
	size_t size;
	bool light_skeleton; /* a light skeleton's loader starts at `at`; else data is a BPF ELF object, and at is 0 */
	size_t at;
};

struct kfg_find_ops {
	int (*found)(void *userdata, const struct kfg_find_object *found); /* negative errno: stop */
	int (*problem)(void *userdata, const char *label, const char *why); /* could not be checked; as found() */
	void (*file)(void *userdata, const char *path); /* before each file; may be NULL */
	void *userdata;
};

struct kfg_find;

/* ops must outlive the search. -ENOMEM. Free with kfg_find_free(). */
int kfg_find_new(const struct kfg_find_ops *ops, struct kfg_find **ret_find);
void kfg_find_free(struct kfg_find *find); /* accepts NULL */
/* Replaces a limit (limits.h), for tests. */
void kfg_find_set_limit(struct kfg_find *find, enum kfg_find_limit limit, uint64_t value);

/*
 * A file, or all regular files below a directory, sorted by name; symbolic links are followed where they are named by
 * the caller, not below directories. Each inode is looked at once in the life of a search. Returns 0; -ENOENT: there is
 * no such path; -ENOMEM; what the callbacks return. A file that is cut while it is mapped ends the process by SIGBUS.
 */
int kfg_find_path(struct kfg_find *find, const char *path);

/* Files that were passed over because they had been looked at: named twice, or by another link. */
size_t kfg_find_n_repeated(const struct kfg_find *find);
/*
 * The ELF files, and files whose name ends as objects' do, of the installed packages: the lists of dpkg below
 * dpkg_dir (NULL: /var/lib/dpkg/info), else what `rpm -qal` prints. Files that are gone are passed over.
 * -ENOENT: there is neither.
 */
int kfg_find_installed(struct kfg_find *find, const char *dpkg_dir);

/* Bytes that came from elsewhere. */
int kfg_find_bytes(struct kfg_find *find, const char *path, const void *data, size_t size);
