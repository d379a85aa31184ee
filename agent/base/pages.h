/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pages.h - memory that came from a file and is not needed for now */
#pragma once

#include <stddef.h>

/*
 * Lets go of the pages that lie within size bytes of constant data of the executable or a library. They are read from
 * the file again when they are looked at.
 */
void kfg_pages_release(const void *data, size_t size);
