/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64_relocate.h - what a relocation of an arm64 module makes of the bytes at its place. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Applies a relocation of a module to its place (4 or 8 bytes): arch/arm64/kernel/module.c, 6.1..7.3. False: unknown */
bool kfg_arm64_relocate(unsigned type, uint8_t *place, uint64_t place_size, uint64_t addr, uint64_t value);
