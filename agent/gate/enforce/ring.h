/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ring.h - reads a BPF ring buffer, and gives its memory back only when told to. libbpf's reader acknowledges each
 * entry as soon as its callback returns; here an entry that was read stays in the kernel's ring until what became of it
 * is certain. Whoever dies before leaves it to the next reader of the same map.
 *
 * The layout is the kernel's (Documentation/bpf/ringbuf.rst, kernel/bpf/ringbuf.c, 6.1..7.3): a page with the position
 * of the consumer, one with that of the producer, then the data, mapped twice in a row so that no entry is cut in two.
 * Both sides read the position of the other, and the kernel's mark on an entry, by loads that acquire, and write by
 * stores that release.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Where it is mapped; copies are the same ring. All zero: not open. */
struct kfg_ring {
	uint64_t *consumer; /* released up to here */
	const uint64_t *producer;
	const char *data;
	uint64_t mask; /* size of the data - 1 */
	uint64_t at; /* read up to here */
};

/* Maps the ring of a map. Reading begins behind what was released last. Negative errno. */
int kfg_ring_open(int map_fd, struct kfg_ring *ret_ring);

/* end: what to release when nothing more is to be done about this entry and all before it. Non-zero: not now. */
typedef int kfg_ring_fn(void *userdata, const void *data, size_t size, uint64_t end);

/*
 * Calls fn for at most max entries, in order. An entry for which fn returns non-zero is the next one of the next call.
 * Returns how many were read, or what fn returned, which should be negative.
 */
int kfg_ring_read(struct kfg_ring *ring, size_t max, kfg_ring_fn *fn, void *userdata);

/* Gives back all up to `end`. Positions only grow, whoever else releases: an older one does nothing. */
void kfg_ring_release(const struct kfg_ring *ring, uint64_t end);

/* Unmaps it, for all copies. Accepts one that is not open. */
void kfg_ring_close(struct kfg_ring *ring);
