/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * create.h - the one place that makes BPF maps, programs, links and iterators (tests/check/create.py keeps it so). What
 * is made here the guard knows: what was there before it is told by kfg_guard_objects(), what comes later it sees being
 * made. And what no system call has to write is frozen: a descriptor of it, however somebody came by one, is for
 * reading.
 */
#pragma once

#include <bpf/bpf.h>
#include <stddef.h>

struct bpf_link;
struct bpf_map;
struct bpf_map_skeleton;
struct bpf_object_skeleton;
struct bpf_prog_skeleton;
struct bpf_program;

/*
 * The i-th map and program of a skeleton. Its arrays are not to be indexed: an entry has the size that bpftool gave it,
 * and libbpf's header may know more members (libbpf 1.5: 32 bytes, bpftool 7.5: 24).
 */
const struct bpf_map_skeleton *kfg_create_map_of(const struct bpf_object_skeleton *skeleton, int i);
const struct bpf_prog_skeleton *kfg_create_prog_of(const struct bpf_object_skeleton *skeleton, int i);

/*
 * Loads an object that was opened: its maps and programs. Its maps are frozen (BPF_MAP_FREEZE: programs go on writing),
 * but for ring buffers, variables and maps with BPF_F_MMAPABLE, which are mapped, and for the n in `written`, which the
 * agent writes by system calls. Negative errno.
 */
int kfg_create_object(struct bpf_object_skeleton *skeleton, const struct bpf_map *const *written, size_t n);

/* An array of so many values of that size, for one policy; a descriptor, or a negative errno. */
int kfg_create_array(const char *name, unsigned value_size, unsigned n, unsigned flags);
/* No system call writes to the map any more. 0, also if it was so already, or a negative errno. */
int kfg_create_freeze(int map);

/* As bpf_prog_load(): a descriptor, or a negative errno. For programs that are loaded to see what the kernel says. */
int kfg_create_prog(enum bpf_prog_type type, const char *name, const struct bpf_insn *insns, size_t n,
		    struct bpf_prog_load_opts *opts);

/* Attaches a program to what its section names; NULL with errno. To be freed by bpf_link__destroy(). */
struct bpf_link *kfg_create_link(const struct bpf_program *prog);
/* A descriptor that the output of an iterator is read from, or a negative errno. */
int kfg_create_iterator(const struct bpf_link *link);
