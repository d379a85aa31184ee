/* SPDX-License-Identifier: GPL-2.0-or-later */
/* code.c - questions about what was read of an object. */
#include "analysis/scan/code.h"
#include "policy/array.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int kfg_code_read_symbol(const struct kfg_object_code *code, uint32_t index, struct kfg_elf_symbol *ret_symbol,
			 struct kfg_object_error *error)
{
	struct kfg_elf_error why;

	return kfg_object_refuse_elf(kfg_elf_read_symbol(&code->elf, index, ret_symbol, &why), &why, error);
}

int kfg_code_take(struct kfg_object_code *code, uint32_t section, struct kfg_object_error *error)
{
	const struct kfg_elf_section *s = &code->elf.sections[section];

	if (s->size > code->unread)
		return kfg_object_refuse(error, s->offset, "section %u overlaps others", section);
	code->unread -= s->size;
	return 0;
}

uint32_t kfg_code_place(const struct kfg_object_code *code, uint32_t section, uint64_t offset)
{
	uint32_t low = 0, high = code->n_sections;

	/* code sections are in the order of the ELF file's */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct kfg_code_section *s = &code->sections[middle];

		if (s->section == section)
			return offset % sizeof(struct bpf_insn) == 0 && offset / sizeof(struct bpf_insn) < s->n ?
				       s->first + (uint32_t)(offset / sizeof(struct bpf_insn)) :
				       KFG_CODE_NONE;
		if (s->section < section)
			low = middle + 1;
		else
			high = middle;
	}
	return KFG_CODE_NONE;
}

uint32_t kfg_code_func_at(const struct kfg_object_code *code, uint32_t place)
{
	uint32_t low = 0, high = code->n_funcs;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (code->funcs[middle].first + code->funcs[middle].n <= place)
			low = middle + 1;
		else
			high = middle;
	}
	return low < code->n_funcs && code->funcs[low].first <= place ? low : KFG_CODE_NONE;
}

uint32_t kfg_code_insn(const struct kfg_object_code *code, uint32_t place)
{
	uint32_t low = 0, high = code->n_sections;

	while (low + 1 < high) {
		uint32_t middle = low + (high - low) / 2;

		if (code->sections[middle].first <= place)
			low = middle;
		else
			high = middle;
	}
	return place - code->sections[low].first;
}

const struct kfg_code_note *kfg_code_note_at(const struct kfg_object_code *code, uint32_t place)
{
	return code->note_of[place] ? &code->notes[code->note_of[place] - 1] : NULL;
}

uint32_t kfg_code_use(const struct kfg_object *object, uint32_t place, enum kfg_code_note_kind kind)
{
	const struct kfg_code_note *note = kfg_code_note_at(object->code, place);

	if (!note || note->kind != kind || note->index == KFG_CODE_NONE)
		return KFG_CODE_NONE;
	return object->code->externs[note->index].use;
}

int kfg_code_add_note(struct kfg_object_code *code, uint32_t place, struct kfg_code_note note)
{
	if (code->note_of[place])
		return 0;
	if (kfg_array_grow(&code->notes, &code->notes_room, code->n_notes, sizeof(*code->notes)) < 0)
		return -ENOMEM;
	code->notes[code->n_notes++] = note;
	code->note_of[place] = code->n_notes;
	return 0;
}

void kfg_code_limit(struct kfg_object_code *code, const char *format, ...)
{
	size_t len = strlen(code->limits);
	va_list ap;

	if (len && len + 2 < sizeof(code->limits)) {
		memcpy(code->limits + len, "; ", 3);
		len += 2;
	}
	va_start(ap, format);
	vsnprintf(code->limits + len, sizeof(code->limits) - len, format, ap);
	va_end(ap);
}

/* "X___Y", where neither X nor Y is an underscore (bpf_core_is_flavor_sep()). */
static bool starts_suffix(const char *s)
{
	return s[0] != '_' && s[1] == '_' && s[2] == '_' && s[3] == '_' && s[4] != '_';
}

size_t kfg_code_essential_len(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = len; i-- > 0;)
		if (len - i >= 5 && starts_suffix(name + i))
			return i + 1;
	return len;
}
