/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernels.h - the kernels that --kernel names; the running one without it. */
#pragma once

#include "base/args.h"
#include "analysis/kernel/kernel.h"

#define KFG_NO_CACHE_OPTION                                                                                            \
	{                                                                                                              \
		"no-cache", NULL, "neither use nor fill the cache of kernels in $XDG_CACHE_HOME/kfgate", false         \
	}

#define KFG_KERNEL_OPTIONS                                                                                             \
	{ "kernel", "KERNEL",                                                                                          \
	  "look at KERNEL, not at the running one: facts, BTF, vmlinux, a boot image, a .deb or .rpm, a "              \
	  "directory that holds them, several of these that make up one kernel, separated by commas, or a "            \
	  "name in the catalogue (debian:trixie, 6.12, 7.3.4+deb13-amd64); may be repeated",                           \
	  true },                                                                                                      \
		KFG_NO_CACHE_OPTION

struct kfg_kernels {
	struct kfg_kernel **items; /* owned */
	size_t n;
};

/*
 * Opens what --kernel says: files, and what is no file by its name in the catalogue, where one name may mean several
 * kernels (flavours of one version). Uses the cache, unless --no-cache forbids it. What takes longer than a second
 * says so on standard error, if that is a terminal. Logs what is wrong. Returns 0 or a negative errno with nothing to
 * free.
 */
int kfg_kernels_open(const struct kfg_args *args, const char *verb, struct kfg_kernels *ret_kernels);
/* The same for n names, each of which means one kernel. */
int kfg_kernels_open_paths(const struct kfg_args *args, const char *const *paths, size_t n, const char *verb,
			   struct kfg_kernels *ret_kernels);
/*
 * Looks for the nearest kernel of the catalogue to each whose sets are not known (kfg_kernel_find_nearest()), and says
 * which one that is. Returns 0 or -ENOMEM.
 */
int kfg_kernels_find_nearest(const struct kfg_kernels *kernels, const char *verb);
/*
 * Accepts a zeroed struct. Returns 0; a negative errno, and logs it: something could not be read when the verb asked
 * for it (kfg_kernel_was_read()), so that what it has said may be wrong.
 */
int kfg_kernels_done(struct kfg_kernels *kernels, const char *verb) __attribute__((warn_unused_result));

/*
 * The release of the kernel that a name means: a release itself ("6.12.57"), a file with facts or an image, or a
 * name in the catalogue, of whose kernels the newest counts. Writes it to buf; logs what is wrong. Returns 0 or a
 * negative errno.
 */
int kfg_kernels_release(const struct kfg_args *args, const char *name, const char *verb, char *buf, size_t size);

/* What a kernel is called in a report: its release, or, where it does not tell that, its path. */
const char *kfg_kernels_name(const struct kfg_kernel *kernel);
