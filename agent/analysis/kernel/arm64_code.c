/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/kernel/arm64_code.h"

#include <string.h>

#define TEMPORARY 0x7ffffu /* x0 to x18: gone after a call (AAPCS64) */
#define RET 0xd65f03c0u
#define RETAA 0xd65f0bffu
#define PACIASP 0xd503233fu /* at the start of functions */

static int64_t sign_extend(uint64_t value, unsigned bits)
{
	return (int64_t)(value << (64 - bits)) >> (64 - bits);
}

uint64_t kfg_arm64_target(uint32_t insn, uint64_t addr)
{
	if ((insn & 0x7c000000) != 0x14000000)
		return 0;
	return addr + (uint64_t)sign_extend(insn & 0x3ffffff, 26) * 4;
}

static void set(struct kfg_arm64_registers *r, unsigned reg, uint64_t value)
{
	if (reg == 31)
		return;
	r->value[reg] = value;
	r->known |= 1u << reg;
}

static void forget(struct kfg_arm64_registers *r, unsigned reg)
{
	r->known &= ~(1u << reg);
}

static uint64_t page_offset(uint32_t insn)
{
	return (uint64_t)sign_extend((insn >> 5 & 0x7ffff) << 2 | (insn >> 29 & 3), 21);
}

/* Data processing with an immediate: all of it writes Rd. */
static void immediate(struct kfg_arm64_registers *r, uint32_t insn, uint64_t addr)
{
	unsigned to = insn & 31, from = insn >> 5 & 31;
	uint64_t imm = (uint64_t)(insn >> 10 & 0xfff) << (insn >> 22 & 1 ? 12 : 0);

	if ((insn & 0x9f000000) == 0x90000000) /* adrp */
		set(r, to, (addr & ~(uint64_t)0xfff) + page_offset(insn) * 4096);
	else if ((insn & 0x9f000000) == 0x10000000) /* adr */
		set(r, to, addr + page_offset(insn));
	else if ((insn & 0xff800000) == 0x91000000 && kfg_arm64_knows(r, from)) /* add, 64 bit */
		set(r, to, r->value[from] + imm);
	else if ((insn & 0x7f800000) == 0x52800000) /* movz */
		set(r, to, (uint64_t)(insn >> 5 & 0xffff) << 16 * (insn >> 21 & 3));
	else
		forget(r, to);
}

static void registers(struct kfg_arm64_registers *r, uint32_t insn)
{
	unsigned to = insn & 31, from = insn >> 16 & 31;

	if ((insn & 0x1fe00000) == 0x1a400000) /* ccmp, ccmn: bits in the place of Rd are flags */
		return;
	if ((insn & 0x7fe0ffe0) != 0x2a0003e0) /* orr Rd, xzr, Rm: mov */
		forget(r, to);
	else if (from == 31)
		set(r, to, 0);
	else if (kfg_arm64_knows(r, from))
		set(r, to, r->value[from]);
	else
		forget(r, to);
}

/* A word that the image holds: compilers keep addresses in a table, too (6.1: ldr Xt, [Xn, #offset]). */
static bool load_address(const struct kfg_image *image, struct kfg_arm64_registers *r, uint32_t insn)
{
	unsigned from = insn >> 5 & 31;
	const uint8_t *at;
	uint64_t value;

	if ((insn & 0xffc00000) != 0xf9400000 || !kfg_arm64_knows(r, from))
		return false;
	at = kfg_image_at(image, r->value[from] + 8 * (uint64_t)(insn >> 10 & 0xfff), sizeof(value));
	if (!at)
		return false;
	memcpy(&value, at, sizeof(value));
	set(r, insn & 31, value);
	return true;
}

static void memory(const struct kfg_image *image, struct kfg_arm64_registers *r, uint32_t insn)
{
	bool vector = insn >> 26 & 1, pair = (insn & 0x3a000000) == 0x28000000, loads = insn >> 22 & 1;

	if (vector || load_address(image, r, insn))
		return;
	if ((insn & 0x3b000000) == 0x18000000) /* from a place beside the code */
		loads = true;
	else if ((insn & 0x3a000000) == 0x38000000)
		loads = insn >> 22 &
			3; /* signed ones, too, and atomics, whose old value is Rt: bits 23 and 22 or bit 21 */
	if ((insn & 0x3b200c00) == 0x38200000)
		loads = true;
	if (loads)
		forget(r, insn & 31);
	if (loads && pair)
		forget(r, insn >> 10 & 31);
	/* a base that moves on: before or after the access */
	if ((pair && insn >> 23 & 1) || ((insn & 0x3b200400) == 0x38000400))
		forget(r, insn >> 5 & 31);
}

/* What registers hold where a jump leads. A few at a time: code jumps forward, and not far. */
#define AHEAD_MAX 16u
struct flow {
	struct kfg_arm64_registers regs;
	bool ended; /* what comes next is not reached from the instruction before it */
	struct {
		uint64_t addr;
		struct kfg_arm64_registers regs;
	} ahead[AHEAD_MAX];
	unsigned next;
};

static void jump_ahead(struct flow *f, uint64_t from, int64_t distance, const struct kfg_arm64_registers *regs)
{
	if (distance <= 0)
		return;
	f->ahead[f->next % AHEAD_MAX].addr = from + (uint64_t)distance;
	f->ahead[f->next % AHEAD_MAX].regs = *regs;
	f->next++;
}

static void meet(struct kfg_arm64_registers *r, const struct kfg_arm64_registers *other)
{
	r->known &= other->known;
	for (unsigned i = 0; i < 31; i++)
		if (kfg_arm64_knows(r, i) && r->value[i] != other->value[i])
			forget(r, i);
}

/* What holds at an address: that which holds on all the ways there that were seen. */
static void arrive(struct flow *f, uint64_t addr)
{
	bool ended = f->ended;

	for (unsigned i = 0; i < AHEAD_MAX; i++) {
		if (f->ahead[i].addr != addr)
			continue;
		if (f->ended)
			f->regs = f->ahead[i].regs;
		else
			meet(&f->regs, &f->ahead[i].regs);
		f->ended = false;
		f->ahead[i].addr = 0;
	}
	if (ended && f->ended)
		f->regs.known &= ~TEMPORARY;
	f->ended = false;
}

static void branch(struct flow *f, uint32_t insn, uint64_t addr)
{
	struct kfg_arm64_registers taken = f->regs;
	unsigned reg = insn & 31;
	int64_t distance = sign_extend(insn >> 5 & 0x7ffff, 19) * 4;

	if ((insn & 0xfc000000) == 0x94000000 || (insn & 0xfffff000) == 0xd63f0000) { /* bl, blr */
		f->regs.known &= ~TEMPORARY;
	} else if ((insn & 0xfc000000) == 0x14000000) { /* b */
		jump_ahead(f, addr, sign_extend(insn & 0x3ffffff, 26) * 4, &f->regs);
		f->ended = true;
	} else if (insn == RET || insn == RETAA || (insn & 0xfffffc1f) == 0xd61f0000) {
		f->ended = true;
	} else if (insn == PACIASP) {
		f->regs.known = 0;
	} else if ((insn & 0x7f000000) == 0x34000000) { /* cbz: what is 0 is known where it jumps to, */
		set(&taken, reg, 0);
		jump_ahead(f, addr, distance, &taken);
	} else if ((insn & 0x7f000000) == 0x35000000) { /* cbnz: and behind it */
		jump_ahead(f, addr, distance, &taken);
		set(&f->regs, reg, 0);
	} else if ((insn & 0xff000010) == 0x54000000) { /* b.cond */
		jump_ahead(f, addr, distance, &taken);
	} else if ((insn & 0x7e000000) == 0x36000000) { /* tbz, tbnz */
		jump_ahead(f, addr, sign_extend(insn >> 5 & 0x3fff, 14) * 4, &taken);
	}
}

static void carry_out(const struct kfg_image *image, struct flow *f, uint32_t insn, uint64_t addr)
{
	struct kfg_arm64_registers *r = &f->regs;

	switch (insn >> 25 & 0xf) {
	case 8:
	case 9:
		immediate(r, insn, addr);
		break;
	case 10:
	case 11:
		branch(f, insn, addr);
		break;
	case 5:
	case 13:
		registers(r, insn);
		break;
	case 4:
	case 6:
	case 12:
	case 14:
		memory(image, r, insn);
		break;
	default:
		break;
	}
}

void kfg_arm64_follow(const struct kfg_image *image, const struct kfg_image_part *code, kfg_arm64_step_fn *step,
		      void *arg)
{
	struct flow f = { .ended = false };

	for (uint64_t at = 0; at + 4 <= code->size; at += 4) {
		uint32_t insn;

		memcpy(&insn, code->data + at, sizeof(insn));
		arrive(&f, code->addr + at);
		if (!step(arg, &f.regs, insn, code->addr + at))
			return;
		carry_out(image, &f, insn, code->addr + at);
	}
}
