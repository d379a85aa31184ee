/* SPDX-License-Identifier: GPL-2.0-or-later */
/* find_internal.h - what the files of this room share. */
#pragma once

#include "analysis/find/find.h"

#include "policy/slots.h"
#include <sys/types.h>

struct kfg_find_inode {
	dev_t dev;
	ino_t ino;
};

struct kfg_find {
	const struct kfg_find_ops *ops;
	uint64_t limits[KFG_FIND_LIMIT_MAX];
	struct kfg_find_inode *seen; /* owned: the inodes looked at; slots.n of them */
	size_t seen_room;
	struct kfg_slots slots; /* index + 1 of what was seen */
	size_t n_repeated; /* files that were passed over, as they had been looked at */
	size_t live; /* bytes that are unpacked now */
};

/* Tells problem() by a format; returns what it returns. */
int kfg_find_problem(struct kfg_find *find, const char *label, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for a limit that was met by the file of that label. */
int kfg_find_give_up(struct kfg_find *find, const char *label, enum kfg_find_limit limit);

/*
 * Looks at one file. named: by the user, and so followed if it is a symbolic link. elf_only: what is no ELF file is
 * passed over unless its name ends as an object's does. A directory is -EISDIR, a file that is gone -ENOENT.
 */
struct kfg_find_how {
	bool named, elf_only;
};
int kfg_find_file(struct kfg_find *find, int dir_fd, const char *name, const char *path,
		  const struct kfg_find_how *how);

/* Bytes being searched. */
struct kfg_search_piece {
	const char *label;
	const uint8_t *data;
	size_t size;
};

/* One file's search; what it unpacks to is searched as part of it. */
struct kfg_search {
	struct kfg_find *find;
	const char *path;
	/* Searches bytes that were unpacked as the file itself is searched. */
	int (*search)(struct kfg_search *s, const struct kfg_search_piece *piece);
	size_t unpacked; /* bytes, in all */
	size_t sections; /* section headers that may still be looked at */
	unsigned depth; /* of what is unpacked from what was unpacked */
	unsigned n_problems, n_objects, n_light;
};

/* find_search.c. All return 0 or what ends the search: -ENOMEM, what a callback returned. */
int kfg_search_problem(struct kfg_search *s, const struct kfg_search_piece *piece, size_t at, const char *why);
int kfg_search_give_up(struct kfg_search *s, const struct kfg_search_piece *piece, size_t at,
		       enum kfg_find_limit limit);
/* Searches what was unpacked from a piece; label names it. */
int kfg_search_unpacked(struct kfg_search *s, const char *label, const uint8_t *data, size_t size);
/*
 * Whether more may be unpacked from the piece at all: 1 yes; 0: no, which was reported. *ret_max: how much at once.
 */
int kfg_search_may_unpack(struct kfg_search *s, const struct kfg_search_piece *piece, size_t at, size_t *ret_max);

/* Of a piece: from an offset up to another one. */
struct kfg_search_region {
	size_t from, to;
};

/*
 * Searches the members of an archive, or what a compressed file unpacks to, where a piece is one as a whole. *rest, the
 * whole piece before, is then what is no part of it.
 */
int kfg_search_archive(struct kfg_search *s, const struct kfg_search_piece *piece, struct kfg_search_region *rest);
/*
 * Searches what is written as text in a piece: strings with escapes and lists of numbers, as source code holds objects;
 * base64.
 */
int kfg_search_encoded(struct kfg_search *s, const struct kfg_search_piece *piece);
