/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pages.h - memory that came from a file: given back for now, or made the process's own */
#pragma once

#include <stddef.h>

/*
 * Lets go of the pages that lie within size bytes of constant data of the executable or a library. They are read from
 * the file again when they are looked at.
 */
void kfg_pages_release(const void *data, size_t size);

/*
 * Makes the variables of the executable and its libraries, private writable mappings of their files, memory of no file,
 * with the same content at the same addresses. The kernel adds to such a mapping at an offset of the file that anybody
 * who may set a probe names (the semaphore of a probe, update_ref_ctr(), kernel/events/uprobes.c, 4.20 and later).
 * Only while the process has one thread. Returns 0, or a negative errno: some are still the file's.
 */
int kfg_pages_own(void);

/* Raises the limit on locked memory, as long as the process may: before it gives up its capabilities. */
void kfg_pages_may_lock(void);
/*
 * Keeps the process's memory from being swapped out, now and later: whoever may write to a swap device, or add one and
 * have the process paged out to it (process_madvise(2)), would change it. A page is locked when it is used, so that
 * locking takes no memory. What is freed within the heap is not given back from then on, nor does kfg_pages_release()
 * give any: call it when the work of a start is done. Returns 0, or a negative errno: the limit is too low.
 */
int kfg_pages_lock(void);
