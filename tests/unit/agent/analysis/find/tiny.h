/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tiny.h - the smallest files that the finder takes for what it looks for, and a finder that takes notes. */
#pragma once

#include "cmocka_all.h"
#include "analysis/find/find.h"
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An ELF file with a section of 8 bytes and its table behind. */
struct tiny {
	Elf64_Ehdr head;
	char text[8];
	Elf64_Shdr sections[2];
};

static struct tiny tiny_elf(unsigned machine, unsigned type)
{
	return (struct tiny){
		.head = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			.e_type = type,
			.e_machine = machine,
			.e_version = EV_CURRENT,
			.e_shoff = offsetof(struct tiny, sections),
			.e_ehsize = sizeof(Elf64_Ehdr),
			.e_shentsize = sizeof(Elf64_Shdr),
			.e_shnum = 2,
		},
		.sections[1] = { .sh_type = SHT_PROGBITS, .sh_offset = offsetof(struct tiny, text), .sh_size = 8 },
	};
}

static struct tiny tiny_object(void)
{
	return tiny_elf(EM_BPF, ET_REL);
}

static char notes[8192];

static void note(const char *text)
{
	snprintf(notes + strlen(notes), sizeof(notes) - strlen(notes), "%s\n", text);
}

static int note_found(void *userdata, const struct kfg_find_object *found)
{
	char line[1024];

	(void)userdata;
	snprintf(line, sizeof(line), "%s %s %zu", found->light_skeleton ? "light" : "object", found->label,
		 found->light_skeleton ? found->at : found->size);
	note(line);
	return 0;
}

static int note_problem(void *userdata, const char *label, const char *why)
{
	char line[1024];

	(void)userdata;
	snprintf(line, sizeof(line), "problem %s: %s", label, why);
	note(line);
	return 0;
}

static const struct kfg_find_ops note_ops = { .found = note_found, .problem = note_problem };

/* What is found in the bytes, a line each. */
static const char *notes_of(const void *data, size_t size)
{
	struct kfg_find *find = NULL;
	void *copy = malloc(size ? size : 1); /* so that a read beyond it is seen */

	notes[0] = '\0';
	assert_non_null(copy);
	memcpy(copy, data, size);
	assert_int_equal(kfg_find_new(&note_ops, &find), 0);
	assert_int_equal(kfg_find_bytes(find, "F", copy, size), 0);
	kfg_find_free(find);
	free(copy);
	return notes;
}
