/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_no_such_one(void) __weak __ksym;
extern int bpf_strlen(const char *s) __weak __ksym;

static int loop(__u64 i, void *ctx)
{
	return bpf_no_such_one();
}

static int loop_guarded(__u64 i, void *ctx)
{
	return bpf_ksym_exists(bpf_strlen) ? bpf_strlen(text) & 0 : 0;
}

SEC("syscall") int guarded_outside(void *ctx)
{
	if (bpf_ksym_exists(bpf_no_such_one))
		bpf_loop(4, loop, NULL, 0);
	return 0;
}

SEC("syscall") int guarded_inside(void *ctx)
{
	bpf_loop(4, loop_guarded, NULL, 0);
	return 0;
}

SEC("syscall") int not_guarded(void *ctx)
{
	bpf_loop(4, loop, NULL, 0);
	return 0;
}

struct elem {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct elem);
} timers SEC(".maps");

static int later(void *map, int *key, struct elem *value)
{
	return bpf_no_such_one() & 0;
}

SEC("tc") int by_timer(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *elem = bpf_map_lookup_elem(&timers, &key);

	if (elem && !bpf_timer_init(&elem->timer, &timers, 1))
		bpf_timer_set_callback(&elem->timer, later);
	return 0;
}

static long each(void *map, int *key, struct elem *value, void *ctx)
{
	return *(int *)ctx ? bpf_no_such_one() : 0;
}

SEC("tc") int context_of_callback(struct __sk_buff *skb)
{
	int there = bpf_ksym_exists(bpf_no_such_one);

	bpf_for_each_map_elem(&timers, each, &there, 0);
	return 0;
}
