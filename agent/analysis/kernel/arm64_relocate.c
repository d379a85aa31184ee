/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64_relocate.c - relocations of arm64 modules. */
#include "analysis/kernel/arm64_relocate.h"

#include <elf.h>
#include <string.h>

bool kfg_arm64_relocate(unsigned type, uint8_t *place, uint64_t place_size, uint64_t addr, uint64_t value)
{
	uint64_t pages = (value >> 12) - (addr >> 12), words = (value - addr) >> 2;
	uint32_t insn = 0;

	if (type == R_AARCH64_ABS64 && place_size >= sizeof(value)) {
		memcpy(place, &value, sizeof(value));
		return true;
	}
	if (place_size < sizeof(insn))
		return false;
	memcpy(&insn, place, sizeof(insn));
	switch (type) {
	case R_AARCH64_PREL32:
		insn = (uint32_t)(value - addr);
		break;
	case R_AARCH64_ADR_PREL_PG_HI21:
	case R_AARCH64_ADR_PREL_PG_HI21_NC:
		insn = (insn & 0x9f00001f) | (uint32_t)(pages & 3) << 29 | (uint32_t)(pages >> 2 & 0x7ffff) << 5;
		break;
	case R_AARCH64_ADD_ABS_LO12_NC:
		insn = (insn & ~(0xfffu << 10)) | (uint32_t)(value & 0xfff) << 10;
		break;
	case R_AARCH64_CALL26:
	case R_AARCH64_JUMP26:
		insn = (insn & 0xfc000000) | (uint32_t)(words & 0x3ffffff);
		break;
	default:
		return false;
	}
	memcpy(place, &insn, sizeof(insn));
	return true;
}
