/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * catalogue.h - facts files of many kernels in one directory, to be had by name: "debian:trixie", "6.12", "6.12.117",
 * "7.3.4+deb13-cloud-amd64". The file "index.tsv" beside them says which suites of a distribution have which.
 */
#pragma once

#include "analysis/kernel/facts.h"

struct kfg_catalogue_entry {
	char *path; /* owned */
	char *suites; /* owned; "bookworm bookworm-security", or "" */
	struct kfg_facts_head head;
};

struct kfg_catalogue {
	struct kfg_catalogue_entry *entries; /* owned; by release, older ones first */
	size_t n;
	size_t n_damaged; /* files that could not be read */
	char damaged[256]; /* what is wrong with the first of them */
};

/* Reads the heads of all files. A directory that is not there has no entries. Returns 0 or -ENOMEM. */
int kfg_catalogue_open(const char *dir, struct kfg_catalogue *ret_catalogue);
void kfg_catalogue_done(struct kfg_catalogue *catalogue); /* accepts a zeroed struct */

/*
 * The entries that a name means, as indices: a whole release; a suite ("debian:trixie"), with its newest version and
 * all flavours of it; or the beginning of a release up to a dot or sign ("6.12"), likewise. Of the last two the host's
 * architecture is meant where it has any, or the one that stands before: "arm64:6.12". Returns how many, at most max.
 */
size_t kfg_catalogue_find(const struct kfg_catalogue *catalogue, const char *name, size_t *ret_indices, size_t max);
/* Whether a text can be such a name: what is none is a file. */
bool kfg_catalogue_is_name(const char *text);
/* The entry whose kernel has that BTF; NULL: none. */
const struct kfg_catalogue_entry *kfg_catalogue_find_btf(const struct kfg_catalogue *catalogue, uint64_t size,
							 uint64_t hash);
/* Orders releases as people do: "6.9" before "6.12", "7.3~rc7" before "7.3". */
int kfg_catalogue_release_compare(const char *a, const char *b);
