/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tarball.h - a .tar.gz written member by member. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct kfg_tarball;

/*
 * Makes the file, which must not be there yet, for its owner's eyes alone. made: seconds since 1970, the time of all
 * members. Negative errno; else *ret_tarball is to be given to kfg_tarball_finish().
 */
int kfg_tarball_create(const char *path, int64_t made, struct kfg_tarball **ret_tarball);
/* Adds a file of that name. Negative errno. */
int kfg_tarball_add(struct kfg_tarball *tarball, const char *name, const char *data, size_t size);
/* Writes the end and frees it; accepts NULL. Negative errno: the file is not whole. */
int kfg_tarball_finish(struct kfg_tarball *tarball);
