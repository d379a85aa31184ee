/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * light_skeleton.h - a light skeleton (bpftool gen skeleton -L) is a loader program and a blob of data: no ELF, no
 * BTF of its kfuncs' prototypes. The loader asks the kernel for each kfunc by its name, writes the id into the call
 * instruction, and loads the program. That is read here out of the loader's instructions (libbpf, src/gen_loader.c,
 * 0.8 to 1.6).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KFG_LIGHT_SKELETON_NAME_LEN 17u

struct kfg_light_skeleton_program {
	char name[KFG_LIGHT_SKELETON_NAME_LEN]; /* "" unknown */
	uint32_t type; /* enum bpf_prog_type; 0: unknown */
};

/* A call of a kfunc. */
struct kfg_light_skeleton_call {
	const char *kfunc; /* inside of the bytes given */
	bool weak; /* the loader goes on without it */
	size_t program; /* index; n_programs: no load follows */
	uint32_t insn; /* index in the program; UINT32_MAX: unknown */
};

struct kfg_light_skeleton {
	struct kfg_light_skeleton_program *programs;
	size_t n_programs;
	struct kfg_light_skeleton_call *calls; /* owned, as programs */
	size_t n_calls;
	const char *limits; /* what could not be seen, one sentence; never "" */
};

/*
 * Reads the light skeleton whose loader starts at `at` (found by its first instructions) and whose data is somewhere in
 * the same bytes. Returns 0; -EBADMSG with *ret_why (a static string); -ENOMEM. Free with kfg_light_skeleton_done().
 */
int kfg_light_skeleton_read(const uint8_t *data, size_t size, size_t at, struct kfg_light_skeleton *ret_skeleton,
			    const char **ret_why);
void kfg_light_skeleton_done(struct kfg_light_skeleton *skeleton); /* accepts a zeroed struct */
