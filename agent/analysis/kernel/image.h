/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image.h - code and data as they lie in memory: of a kernel at the addresses it was linked to; of a module at
 * addresses of our own choice, its relocations applied (amd64, arm64). So that one reader does for both.
 */
#pragma once

#include "analysis/elf/elf.h"

struct kfg_image_part {
	const uint8_t *data;
	uint64_t addr, size;
	bool code;
};

struct kfg_image {
	struct kfg_image_part *parts; /* owned; all that is loaded and in the file, but no BTF */
	size_t n_parts;
	struct kfg_image_part ids; /* .BTF_ids; data NULL: there is none */
	uint8_t *memory; /* owned: of a module, or of a kernel that needs it, relocated; else NULL */
	uint64_t kfunc_call, fmodret_call; /* where a module calls the kernel to register; 0: not known */
	bool amd64, arm64;
	bool module;
	/* Where bytes come from that are in no part; NULL: nowhere. They are good until it is asked again. */
	const uint8_t *(*more)(void *arg, uint64_t addr, uint64_t size);
	void *more_arg;
};

/*
 * The ELF file must outlive the image. Returns 0; -EBADMSG: relocations that lead outside; -ENOMEM. Memory: of a
 * module, a copy of its loaded sections.
 */
int kfg_image_open(const struct kfg_elf *elf, struct kfg_image *ret_image);
void kfg_image_done(struct kfg_image *image);

/* size bytes at an address, NULL: there are none. */
const uint8_t *kfg_image_at(const struct kfg_image *image, uint64_t addr, uint64_t size);
