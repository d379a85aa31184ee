/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catalogue_dir.h - where the facts of many kernels and their dictionary are. */
#pragma once

#include <stdbool.h>

#define KFG_CATALOGUE_DIR "/usr/share/kfgate/kernels"

/* KFG_CATALOGUE_DIR, or what the environment's KFGATE_KERNELS names instead. */
const char *kfg_catalogue_dir(void);
/* Whether a file is one of that directory, by its path. */
bool kfg_catalogue_dir_has(const char *path);
