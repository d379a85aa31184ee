/* SPDX-License-Identifier: GPL-2.0-or-later */
/* create.c - see create.h */
#include "gate/enforce/create.h"

#include "base/cleanup.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/*
 * BPF_MAP_FREEZE answers EPERM or EBUSY for a frozen map (map_freeze(), kernel/bpf/syscall.c, 6.1..7.3), and EBUSY
 * while somebody has it mapped for writing, or writes.
 */
static bool is_frozen(int map)
{
	_cleanup_fclose_ FILE *f = NULL;
	char path[48], line[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", map);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (strcmp(line, "frozen:\t1\n") == 0)
			return true;
	return false;
}

#define TRIES 100

int kfg_create_freeze(int map)
{
	for (int i = 0; i < TRIES; i++) {
		int r = bpf_map_freeze(map) ? -errno : 0;

		if (!r || is_frozen(map))
			return 0;
		if (r != -EBUSY)
			return r;
	}
	return -EBUSY;
}

static bool is_mapped(const struct bpf_map *map)
{
	return bpf_map__is_internal(map) || bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF ||
	       (bpf_map__map_flags(map) & BPF_F_MMAPABLE);
}

const struct bpf_map_skeleton *kfg_create_map_of(const struct bpf_object_skeleton *skeleton, int i)
{
	return (const void *)((const char *)skeleton->maps + (size_t)i * (size_t)skeleton->map_skel_sz);
}

const struct bpf_prog_skeleton *kfg_create_prog_of(const struct bpf_object_skeleton *skeleton, int i)
{
	return (const void *)((const char *)skeleton->progs + (size_t)i * (size_t)skeleton->prog_skel_sz);
}

int kfg_create_object(struct bpf_object_skeleton *skeleton, const struct bpf_map *const *written, size_t n)
{
	int r = bpf_object__load_skeleton(skeleton);

	for (int i = 0; !r && i < skeleton->map_cnt; i++) {
		const struct bpf_map *map = *kfg_create_map_of(skeleton, i)->map;
		bool keep = is_mapped(map) || bpf_map__fd(map) < 0;

		for (size_t j = 0; j < n; j++)
			keep = keep || map == written[j];
		if (!keep)
			r = kfg_create_freeze(bpf_map__fd(map));
	}
	return r;
}

int kfg_create_array(const char *name, unsigned value_size, unsigned n, unsigned flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = flags);

	return bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(__u32), value_size, n, &opts);
}

int kfg_create_prog(enum bpf_prog_type type, const char *name, const struct bpf_insn *insns, size_t n,
		    struct bpf_prog_load_opts *opts)
{
	return bpf_prog_load(type, name, "GPL", insns, n, opts);
}

/*
 * By its type, and not by its section, which may name another (hooking.h): bpf_program__attach() takes a program whose
 * type was changed by its section up to libbpf 1.1, and not at all later (bpf_program__set_type()).
 */
struct bpf_link *kfg_create_link(const struct bpf_program *prog)
{
	switch (bpf_program__type(prog)) {
	case BPF_PROG_TYPE_LSM:
		return bpf_program__attach_lsm(prog);
	case BPF_PROG_TYPE_TRACING:
		if (bpf_program__expected_attach_type(prog) == BPF_TRACE_ITER)
			return bpf_program__attach_iter(prog, NULL);
		return bpf_program__attach_trace(prog);
	default:
		errno = EOPNOTSUPP;
		return NULL;
	}
}

int kfg_create_iterator(const struct bpf_link *link)
{
	int fd = bpf_iter_create(bpf_link__fd(link));

	return fd < 0 ? -errno : fd;
}
