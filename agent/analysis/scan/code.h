/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * code.h - what an object is made of, shared by the files that read it (functions.c, externs.c, relocs.c,
 * btf_ext.c, struct_ops.c) and those that hold it against a kernel (core.c, flow.c, compat.c).
 *
 * The instructions of all code sections stand in one array, one section after the other, so that one number names an
 * instruction of the object ("place"). What a relocation makes of an instruction is its note.
 *
 * Prefixes: kfg_insn, kfg_open_rules.
 */
#pragma once

#include "analysis/btf/btf.h"
#include "analysis/elf/elf.h"
#include "analysis/scan/scan.h"
#include <linux/bpf.h>

#define KFG_CODE_NONE UINT32_MAX
/* Larger programs are refused by every kernel (BPF_COMPLEXITY_LIMIT_INSNS, kernel/bpf/verifier.c, 6.1..7.3). */
#define KFG_PROGRAM_INSNS_MAX 1000000u

enum kfg_code_note_kind {
	KFG_CODE_NOTE_CALL_EXTERN = 1, /* index: extern; KFG_CODE_NONE: one that is no kfunc */
	KFG_CODE_NOTE_ADDR_EXTERN, /* index: extern; KFG_CODE_NONE as above */
	KFG_CODE_NOTE_CALL_FUNC, /* index: function */
	KFG_CODE_NOTE_ADDR_FUNC, /* index: function */
	KFG_CODE_NOTE_RODATA, /* index: section, offset: into it */
	KFG_CODE_NOTE_POINTER, /* to something that is there, and whose content is not known: a map, .data, .bss */
	KFG_CODE_NOTE_CORE, /* index: into core_relos */
};

struct kfg_code_note {
	enum kfg_code_note_kind kind;
	uint32_t index;
	int64_t offset;
};

struct kfg_code_section {
	uint32_t section; /* of the ELF file */
	uint32_t first, n; /* places */
};

struct kfg_code_func {
	const char *name;
	uint32_t first, n; /* places */
	uint32_t section; /* of the ELF file */
	uint32_t program; /* index into the object's programs; KFG_CODE_NONE: a subprogram */
	uint32_t user; /* a program that reaches it, by calls that are written down; KFG_CODE_NONE: none does */
	uint64_t types; /* bit per program type: of all programs that reach it so */
	uint32_t first_call, n_calls; /* in calls: those of this function */
	uint32_t first_out, n_out; /* in outgoing: those that this function makes */
	bool global; /* verified by itself: a subprogram that is neither static nor hidden */
	bool in_callback; /* the kernel calls it by itself, or what calls it: it may sleep where the program may not */
	bool leads_to_kfunc; /* holds a call of a kfunc, or calls a function that does */
};

/* A call of a function of the object, or a place where its address is taken. */
struct kfg_code_call {
	uint32_t callee; /* function */
	uint32_t place;
};

enum kfg_code_extern_kind {
	KFG_CODE_EXTERN_KFUNC, /* .ksyms, a FUNC; use: index into the object's uses */
	KFG_CODE_EXTERN_KSYM, /* .ksyms, a variable of the kernel */
	KFG_CODE_EXTERN_KCONFIG, /* .kconfig */
	KFG_CODE_EXTERN_UNDECLARED, /* in neither, by the name of a kfunc; use: as above */
};

struct kfg_code_extern {
	const char *name;
	enum kfg_code_extern_kind kind;
	bool weak;
	uint32_t btf_id;
	uint32_t use;
};

/* A CO-RE relocation, each kind of question once (struct bpf_core_relo without its instruction). */
struct kfg_code_core_relo {
	uint32_t type_id;
	uint32_t access; /* offset of the access string */
	uint32_t kind; /* enum bpf_core_relo_kind */
};

struct kfg_code_lines {
	uint32_t section; /* of the ELF file */
	const uint8_t *records;
	uint32_t n, size; /* of records; of one */
};

/* What a relocation puts into a struct_ops map. */
struct kfg_code_struct_ops_slot {
	uint32_t map; /* index into the object's struct_ops */
	uint32_t offset; /* into the struct */
	uint32_t function;
};

struct kfg_code_struct_ops {
	const uint8_t *data; /* the initial value, size bytes */
	uint32_t section, offset, size;
};

struct kfg_object_code {
	struct kfg_elf elf;
	char license[64]; /* what libbpf takes of the section, and no more (1.8) */
	uint8_t *converted; /* owned: sections of an object of the other byte order, in this machine's; else NULL */
	struct kfg_btf *btf; /* owned; NULL: none */
	struct bpf_insn *insns; /* owned */
	uint32_t *note_of; /* owned: per place, index into notes + 1; 0: none */
	uint32_t n_insns;
	struct kfg_code_section *sections; /* owned; in the order of places */
	uint32_t n_sections;
	uint32_t text; /* the ELF section .text; 0: none */
	struct kfg_code_note *notes; /* owned */
	uint32_t n_notes;
	size_t notes_room;
	struct kfg_code_func *funcs; /* owned; in the order of places, none overlaps another */
	uint32_t n_funcs;
	uint32_t n_function_symbols; /* what libbpf counts as programs and subprograms */
	struct kfg_code_call *calls; /* owned; by callee, then place */
	struct kfg_code_call *outgoing; /* owned; the same by place */
	uint32_t n_calls;
	uint32_t *address_places; /* owned: where addresses of kfuncs are taken */
	uint32_t n_address_places;
	struct kfg_code_extern *externs; /* owned */
	uint32_t *extern_of; /* owned: per ELF symbol, index into externs; KFG_CODE_NONE: none */
	uint32_t n_externs;
	struct kfg_code_core_relo *core_relos; /* owned */
	uint32_t n_core_relos;
	struct kfg_code_lines *lines; /* owned; by section */
	uint32_t n_lines;
	struct kfg_code_struct_ops *st_ops; /* owned; beside the object's struct_ops */
	struct kfg_code_struct_ops_slot *slots; /* owned */
	uint32_t n_slots;
	uint32_t *first_site; /* owned: per use, where its sites start in site_places */
	uint32_t *site_places; /* owned: the places of all sites, use by use */
	uint32_t *block_of; /* owned: per place, index of the block that starts there; KFG_CODE_NONE: none does */
	uint32_t *block_places; /* owned: where each block starts */
	uint32_t n_blocks;
	bool opaque; /* has jumps whose targets are not written down: flow is not followed */
	size_t unread; /* bytes of sections that may still be read: overlapping sections are not read twice */
	char limits[256];
};

/* The steps of kfg_object_open(), in their order. They return 0; -EBADMSG with *error; -ENOMEM. */
int kfg_code_read_functions(struct kfg_object *object, struct kfg_object_error *error);
int kfg_code_read_externs(struct kfg_object *object, struct kfg_object_error *error);
int kfg_code_read_relocs(struct kfg_object *object, struct kfg_object_error *error);
int kfg_open_rules_check(struct kfg_object *object, struct kfg_object_error *error);
int kfg_code_read_btf_ext(struct kfg_object *object, struct kfg_object_error *error);
int kfg_code_read_struct_ops(struct kfg_object *object, struct kfg_object_error *error);
int kfg_code_read_calls(struct kfg_object *object);
int kfg_code_read_call_sites(struct kfg_object *object);
int kfg_code_read_blocks(struct kfg_object *object);

/*
 * Adds a reason for which libbpf refuses to open the object, one clause without a full stop; since: the version of
 * libbpf that does so first, see KFG_LIBBPF(). The same reason is kept once, and of many the first.
 */
void kfg_open_rules_refuse(struct kfg_object *object, unsigned since, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Checks one relocation of an instruction by the same rules. */
void kfg_open_rules_check_reloc(struct kfg_object *object, uint32_t place, const struct kfg_elf_symbol *sym);
/* Checks the type of a variable of .kconfig, an id in the object's BTF. */
void kfg_open_rules_check_option(struct kfg_object *object, uint32_t var);

/* object_error.c */

/* Fills *error and returns -EBADMSG. */
int kfg_object_refuse(struct kfg_object_error *error, size_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Passes on what kfg_elf_open() and its kin returned, with *error where they refuse the file. */
int kfg_object_refuse_elf(int r, const struct kfg_elf_error *why, struct kfg_object_error *error);

/* code.c */

/* As kfg_elf_read_symbol(). */
int kfg_code_read_symbol(const struct kfg_object_code *code, uint32_t index, struct kfg_elf_symbol *ret_symbol,
			 struct kfg_object_error *error);
/* Counts a section against what may be read in all. */
int kfg_code_take(struct kfg_object_code *code, uint32_t section, struct kfg_object_error *error);
/* The place of an offset (bytes) into an ELF section; KFG_CODE_NONE: no code there. */
uint32_t kfg_code_place(const struct kfg_object_code *code, uint32_t section, uint64_t offset);
/* The function that holds a place; KFG_CODE_NONE: none. */
uint32_t kfg_code_func_at(const struct kfg_object_code *code, uint32_t place);
/* A place as an index into its section's instructions. */
uint32_t kfg_code_insn(const struct kfg_object_code *code, uint32_t place);
/* NULL: none. */
const struct kfg_code_note *kfg_code_note_at(const struct kfg_object_code *code, uint32_t place);
/* The use whose kfunc an instruction calls or takes the address of, by the kind of note; KFG_CODE_NONE: it does not. */
uint32_t kfg_code_use(const struct kfg_object *object, uint32_t place, enum kfg_code_note_kind kind);
/* Makes a note of an instruction; a second one for the same instruction is dropped. Returns 0 or -ENOMEM. */
int kfg_code_add_note(struct kfg_object_code *code, uint32_t place, struct kfg_code_note note);
/* Adds a sentence to what could not be looked at. */
void kfg_code_limit(struct kfg_object_code *code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Length of a name without its ___suffix (libbpf 1.7.0, src/libbpf.c, bpf_core_essential_name_len()). */
size_t kfg_code_essential_len(const char *name);
/* The file and line of an instruction; false: not known. */
bool kfg_code_line(const struct kfg_object_code *code, uint32_t section, uint32_t insn, const char **ret_file,
		   unsigned *ret_line);

/* Where control goes by a jump, in places: *ret_target. False: the instruction is no jump. */
bool kfg_insn_jump(const struct bpf_insn *insn, uint32_t place, int64_t *ret_target);

static inline bool kfg_insn_is_ld64(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

static inline bool kfg_insn_is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL);
}
