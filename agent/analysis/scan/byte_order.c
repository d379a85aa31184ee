/* SPDX-License-Identifier: GPL-2.0-or-later */
/* byte_order.c - see byte_order.h. */
#include "analysis/scan/byte_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The widths of the fields of a record, in bytes, in their order. */
static const uint8_t insn_fields[] = { 1, 1, 2, 4 };
static const uint8_t word_field[] = { 4 };

static void swap_field(uint8_t *p, size_t width)
{
	for (size_t i = 0; i < width / 2; i++) {
		uint8_t byte = p[i];

		p[i] = p[width - 1 - i];
		p[width - 1 - i] = byte;
	}
}

static void convert_records(uint8_t *p, size_t size, const uint8_t *fields, size_t n_fields)
{
	size_t record = 0;

	for (size_t i = 0; i < n_fields; i++)
		record += fields[i];
	for (; size >= record; size -= record)
		for (size_t i = 0; i < n_fields; i++) {
			swap_field(p, fields[i]);
			p += fields[i];
		}
}

#define CONVERT(p, size, fields) convert_records(p, size, fields, sizeof(fields))

/* The two registers share a byte, and change places, too (include/uapi/linux/bpf.h, struct bpf_insn). */
static void swap_registers(uint8_t *p, size_t size)
{
	for (size_t at = 1; at < size; at += sizeof(struct bpf_insn))
		p[at] = (uint8_t)(p[at] << 4 | p[at] >> 4);
}

static bool is_code(const struct kfg_elf_section *s)
{
	return s->type == SHT_PROGBITS && (s->flags & SHF_EXECINSTR);
}

static bool is_btf_ext(const struct kfg_elf_section *s)
{
	return s->type == SHT_PROGBITS && strcmp(s->name, ".BTF.ext") == 0 && s->size >= 4;
}

int kfg_byte_order_convert(struct kfg_object_code *code)
{
	uint8_t *p = malloc(code->elf.size); /* sections of such a file do not lie over each other, see elf.c */

	if (!p)
		return -ENOMEM;
	code->converted = p;
	for (uint32_t i = 1; i < code->elf.n_sections; i++) {
		struct kfg_elf_section *s = &code->elf.sections[i];

		if (!is_code(s) && !is_btf_ext(s))
			continue;
		memcpy(p, s->data, s->size);
		if (is_code(s)) {
			CONVERT(p, s->size, insn_fields);
			swap_registers(p, s->size);
		} else {
			swap_field(p, 2); /* the magic; version and flags are bytes; all behind them are words */
			CONVERT(p + 4, s->size - 4, word_field);
		}
		s->data = p;
		p += s->size;
	}
	return 0;
}
