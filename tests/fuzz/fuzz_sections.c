/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_sections.c - bytes as an ELF file. They end at a page that nobody may read, since libelf is not built with
 * sanitizers: what it reads beyond the end stops the test. Whatever the bytes are, each section and symbol is inside.
 */
#include "analysis/elf/elf.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROOM (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t n_bytes; /* of all strings: a sanitizer looks at what is read */

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static uint8_t *room(void)
{
	static uint8_t *at;

	if (!at) {
		at = mmap(NULL, ROOM + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		must(at != MAP_FAILED && mprotect(at + ROOM, 4096, PROT_NONE) == 0);
	}
	return at;
}

static void look_at(struct kfg_elf *elf)
{
	struct kfg_elf_symbol symbol;
	struct kfg_elf_error error;

	for (uint32_t i = 0; i < elf->n_sections; i++) {
		const struct kfg_elf_section *s = &elf->sections[i];

		n_bytes += strlen(s->name);
		must(!s->size || (s->offset <= elf->size && s->size <= elf->size - s->offset));
		if (s->size)
			n_bytes += s->data[0] + s->data[s->size - 1];
		must(strcmp(elf->sections[kfg_elf_find(elf, s->name)].name, s->name) == 0 ||
		     !kfg_elf_find(elf, s->name));
	}
	if (kfg_elf_find_symbols(elf, &error) < 0)
		return;
	for (uint32_t i = 0; i < elf->n_symbols; i++)
		if (kfg_elf_read_symbol(elf, i, &symbol, &error) == 0)
			n_bytes += strlen(symbol.name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t budget = 100000, length;
	struct kfg_elf_error error;
	const char *why;
	struct kfg_elf elf;
	uint8_t *bytes;

	if (size > ROOM)
		return 0;
	bytes = room() + ROOM - size;
	memcpy(bytes, data, size);
	if (kfg_elf_extent(bytes, size, &budget, &length, &why) == 0)
		must(length <= size);
	if (kfg_elf_open_damaged(bytes, size, &elf, &error) < 0)
		return 0;
	look_at(&elf);
	kfg_elf_done(&elf);
	return 0;
}
