/* SPDX-License-Identifier: GPL-2.0-or-later */
/* writers.h - who but root may write to a file, or put another in its place. */
#pragma once

#include "policy/diag.h"

/*
 * Adds a warning about the file, and about each directory above it, that somebody else than root and the caller owns,
 * or that others may write to. before: a path that was examined before, whose directories are not named again; NULL:
 * none. What cannot be looked at is not warned about.
 */
void kfg_config_examine_writers(const char *path, const char *before, struct kfg_diags *diags);
