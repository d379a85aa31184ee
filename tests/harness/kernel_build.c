/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_build.h"

#include "btf_build.h"
#include "elf_build.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_ADDR 0xffffffff81000000u
#define RODATA_ADDR 0xffffffff82000000u
#define IDS_ADDR 0xffffffff82800000u
#define INIT_ADDR 0xffffffff83000000u
#define REGISTER_AT 0x40u /* in .text */
#define FMODRET_AT 0x100u
#define TABLE_AT 0u /* in .rodata */
#define KSETS_AT 0x100u
#define KSET_SIZE 24u
#define N_TYPES 33u

struct buffer {
	uint8_t bytes[8192];
	size_t size;
};

struct work {
	const struct kfg_build_plan *plan;
	struct kfg_btf_build btf;
	uint32_t id_int, id_long, id_task, id_aux;
	uint32_t funcs[16][KFG_BUILD_KFUNCS]; /* by set */
	struct buffer ids, rodata, init, relas, rodata_relas;
	uint32_t set_at[16]; /* in .BTF_ids */
};

/* enum btf_kfunc_hook of 6.12..7.3, and of 6.1 */
static const char *const hooks[] = {
	"COMMON", "XDP",	   "TC",  "STRUCT_OPS", "TRACING", "SYSCALL", "FMODRET", "CGROUP", "SCHED_ACT",
	"SK_SKB", "SOCKET_FILTER", "LWT", "NETFILTER",	"KPROBE",  "MAX",
};
static const char *const old_hooks[] = { "XDP", "TC", "STRUCT_OPS", "TRACING", "SYSCALL", "MAX" };
/* bpf_prog_type_to_kfunc_hook() of 7.3 as a table */
static const uint8_t table[N_TYPES] = { 0, 10, 13, 2,  8,  4,  1, 4,  7, 7, 11, 11, 11, 7,  9, 7, 14,
					4, 7,  11, 14, 14, 14, 7, 14, 7, 4, 3,	14, 4,	14, 5, 12 };

static void put(struct buffer *b, const void *data, size_t size)
{
	if (size > sizeof(b->bytes) - b->size)
		abort();
	memcpy(b->bytes + b->size, data, size);
	b->size += size;
}

static void put32(struct buffer *b, uint32_t value)
{
	put(b, &value, sizeof(value));
}

static void put64(struct buffer *b, uint64_t value)
{
	put(b, &value, sizeof(value));
}

static void add_enum(struct work *w, const char *name, const char *prefix, const char *const *names, unsigned n)
{
	char text[64];

	kfg_btf_build_type(&w->btf, BTF_KIND_ENUM, name, n, 4);
	for (unsigned i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s%s", prefix, names[i]);
		kfg_btf_build_word(&w->btf, kfg_btf_build_string(&w->btf, text));
		kfg_btf_build_word(&w->btf, i);
	}
}

static void add_member(struct work *w, const char *name, uint32_t type, uint32_t bit)
{
	kfg_btf_build_word(&w->btf, kfg_btf_build_string(&w->btf, name));
	kfg_btf_build_word(&w->btf, type);
	kfg_btf_build_word(&w->btf, bit);
}

/* What of a kernel's BTF is asked about. */
static void add_kernel_types(struct work *w)
{
	uint32_t task, aux, pointer;

	w->id_int = kfg_btf_build_int(&w->btf, "int", 4, BTF_INT_SIGNED);
	w->id_long = kfg_btf_build_int(&w->btf, "long int", 8, BTF_INT_SIGNED);
	task = kfg_btf_build_type(&w->btf, BTF_KIND_STRUCT, "task_struct", 1, 8);
	add_member(w, "pid", w->id_int, 0);
	w->id_task = kfg_btf_build_type(&w->btf, BTF_KIND_PTR, NULL, 0, task);
	aux = kfg_btf_build_type(&w->btf, BTF_KIND_STRUCT, "bpf_prog_aux", 0, 8);
	w->id_aux = kfg_btf_build_type(&w->btf, BTF_KIND_PTR, NULL, 0, aux);
	pointer = kfg_btf_build_type(&w->btf, BTF_KIND_PTR, NULL, 0, 0);
	kfg_btf_build_type(&w->btf, BTF_KIND_STRUCT, "btf_kfunc_id_set", w->plan->old ? 2 : 3, w->plan->old ? 16 : 24);
	add_member(w, "owner", pointer, 0);
	add_member(w, "set", pointer, 64);
	if (!w->plan->old)
		add_member(w, "filter", pointer, 128);
	if (w->plan->old)
		add_enum(w, "btf_kfunc_hook", "BTF_KFUNC_HOOK_", old_hooks, 6);
	else
		add_enum(w, "btf_kfunc_hook", "BTF_KFUNC_HOOK_", hooks, 15);
	if (w->plan->deprecated_flag) {
		kfg_btf_build_type(&w->btf, BTF_KIND_ENUM, "btf_kfunc_flags", 1, 4);
		kfg_btf_build_word(&w->btf, kfg_btf_build_string(&w->btf, "KF_DEPRECATED"));
		kfg_btf_build_word(&w->btf, w->plan->deprecated_flag);
	}
	kfg_btf_build_type(&w->btf, BTF_KIND_ENUM, "bpf_prog_type", 1, 4);
	kfg_btf_build_word(&w->btf, kfg_btf_build_string(&w->btf, "__MAX_BPF_PROG_TYPE"));
	kfg_btf_build_word(&w->btf, N_TYPES);
}

static uint32_t add_func(struct work *w, const char *name, const char *params)
{
	const char *names[8];
	uint32_t types[8];
	unsigned n = 0;

	for (; params && params[n] && n < 8; n++) {
		names[n] = params[n] == 'a' ? "aux" : params[n] == 'p' ? "p" : "n";
		types[n] = params[n] == 'a' ? w->id_aux :
			   params[n] == 'p' ? w->id_task :
			   params[n] == 'l' ? w->id_long :
					      w->id_int;
	}
	return kfg_btf_build_func(&w->btf, name, w->id_int, n, names, types);
}

static void add_sets_to_btf(struct work *w)
{
	for (size_t s = 0; s < w->plan->n_sets; s++)
		for (unsigned i = 0; w->plan->sets[s].kfuncs[i].name; i++) {
			const struct kfg_build_kfunc *k = &w->plan->sets[s].kfuncs[i];

			w->funcs[s][i] = add_func(w, k->name, k->params);
			if (!k->untagged && !w->plan->old)
				kfg_btf_build_tag(&w->btf, "bpf_kfunc", w->funcs[s][i]);
		}
	for (const char *const *f = w->plan->functions; f && *f; f++)
		add_func(w, *f, "i");
}

static void add_ids(struct work *w)
{
	put32(&w->ids, 3); /* a list of ids, as there are many */
	put32(&w->ids, 5);
	for (size_t s = 0; s < w->plan->n_sets; s++) {
		const struct kfg_build_kfunc *k = w->plan->sets[s].kfuncs;
		uint32_t n = 0;

		while (k[n].name)
			n++;
		w->set_at[s] = (uint32_t)w->ids.size;
		put32(&w->ids, n);
		put32(&w->ids, !w->plan->old);
		for (uint32_t i = 0; i < n; i++) {
			put32(&w->ids, w->funcs[s][i] - k[i].odd);
			put32(&w->ids, k[i].flags);
		}
	}
}

static uint64_t kset_addr(size_t s)
{
	return RODATA_ADDR + KSETS_AT + s * KSET_SIZE;
}

static void add_rodata(struct work *w)
{
	char banner[128];
	int n = snprintf(banner, sizeof(banner), "Linux version %s (builder@host) #1", w->plan->release);

	put(&w->rodata, table, sizeof(table));
	w->rodata.size = 0x80;
	put(&w->rodata, banner, (size_t)n + 1);
	w->rodata.size = KSETS_AT;
	for (size_t s = 0; s < w->plan->n_sets; s++) {
		put64(&w->rodata, 0);
		put64(&w->rodata, w->plan->sets[s].use == KFG_BUILD_UNUSED ? 0 : IDS_ADDR + w->set_at[s]);
		put64(&w->rodata, w->plan->sets[s].filtered ? TEXT_ADDR : 0);
	}
}

/* mov $type,%edi; or, for type 0, xor %edi,%edi */
static void put_type(struct buffer *b, int type)
{
	if (!type) {
		put(b, "\x31\xff", 2);
		return;
	}
	put(b, "\xbf", 1);
	put32(b, (uint32_t)type);
}

static void put_rela(struct buffer *b, uint64_t offset, uint32_t symbol, uint32_t type, int64_t addend)
{
	const Elf64_Rela rela = { .r_offset = offset,
				  .r_info = ELF64_R_INFO((uint64_t)symbol, type),
				  .r_addend = addend };

	put(b, &rela, sizeof(rela));
}

enum { SYM_RODATA = 1, SYM_IDS, SYM_KFUNC, SYM_FMODRET, N_SYMS };

/* One call: the address of the set in %rsi (%rdi), the type in %edi; of modules, with relocations. */
static void add_call(struct work *w, size_t s, int type, bool module)
{
	const struct kfg_build_set *set = &w->plan->sets[s];
	bool fmodret = set->use == KFG_BUILD_FMODRET;
	struct buffer *b = &w->init;

	put(b, "\xf3\x0f\x1e\xfa", 4);
	if (set->early_type && !fmodret) {
		put_type(b, type);
		put(b, "\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90", 20);
	}
	put(b, fmodret ? "\x48\xc7\xc7" : "\x48\xc7\xc6", 3);
	if (module)
		put_rela(&w->relas, b->size, SYM_RODATA, R_X86_64_32S, (int64_t)(KSETS_AT + s * KSET_SIZE));
	put32(b, module ? 0 : (uint32_t)kset_addr(s));
	if (!set->early_type && !fmodret)
		put_type(b, type);
	put(b, "\xe8", 1);
	if (module)
		put_rela(&w->relas, b->size, fmodret ? SYM_FMODRET : SYM_KFUNC, R_X86_64_PLT32, -4);
	put32(b, module ? 0 : (uint32_t)(TEXT_ADDR + (fmodret ? FMODRET_AT : REGISTER_AT) - (INIT_ADDR + b->size + 4)));
}

static void add_code(struct work *w, bool module)
{
	for (size_t s = 0; s < w->plan->n_sets; s++) {
		const struct kfg_build_set *set = &w->plan->sets[s];

		if (set->use == KFG_BUILD_FMODRET)
			add_call(w, s, 0, module);
		for (unsigned i = 0; set->use == KFG_BUILD_REGISTERED && i < KFG_BUILD_TYPES && set->types[i]; i++)
			add_call(w, s, set->types[i] - 1, module);
	}
	put(&w->init, "\xc3\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90", 16);
}

/* The function that registers: cmp $0x20,%edi; ja; mov %edi,%edi; movsbl table(%rdi),%eax */
static void make_text(uint8_t *text, size_t size)
{
	static const uint8_t code[] = { 0xf3, 0x0f, 0x1e, 0xfa, 0x83, 0xff, 0x20,
					0x77, 0x09, 0x89, 0xff, 0x0f, 0xbe, 0x87 };
	const uint32_t addr = (uint32_t)(RODATA_ADDR + TABLE_AT);

	memset(text, 0x90, size);
	memcpy(text + REGISTER_AT, code, sizeof(code));
	memcpy(text + REGISTER_AT + sizeof(code), &addr, sizeof(addr));
}

static void start(struct work *w, const struct kfg_build_plan *plan)
{
	memset(w, 0, sizeof(*w));
	w->plan = plan;
	kfg_btf_build_start(&w->btf, NULL);
	add_kernel_types(w);
	add_sets_to_btf(w);
}

void *kfg_build_kernel_btf(const struct kfg_build_plan *plan, size_t *ret_size)
{
	static struct work w;
	void *bytes;

	start(&w, plan);
	bytes = kfg_btf_build_bytes(&w.btf, ret_size);
	kfg_btf_build_done(&w.btf);
	return bytes;
}

static unsigned add_section(struct kfg_elf_build *elf, const char *name, uint64_t flags, const struct buffer *b,
			    uint64_t addr)
{
	unsigned i = kfg_elf_build_section(elf, name, SHT_PROGBITS, SHF_ALLOC | flags, b->bytes, b->size);

	elf->headers[i].sh_addr = addr;
	return i;
}

void *kfg_build_kernel(const struct kfg_build_plan *plan, size_t *ret_size)
{
	static struct work w;
	struct kfg_elf_build elf;
	struct buffer text = { .size = 0x200 };
	size_t btf_size;
	void *btf;

	start(&w, plan);
	add_ids(&w);
	add_rodata(&w);
	add_code(&w, false);
	make_text(text.bytes, text.size);
	btf = kfg_btf_build_bytes(&w.btf, &btf_size);
	kfg_elf_build_start(&elf, ET_EXEC, plan->machine ? plan->machine : EM_X86_64);
	add_section(&elf, ".text", SHF_EXECINSTR, &text, TEXT_ADDR);
	add_section(&elf, ".rodata", 0, &w.rodata, RODATA_ADDR);
	kfg_elf_build_section(&elf, ".BTF", SHT_PROGBITS, SHF_ALLOC, btf, btf_size);
	add_section(&elf, ".BTF_ids", 0, &w.ids, IDS_ADDR);
	add_section(&elf, ".init.text", SHF_EXECINSTR, &w.init, INIT_ADDR);
	free(btf);
	kfg_btf_build_done(&w.btf);
	return kfg_elf_build_bytes(&elf, ret_size);
}

/* An arm64 Image: everything in one piece, at the address that kernels since 6.5 are linked to. */
#define ARM64_BASE 0xffff800080000000u
enum { ARM64_REGISTER = 0x1000, ARM64_RODATA = 0x2000, ARM64_INIT = 0x4000, ARM64_BTF = 0x8000 };

/* adrp and add: the address of what is at `to` into a register. */
static void put_arm64_address(struct buffer *b, uint32_t reg, uint32_t at, uint32_t to)
{
	uint32_t pages = (to >> 12) - ((at + (uint32_t)b->size) >> 12);

	put32(b, 0x90000000 | (pages & 3) << 29 | (pages >> 2 & 0x7ffff) << 5 | reg);
	put32(b, 0x91000000 | (to & 0xfff) << 10 | reg << 5 | reg);
}

static void put_arm64_call(struct buffer *b, uint32_t at, uint32_t to)
{
	put32(b, 0x94000000 | ((to - at - (uint32_t)b->size) >> 2 & 0x3ffffff));
}

/* The set in x1, by way of x19, and the type in w0; for type 0, what cbnz behind the call before has shown to be 0. */
static void put_arm64_registration(struct buffer *b, uint32_t kset, int type, bool first)
{
	put_arm64_address(b, 19, ARM64_INIT, kset);
	put32(b, 0xaa1303e1); /* mov x1, x19 */
	if (type || first)
		put32(b, 0x52800000 | (uint32_t)type << 5);
	put_arm64_call(b, ARM64_INIT, ARM64_REGISTER);
	put32(b, 0x35000000 | 2 << 5); /* cbnz w0, over what follows */
	put32(b, 0xd503201f); /* nop */
}

static void add_arm64_code(struct work *w)
{
	struct buffer *b = &w->init;

	put32(b, 0xd503233f); /* paciasp */
	for (size_t s = 0; s < w->plan->n_sets; s++) {
		const struct kfg_build_set *set = &w->plan->sets[s];
		uint32_t kset = ARM64_RODATA + KSETS_AT + (uint32_t)(s * KSET_SIZE);

		if (set->use == KFG_BUILD_FMODRET) {
			put_arm64_address(b, 0, ARM64_INIT, kset);
			put_arm64_call(b, ARM64_INIT, ARM64_REGISTER + 0x100);
		}
		for (unsigned i = 0; set->use == KFG_BUILD_REGISTERED && i < KFG_BUILD_TYPES && set->types[i]; i++)
			put_arm64_registration(b, kset, set->types[i] - 1, s == 0 && i == 0);
	}
	put32(b, 0xd65f03c0); /* ret */
}

/* The function that registers: cmp w0, #0x20; b.hi; ldrsb w2, [table, w0, uxtw] */
static void make_arm64_text(struct buffer *text)
{
	put32(text, 0xd503233f);
	put32(text, 0x7100801f);
	put32(text, 0x540000a8);
	put_arm64_address(text, 2, ARM64_REGISTER, ARM64_RODATA + TABLE_AT);
	put32(text, 0x38e04842);
	put32(text, 0xd65f03c0);
}

void *kfg_build_arm64_image(const struct kfg_build_plan *plan, size_t *ret_size)
{
	static struct work w;
	struct buffer text = { .size = 0 };
	size_t btf_size, ids;
	uint8_t *image;
	void *btf;

	start(&w, plan);
	add_ids(&w);
	btf = kfg_btf_build_bytes(&w.btf, &btf_size);
	ids = (ARM64_BTF + btf_size + 3) & ~(size_t)3;
	add_rodata(&w);
	for (size_t s = 0; s < plan->n_sets; s++) {
		uint64_t set = plan->sets[s].use == KFG_BUILD_UNUSED ? 0 : ARM64_BASE + ids + w.set_at[s];

		memcpy(w.rodata.bytes + KSETS_AT + s * KSET_SIZE + 8, &set, sizeof(set));
	}
	add_arm64_code(&w);
	make_arm64_text(&text);
	*ret_size = ids + w.ids.size + 64;
	image = calloc(1, *ret_size);
	if (!image || w.rodata.size > ARM64_INIT - ARM64_RODATA || w.init.size > ARM64_BTF - ARM64_INIT)
		abort();
	memcpy(image + 0x38, "ARM\x64", 4);
	memcpy(image + ARM64_REGISTER, text.bytes, text.size);
	memcpy(image + ARM64_RODATA, w.rodata.bytes, w.rodata.size);
	memcpy(image + ARM64_INIT, w.init.bytes, w.init.size);
	memcpy(image + ARM64_BTF, btf, btf_size);
	memcpy(image + ids, w.ids.bytes, w.ids.size);
	free(btf);
	kfg_btf_build_done(&w.btf);
	return image;
}

/* In a module, structs that point to sets are filled in by relocations. */
static void add_module_rodata(struct work *w)
{
	w->rodata.size = KSETS_AT;
	for (size_t s = 0; s < w->plan->n_sets; s++) {
		put_rela(&w->rodata_relas, w->rodata.size + 8, SYM_IDS, R_X86_64_64, w->set_at[s]);
		put64(&w->rodata, 0);
		put64(&w->rodata, 0);
		put64(&w->rodata, w->plan->sets[s].filtered);
	}
}

static unsigned add_relas(struct kfg_elf_build *elf, const char *name, const struct buffer *b, unsigned symbols,
			  unsigned target)
{
	unsigned i = kfg_elf_build_section(elf, name, SHT_RELA, SHF_INFO_LINK, b->bytes, b->size);

	elf->headers[i].sh_link = symbols;
	elf->headers[i].sh_info = target;
	return i;
}

static unsigned add_symbols(struct kfg_elf_build *elf, unsigned rodata, unsigned ids)
{
	static const char names[] = "\0register_btf_kfunc_id_set\0register_btf_fmodret_id_set";
	const Elf64_Sym symbols[N_SYMS] = {
		[SYM_RODATA] = { .st_info = STT_SECTION, .st_shndx = (Elf64_Section)rodata },
		[SYM_IDS] = { .st_info = STT_SECTION, .st_shndx = (Elf64_Section)ids },
		[SYM_KFUNC] = { .st_name = 1 },
		[SYM_FMODRET] = { .st_name = 27 },
	};
	unsigned i = kfg_elf_build_section(elf, ".symtab", SHT_SYMTAB, 0, symbols, sizeof(symbols));

	elf->headers[i].sh_link = kfg_elf_build_section(elf, ".strtab", SHT_STRTAB, 0, names, sizeof(names));
	return i;
}

void *kfg_build_module(const struct kfg_build_plan *kernel, const struct kfg_build_plan *module, size_t *ret_size)
{
	static struct work base, w;
	struct kfg_elf_build elf;
	unsigned rodata, ids, init, symbols;
	size_t btf_size;
	void *btf;

	start(&base, kernel);
	memset(&w, 0, sizeof(w));
	w = (struct work){ .plan = module,
			   .id_int = base.id_int,
			   .id_long = base.id_long,
			   .id_task = base.id_task,
			   .id_aux = base.id_aux };
	kfg_btf_build_start(&w.btf, &base.btf);
	add_sets_to_btf(&w);
	add_ids(&w);
	add_module_rodata(&w);
	add_code(&w, true);
	btf = kfg_btf_build_bytes(&w.btf, &btf_size);
	kfg_elf_build_start(&elf, ET_REL, EM_X86_64);
	rodata = add_section(&elf, ".rodata", 0, &w.rodata, 0);
	ids = add_section(&elf, ".BTF_ids", 0, &w.ids, 0);
	init = add_section(&elf, ".init.text", SHF_EXECINSTR, &w.init, 0);
	kfg_elf_build_section(&elf, ".BTF", SHT_PROGBITS, 0, btf, btf_size);
	symbols = add_symbols(&elf, rodata, ids);
	add_relas(&elf, ".rela.rodata", &w.rodata_relas, symbols, rodata);
	add_relas(&elf, ".rela.init.text", &w.relas, symbols, init);
	free(btf);
	kfg_btf_build_done(&w.btf);
	kfg_btf_build_done(&base.btf);
	return kfg_elf_build_bytes(&elf, ret_size);
}
