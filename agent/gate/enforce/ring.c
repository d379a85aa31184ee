/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ring.c - see ring.h */
#include "gate/enforce/ring.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

int kfg_ring_open(int map_fd, struct kfg_ring *ret_ring)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *consumer, *rest;

	if (bpf_obj_get_info_by_fd(map_fd, &info, &len))
		return -errno;
	consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (consumer == MAP_FAILED)
		return -errno;
	rest = mmap(NULL, page + 2 * (size_t)info.max_entries, PROT_READ, MAP_SHARED, map_fd, (off_t)page);
	if (rest == MAP_FAILED) {
		int r = -errno;

		(void)munmap(consumer, page);
		return r;
	}
	*ret_ring = (struct kfg_ring){
		.consumer = (uint64_t *)consumer,
		.producer = (const uint64_t *)rest,
		.data = rest + page,
		.mask = info.max_entries - 1,
		.at = __atomic_load_n((uint64_t *)consumer, __ATOMIC_ACQUIRE),
	};
	return 0;
}

int kfg_ring_read(struct kfg_ring *ring, size_t max, kfg_ring_fn *fn, void *userdata)
{
	uint64_t end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	size_t n = 0;

	while (ring->at < end && n < max) {
		const char *entry = ring->data + (ring->at & ring->mask);
		uint32_t head = __atomic_load_n((const uint32_t *)entry, __ATOMIC_ACQUIRE);
		uint32_t size = head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
		uint64_t next = ring->at + ((size + BPF_RINGBUF_HDR_SZ + 7ull) & ~7ull);

		if (head & BPF_RINGBUF_BUSY_BIT)
			break; /* it is still being written, and its writer will wake us */
		if (!(head & BPF_RINGBUF_DISCARD_BIT)) {
			int r = fn(userdata, entry + BPF_RINGBUF_HDR_SZ, size, next);

			if (r)
				return r;
			n++;
		}
		ring->at = next;
	}
	return (int)n;
}

void kfg_ring_release(const struct kfg_ring *ring, uint64_t end)
{
	uint64_t now = __atomic_load_n(ring->consumer, __ATOMIC_RELAXED);

	/* never back: the kernel may have written there since */
	while (now < end &&
	       !__atomic_compare_exchange_n(ring->consumer, &now, end, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

void kfg_ring_close(struct kfg_ring *ring)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (!ring->consumer)
		return;
	(void)munmap(ring->consumer, page);
	(void)munmap((char *)ring->data - page, page + 2 * (ring->mask + 1));
	*ring = (struct kfg_ring){ 0 };
}
