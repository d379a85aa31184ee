/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm64_code.h - which numbers arm64 code puts into registers before it calls something. Addresses are put together
 * from a page and an offset (adrp, add), so each instruction is followed. Arm Architecture Reference Manual, C4.1.
 * Prefix: kfg_arm64.
 */
#pragma once

#include "analysis/kernel/image.h"

/* What is known of a register; 31 is none. */
struct kfg_arm64_registers {
	uint64_t value[32];
	uint32_t known; /* bit for each */
};

static inline bool kfg_arm64_knows(const struct kfg_arm64_registers *regs, unsigned reg)
{
	return regs->known >> reg & 1;
}

/* insn: what is carried out next, at an address, with these registers. Returns false: no more of it. */
typedef bool kfg_arm64_step_fn(void *arg, const struct kfg_arm64_registers *regs, uint32_t insn, uint64_t addr);

/*
 * Follows code of the image as it stands there; work is linear in its size. A register is known
 * if it holds one number on all the ways forward that were seen to lead there.
 */
void kfg_arm64_follow(const struct kfg_image *image, const struct kfg_image_part *code, kfg_arm64_step_fn *step,
		      void *arg);

/* Where b or bl at an address leads; 0: it is neither. */
uint64_t kfg_arm64_target(uint32_t insn, uint64_t addr);
