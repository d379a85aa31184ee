/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel.h - a kernel that programs are meant for, as data: its BTF, its kfuncs, and what could not be learnt about it.
 * It comes from the running kernel, or from a file: raw BTF, vmlinux, bzImage, an arm64 Image, a .deb or .rpm, or a
 * directory of these (an unpacked package, /lib/modules/VERSION, several packages), or a list of files and directories
 * that make up one kernel, separated by commas; or a facts file (facts.h). Nothing is asked of the network, nothing
 * needs root.
 *
 * Prefix: kfg_kfunc.
 */
#pragma once

#include "analysis/btf/btf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kfg_kernel;
struct kfg_kernel_memory; /* memory.h */

/* One kfunc of a kernel. Strings and BTF belong to the kernel. */
struct kfg_kfunc {
	const char *name;
	const char *module; /* NULL: the kernel itself */
	const struct kfg_btf *btf; /* where its FUNC is */
	uint32_t id; /* of the FUNC */
	uint32_t flags; /* KF_*, as that kernel numbers them (include/linux/btf.h differs between versions) */
	uint64_t prog_types; /* bit per enum bpf_prog_type that it is registered for; valid if types_known */
	bool types_known;
	bool filtered; /* the kernel asks a function of its own, too, whether this program may call it */
	bool registered; /* in a set of kfuncs; else it was seen by its decl tag alone, and the sets are not known */
	bool deprecated; /* the kernel itself says so, by a tag or a flag (deprecated.h) */
	bool flagged_deprecated; /* by a flag */
	const char *replacement; /* what it says is to be used instead; "" if nothing */
	bool tagged; /* has the decl tag "bpf_kfunc" */
};

/* What is known of a kernel beyond its BTF. */
struct kfg_kernel_facts {
	const char *path; /* as the user named it; "running" for the running kernel */
	const char *catalogued; /* the file of the catalogue that was taken for it by its BTF; "" if none was */
	const char *release; /* "7.3.4+deb13-amd64"; "" if the source does not tell */
	const char *version; /* "#1 SMP PREEMPT_DYNAMIC Debian 7.3.4-1 (2026-10-09)"; "" likewise */
	const char *arch; /* "x86_64", as uname(2) has it; "" likewise */
	const char *config; /* lines of its configuration (config.h); "" likewise */
	uint64_t btf_size, btf_hash; /* of its BTF; kfg_blob_btf_hash() */
	bool sets_known; /* registration was read from the image's own sets, not guessed from decl tags */
	bool modules_known; /* the modules belonging to it were there */
	size_t n_modules; /* modules whose BTF was read */
	size_t n_bad_modules; /* modules that have no BTF, or one that could not be read */
	const char *bad_modules; /* their names, separated by commas; cut where there are many */
	size_t n_odd; /* entries of kfunc sets that are no functions */
	const char *limits; /* what could not be checked and why, one sentence; "" if nothing */
};

struct kfg_kernel_error {
	char text[256]; /* one sentence with its place: "PATH: offset 0x40: section header beyond the end" */
};

/* Told of each file of a kernel that is read, which takes seconds where there are thousands of modules. */
struct kfg_kernel_progress {
	void (*tell)(void *arg, const char *path, size_t n_modules); /* n_modules: seen so far */
	void *arg;
};

/*
 * Opens the kernel at path ("running": /sys/kernel/btf). cache_dir: where what was extracted is kept and looked for
 * (keyed by the file's path, size, mtime and inode), created on demand; NULL: no cache. Returns 0; -EBADMSG,
 * -ENOENT and other negative errno with *ret_error filled. Free with kfg_kernel_free().
 */
int kfg_kernel_open(const char *path, const char *cache_dir, struct kfg_kernel **ret_kernel,
		    struct kfg_kernel_error *ret_error);
/* The same, with progress (may be NULL). */
int kfg_kernel_open_slowly(const char *path, const char *cache_dir, const struct kfg_kernel_progress *progress,
			   struct kfg_kernel **ret_kernel, struct kfg_kernel_error *ret_error);
/*
 * The kernel that runs as it tells of itself: by /sys/kernel/btf and its memory (memory.h), without its image. Modules
 * that are not loaded are not in it. Errors as above.
 */
int kfg_kernel_open_memory(const struct kfg_kernel_memory *memory, struct kfg_kernel **ret_kernel,
			   struct kfg_kernel_error *ret_error);
/*
 * Whether what was asked about it up to now, and about the nearest, was all there to be read: a kernel of the catalogue
 * is read piece by piece. Returns 0; a negative errno with *ret_error: an answer may have been given without something
 * that the file holds.
 */
int kfg_kernel_was_read(const struct kfg_kernel *kernel, struct kfg_kernel_error *ret_error);
void kfg_kernel_free(struct kfg_kernel *kernel); /* accepts NULL */

/*
 * The kernel that is asked about what this one's BTF does not tell; NULL: none. kfg_kernel_find_nearest() looks for it
 * in the catalogue, where the sets of the kernel at hand are not known: one of the same release line, if the release is
 * known and there is one, and of those the one whose kfuncs differ least. It is another kernel: what it says is no fact
 * about this one. Returns 0 (found or not) or -ENOMEM.
 */
int kfg_kernel_find_nearest(struct kfg_kernel *kernel);
const struct kfg_kernel *kfg_kernel_nearest(const struct kfg_kernel *kernel);

void kfg_kernel_facts(const struct kfg_kernel *kernel, struct kfg_kernel_facts *ret_facts);
const struct kfg_btf *kfg_kernel_btf(const struct kfg_kernel *kernel); /* of vmlinux */

/* All kfuncs, sorted by name, then module; the kernel itself first. */
const struct kfg_kfunc *kfg_kernel_kfunc_list(const struct kfg_kernel *kernel, size_t *ret_n);
/* The kfunc of that name as libbpf finds it: vmlinux first, then modules. NULL: there is none. */
const struct kfg_kfunc *kfg_kernel_kfunc_find(const struct kfg_kernel *kernel, const char *name);
/*
 * A FUNC of that name in the BTF of vmlinux or a module, kfunc or not. *ret_module NULL: vmlinux.
 * Returns its id, 0: none.
 */
uint32_t kfg_kernel_func_find(const struct kfg_kernel *kernel, const char *name, const struct kfg_btf **ret_btf,
			      const char **ret_module);
/*
 * A type (STRUCT, UNION, ENUM, TYPEDEF, ...) by kind and name, in vmlinux first, then in modules with BTF at hand.
 * Returns its id, 0: none.
 */
uint32_t kfg_kernel_type_find(const struct kfg_kernel *kernel, const char *name, unsigned kind,
			      const struct kfg_btf **ret_btf, const char **ret_module);
