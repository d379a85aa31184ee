/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * btf_ext.c - .BTF.ext: source lines of instructions, and CO-RE relocations (libbpf 1.7.0, src/libbpf_internal.h,
 * struct btf_ext_header; include/uapi/linux/bpf.h, struct bpf_line_info and bpf_core_relo).
 */
#include "analysis/scan/code.h"

#include "base/cleanup.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The part that every version has, and the part that came with CO-RE. */
struct ext_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t hdr_len;
	uint32_t func_info_off, func_info_len;
	uint32_t line_info_off, line_info_len;
};
struct ext_header_core {
	uint32_t core_relo_off, core_relo_len;
};

struct part {
	const uint8_t *data;
	size_t size;
	size_t offset; /* in the ELF file */
	uint32_t record; /* size of one */
};

/* One section's records of a part. */
struct run {
	const char *section;
	const uint8_t *records;
	uint32_t n;
};

static int find_part(const struct kfg_elf_section *ext, uint64_t off, uint32_t len, struct part *ret_part,
		     struct kfg_object_error *error)
{
	*ret_part = (struct part){ 0 };
	if (!len)
		return 0;
	if (off > ext->size || len > ext->size - off || len < 4)
		return kfg_object_refuse(error, ext->offset, ".BTF.ext: a part is beyond the end");
	ret_part->data = ext->data + off + 4;
	ret_part->size = len - 4;
	ret_part->offset = ext->offset + off + 4;
	memcpy(&ret_part->record, ext->data + off, 4);
	return 0;
}

/* Takes the next run off a part: 1, 0 at its end, -EBADMSG. */
static int next_run(const struct kfg_btf *btf, struct part *part, struct run *ret_run, struct kfg_object_error *error)
{
	uint32_t head[2];
	uint64_t size;

	if (!part->size)
		return 0;
	if (part->size < sizeof(head))
		return kfg_object_refuse(error, part->offset, ".BTF.ext: a part is cut short");
	memcpy(head, part->data, sizeof(head));
	size = sizeof(head) + (uint64_t)head[1] * part->record;
	if (!head[1] || size > part->size)
		return kfg_object_refuse(error, part->offset, ".BTF.ext: a part is cut short");
	*ret_run = (struct run){ .section = kfg_btf_str(btf, head[0]),
				 .records = part->data + sizeof(head),
				 .n = head[1] };
	part->data += size;
	part->size -= size;
	part->offset += size;
	return 1;
}

static int compare_tables(const void *a, const void *b)
{
	const struct kfg_code_lines *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return (x->records > y->records) - (x->records < y->records);
}

/* 0: there is none, or no section has such a name. */
static uint32_t section_of(const struct kfg_object_code *code, const struct run *run)
{
	size_t len = strnlen(run->section, KFG_ELF_NAME_MAX + 1);

	return len <= KFG_ELF_NAME_MAX ? kfg_elf_find(&code->elf, run->section) : 0;
}

static int read_lines(struct kfg_object_code *code, struct part part, struct kfg_object_error *error)
{
	struct part again = part;
	struct run run;
	uint32_t n = 0;
	int r;

	if (part.data && part.record < sizeof(struct bpf_line_info))
		return kfg_object_refuse(error, part.offset, ".BTF.ext: line records of %u bytes", part.record);
	while ((r = next_run(code->btf, &part, &run, error)) > 0)
		n++;
	if (r < 0)
		return r;
	code->lines = calloc(n + 1, sizeof(*code->lines));
	if (!code->lines)
		return -ENOMEM;
	while (next_run(code->btf, &again, &run, error) > 0)
		code->lines[code->n_lines++] = (struct kfg_code_lines){
			.section = section_of(code, &run),
			.records = run.records,
			.n = run.n,
			.size = part.record,
		};
	qsort(code->lines, code->n_lines, sizeof(*code->lines), compare_tables);
	return 0;
}

static int compare_relos(const void *a, const void *b, void *arg)
{
	const struct kfg_code_core_relo *relos = arg;
	const struct kfg_code_core_relo *x = &relos[*(const uint32_t *)a], *y = &relos[*(const uint32_t *)b];

	if (x->type_id != y->type_id)
		return x->type_id < y->type_id ? -1 : 1;
	if (x->access != y->access)
		return x->access < y->access ? -1 : 1;
	return (x->kind > y->kind) - (x->kind < y->kind);
}

/* Equal questions become one: notes[i].index, which counts all, becomes the number of the question. */
static int unite_relos(struct kfg_object_code *code)
{
	_cleanup_free_ uint32_t *order = calloc(code->n_core_relos + 1, sizeof(*order));
	_cleanup_free_ uint32_t *number = calloc(code->n_core_relos + 1, sizeof(*number));
	_cleanup_free_ struct kfg_code_core_relo *all = code->core_relos;
	uint32_t n = 0;

	code->core_relos = calloc(code->n_core_relos + 1, sizeof(*code->core_relos));
	if (!order || !number || !code->core_relos)
		return -ENOMEM;
	for (uint32_t i = 0; i < code->n_core_relos; i++)
		order[i] = i;
	qsort_r(order, code->n_core_relos, sizeof(*order), compare_relos, all);
	for (uint32_t i = 0; i < code->n_core_relos; i++) {
		if (!i || compare_relos(&order[i - 1], &order[i], all) != 0)
			code->core_relos[n++] = all[order[i]];
		number[order[i]] = n - 1;
	}
	for (uint32_t i = 0; i < code->n_notes; i++)
		if (code->notes[i].kind == KFG_CODE_NOTE_CORE)
			code->notes[i].index = number[code->notes[i].index];
	code->n_core_relos = n;
	return 0;
}

/* offset: of the instruction, in bytes. Relocations of code that is not there are left alone, as libbpf does. */
static int add_relo(struct kfg_object_code *code, uint32_t section, const uint8_t *record,
		    struct kfg_object_error *error)
{
	struct bpf_core_relo relo;
	uint32_t place;

	memcpy(&relo, record, sizeof(relo));
	place = kfg_code_place(code, section, relo.insn_off);
	if (place == KFG_CODE_NONE || kfg_code_func_at(code, place) == KFG_CODE_NONE)
		return 0;
	if (!kfg_btf_type(code->btf, relo.type_id))
		return kfg_object_refuse(error, 0, ".BTF.ext: relocation by type %u, which is not there", relo.type_id);
	code->core_relos[code->n_core_relos] = (struct kfg_code_core_relo){
		.type_id = relo.type_id,
		.access = relo.access_str_off,
		.kind = relo.kind,
	};
	return kfg_code_add_note(code, place,
				 (struct kfg_code_note){ .kind = KFG_CODE_NOTE_CORE, .index = code->n_core_relos++ });
}

static int read_relos(struct kfg_object_code *code, struct part part, struct kfg_object_error *error)
{
	struct run run;
	int r;

	if (part.data && part.record < sizeof(struct bpf_core_relo))
		return kfg_object_refuse(error, part.offset, ".BTF.ext: relocations of %u bytes", part.record);
	code->core_relos = calloc(part.size / sizeof(struct bpf_core_relo) + 1, sizeof(*code->core_relos));
	if (!code->core_relos)
		return -ENOMEM;
	while ((r = next_run(code->btf, &part, &run, error)) > 0) {
		uint32_t section = section_of(code, &run);

		for (uint32_t i = 0; i < run.n && r >= 0; i++)
			r = add_relo(code, section, run.records + (size_t)i * part.record, error);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : unite_relos(code);
}

int kfg_code_read_btf_ext(struct kfg_object *object, struct kfg_object_error *error)
{
	struct kfg_object_code *code = object->code;
	uint32_t section = kfg_elf_find(&code->elf, ".BTF.ext");
	const struct kfg_elf_section *ext = &code->elf.sections[section];
	struct ext_header_core core = { 0 };
	struct ext_header h;
	struct part lines, relos;
	int r;

	if (!section || !code->btf || ext->type != SHT_PROGBITS || !ext->size)
		return 0;
	if (ext->size < sizeof(h))
		return kfg_object_refuse(error, ext->offset, ".BTF.ext is cut short");
	memcpy(&h, ext->data, sizeof(h));
	if (h.magic != BTF_MAGIC || h.version != BTF_VERSION || h.hdr_len < sizeof(h) || h.hdr_len > ext->size)
		return kfg_object_refuse(error, ext->offset, ".BTF.ext has a header that is not known");
	if (h.hdr_len >= sizeof(h) + sizeof(core))
		memcpy(&core, ext->data + sizeof(h), sizeof(core));
	r = find_part(ext, (uint64_t)h.hdr_len + h.line_info_off, h.line_info_len, &lines, error);
	if (r >= 0)
		r = find_part(ext, (uint64_t)h.hdr_len + core.core_relo_off, core.core_relo_len, &relos, error);
	if (r >= 0)
		r = read_lines(code, lines, error);
	return r < 0 ? r : read_relos(code, relos, error);
}

static const struct kfg_code_lines *find_table(const struct kfg_object_code *code, uint32_t section)
{
	uint32_t low = 0, high = code->n_lines;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (code->lines[middle].section < section)
			low = middle + 1;
		else
			high = middle;
	}
	return low < code->n_lines && code->lines[low].section == section ? &code->lines[low] : NULL;
}

static uint32_t line_insn(const struct kfg_code_lines *table, uint32_t i)
{
	uint32_t offset;

	memcpy(&offset, table->records + (size_t)i * table->size, sizeof(offset));
	return offset / (uint32_t)sizeof(struct bpf_insn);
}

bool kfg_code_line(const struct kfg_object_code *code, uint32_t section, uint32_t insn, const char **ret_file,
		   unsigned *ret_line)
{
	const struct kfg_code_lines *table = find_table(code, section);
	uint32_t low = 0, high = table ? table->n : 0;
	struct bpf_line_info info;

	/* the last record at or before the instruction */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (line_insn(table, middle) <= insn)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	memcpy(&info, table->records + (size_t)(low - 1) * table->size, sizeof(info));
	*ret_file = kfg_btf_str(code->btf, info.file_name_off);
	*ret_line = BPF_LINE_INFO_LINE_NUM(info.line_col);
	return **ret_file != '\0';
}
