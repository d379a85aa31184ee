/* SPDX-License-Identifier: GPL-2.0-or-later */
/* light_skeleton.c - the kfuncs that the loader of a light skeleton asks for, read out of its instructions. */
#include "analysis/find/light_skeleton.h"

#include "base/cleanup.h"
#include "policy/array.h"
#include <ctype.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <string.h>

#define INSNS_MAX (1u << 20)
#define RECENT 256u /* the verifier's limit of kfuncs in a program; relocations are copied within one */
#define LOCATE_STEPS_MAX (4u << 20)
#define LOCATE_NEAR ((size_t)8 << 20) /* both stand in the same section of constants */
#define NAME_MAX_LEN 128u
#define CALLS_MAX 4096u

/* What a register of the loader holds. */
struct reg {
	enum { REG_UNKNOWN, REG_NUMBER, REG_DATA, REG_COPY } kind; /* COPY: 4 bytes loaded from that place */
	uint32_t value; /* a number, or an offset into the data */
};

/* A kfunc looked up: offsets into the data. */
struct lookup {
	uint32_t name, len; /* len counts the NUL */
	uint32_t insn; /* the call instruction that gets the id */
	uint32_t original; /* index of the lookup it was copied from; its own: none */
	size_t program;
	bool weak;
};

struct load {
	uint32_t attr, insns; /* offsets into the data; insns 0: unknown */
};

struct store {
	uint32_t to, what;
};

struct reading {
	const uint8_t *data;
	size_t size, at, n_insns;
	struct reg regs[16];
	struct lookup *lookups; /* owned */
	size_t n_lookups, lookups_allocated;
	struct load *loads; /* owned */
	size_t n_loads, loads_allocated;
	struct store stores[64]; /* the last addresses written into the data, a ring */
	size_t n_stores;
};

static void reading_done(struct reading *r)
{
	free(r->lookups);
	free(r->loads);
}

static int room(void *items, size_t *allocated, size_t n, size_t size)
{
	return n >= CALLS_MAX ? -E2BIG : kfg_array_grow(items, allocated, n, size);
}

static int insn_at(const struct reading *r, size_t index, struct bpf_insn *ret)
{
	if (index >= r->n_insns)
		return 0;
	memcpy(ret, r->data + r->at + index * sizeof(*ret), sizeof(*ret));
	return 1;
}

/*
 * After bpf_btf_find_by_name_kind(): the id goes into the imm of the instruction that r8 points to. That tells a kfunc
 * from a function to attach to. *ret_weak: an error in r7 is not looked at first.
 */
static bool is_relocation(const struct reading *r, size_t index, bool *ret_weak)
{
	struct bpf_insn insn;

	*ret_weak = true;
	for (size_t i = index + 1; i < index + 12 && insn_at(r, i, &insn); i++) {
		if (insn.code == (BPF_JMP | BPF_JSLT | BPF_K) && insn.dst_reg == BPF_REG_7)
			*ret_weak = false;
		if (insn.code == (BPF_STX | BPF_MEM | BPF_W) && insn.dst_reg == BPF_REG_8 && insn.src_reg == BPF_REG_7)
			return insn.off == offsetof(struct bpf_insn, imm);
	}
	return false;
}

static int take_lookup(struct reading *r, size_t index)
{
	const struct reg *name = &r->regs[BPF_REG_1], *len = &r->regs[BPF_REG_2], *kind = &r->regs[BPF_REG_3];
	struct lookup lookup = { .original = r->n_lookups, .program = r->n_loads };
	int error;

	if (name->kind != REG_DATA || len->kind != REG_NUMBER || kind->kind != REG_NUMBER ||
	    kind->value != BTF_KIND_FUNC || len->value < 2 || len->value > NAME_MAX_LEN ||
	    r->regs[BPF_REG_8].kind != REG_DATA || !is_relocation(r, index, &lookup.weak))
		return 0;
	error = room(&r->lookups, &r->lookups_allocated, r->n_lookups, sizeof(lookup));
	if (error < 0)
		return error;
	lookup.name = name->value;
	lookup.len = len->value;
	lookup.insn = r->regs[BPF_REG_8].value;
	r->lookups[r->n_lookups++] = lookup;
	return 0;
}

static int take_load(struct reading *r)
{
	const struct reg *cmd = &r->regs[BPF_REG_1], *attr = &r->regs[BPF_REG_2];
	uint32_t field = attr->value + offsetof(union bpf_attr, insns);
	struct load load = { .attr = attr->value };
	int error;

	if (cmd->kind != REG_NUMBER || cmd->value != BPF_PROG_LOAD || attr->kind != REG_DATA)
		return 0;
	for (size_t i = 0; i < sizeof(r->stores) / sizeof(r->stores[0]) && i < r->n_stores; i++)
		if (r->stores[i].to == field)
			load.insns = r->stores[i].what;
	error = room(&r->loads, &r->loads_allocated, r->n_loads, sizeof(load));
	if (error < 0)
		return error;
	r->loads[r->n_loads++] = load;
	return 0;
}

/* The id of an earlier lookup is copied to another call of the same kfunc. */
static int take_copy(struct reading *r, uint32_t to, uint32_t from)
{
	size_t oldest = r->n_lookups > RECENT ? r->n_lookups - RECENT : 0;
	const uint32_t imm = offsetof(struct bpf_insn, imm);

	for (size_t i = r->n_lookups; i > oldest; i--) {
		struct lookup copy = r->lookups[i - 1];
		int error;

		if (copy.insn + imm != from || copy.original != i - 1 || copy.program != r->n_loads)
			continue;
		error = room(&r->lookups, &r->lookups_allocated, r->n_lookups, sizeof(copy));
		if (error < 0)
			return error;
		copy.insn = to - imm;
		r->lookups[r->n_lookups++] = copy;
		return 0;
	}
	return 0;
}

static int take_store(struct reading *r, const struct bpf_insn *insn)
{
	const struct reg *to = &r->regs[insn->dst_reg], *what = &r->regs[insn->src_reg];

	if (to->kind != REG_DATA || insn->off != 0)
		return 0;
	if (BPF_SIZE(insn->code) == BPF_DW && what->kind == REG_DATA)
		r->stores[r->n_stores++ % 64] = (struct store){ to->value, what->value };
	if (BPF_SIZE(insn->code) == BPF_W && what->kind == REG_COPY)
		return take_copy(r, to->value, what->value);
	return 0;
}

/* One instruction; *index moves on over wide ones. */
static int step(struct reading *r, size_t *index, const struct bpf_insn *insn)
{
	struct reg *dst = &r->regs[insn->dst_reg];
	struct bpf_insn high;
	int error = 0;

	switch (insn->code) {
	case BPF_LD | BPF_DW | BPF_IMM:
		if (!insn_at(r, ++*index, &high))
			return 0;
		*dst = (struct reg){ REG_NUMBER, insn->imm };
		if (insn->src_reg == BPF_PSEUDO_MAP_IDX_VALUE)
			*dst = (struct reg){ REG_DATA, high.imm };
		return 0;
	case BPF_ALU64 | BPF_MOV | BPF_K:
		*dst = (struct reg){ REG_NUMBER, insn->imm };
		return 0;
	case BPF_LDX | BPF_MEM | BPF_W:
		if (r->regs[insn->src_reg].kind == REG_DATA && insn->off == 0)
			*dst = (struct reg){ REG_COPY, r->regs[insn->src_reg].value };
		else
			dst->kind = REG_UNKNOWN;
		return 0;
	case BPF_JMP | BPF_CALL:
		if (insn->imm == BPF_FUNC_btf_find_by_name_kind)
			error = take_lookup(r, *index);
		else if (insn->imm == BPF_FUNC_sys_bpf)
			error = take_load(r);
		memset(r->regs, 0, 6 * sizeof(r->regs[0])); /* r0 to r5 */
		return error;
	}
	if (BPF_CLASS(insn->code) == BPF_STX)
		return take_store(r, insn);
	if (BPF_CLASS(insn->code) != BPF_ST && BPF_CLASS(insn->code) != BPF_JMP)
		dst->kind = REG_UNKNOWN;
	return 0;
}

/* A loader has two exits: behind its clean-up, which stands at its beginning, and at its end. */
static int read_loader(struct reading *r)
{
	struct bpf_insn insn;
	unsigned exits = 0;
	int error = 0;

	for (size_t i = 0; exits < 2 && error == 0; i++) {
		if (!insn_at(r, i, &insn))
			return -EBADMSG;
		exits += insn.code == (BPF_JMP | BPF_EXIT);
		error = step(r, &i, &insn);
	}
	return error;
}

static bool name_char(uint8_t c)
{
	return isalnum(c) || c == '_' || c == '.';
}

static bool is_name(const struct reading *r, uint64_t at, uint32_t len)
{
	if (at > r->size || len > r->size - at || r->data[at + len - 1] != '\0')
		return false;
	for (uint32_t i = 0; i + 1 < len; i++)
		if (!name_char(r->data[at + i]))
			return false;
	return true;
}

/* The union bpf_attr of a load, as it stands in the data. */
static bool read_attr(const struct reading *r, uint64_t at, struct kfg_light_skeleton_program *ret_program,
		      uint32_t *ret_n)
{
	size_t name = offsetof(union bpf_attr, prog_name);

	if (at > r->size || r->size - at < name + BPF_OBJ_NAME_LEN)
		return false;
	memcpy(&ret_program->type, r->data + at + offsetof(union bpf_attr, prog_type), sizeof(uint32_t));
	memcpy(ret_n, r->data + at + offsetof(union bpf_attr, insn_cnt), sizeof(uint32_t));
	memcpy(ret_program->name, r->data + at + name, BPF_OBJ_NAME_LEN);
	ret_program->name[BPF_OBJ_NAME_LEN] = '\0';
	return ret_program->type < 64 && *ret_n > 0 && *ret_n <= INSNS_MAX;
}

/* Whether all that the loader refers to is there when its data starts at base. */
static bool reports(const struct reading *r, size_t base, size_t *steps)
{
	for (size_t i = 0; i < r->n_lookups; i++, ++*steps)
		if (!is_name(r, (uint64_t)base + r->lookups[i].name, r->lookups[i].len))
			return false;
	for (size_t i = 0; i < r->n_loads; i++, ++*steps) {
		struct kfg_light_skeleton_program program;
		uint32_t n;

		if (!read_attr(r, (uint64_t)base + r->loads[i].attr, &program, &n))
			return false;
	}
	return true;
}

/* Where the data starts: nothing points to it, but the first name has to be at its place in it. */
static bool locate(const struct reading *r, size_t *ret_base)
{
	const struct lookup *first = &r->lookups[0];
	size_t run = 0, steps = 0, begin = r->at > LOCATE_NEAR ? r->at - LOCATE_NEAR : 0;
	size_t end = r->size - r->at > LOCATE_NEAR ? r->at + LOCATE_NEAR : r->size;

	for (size_t i = begin; i < end && steps < LOCATE_STEPS_MAX; i++) {
		size_t at;

		if (name_char(r->data[i])) {
			run++;
			continue;
		}
		at = i + 1 - first->len;
		if (r->data[i] == '\0' && run >= first->len - 1 && at >= first->name &&
		    reports(r, at - first->name, &steps)) {
			*ret_base = at - first->name;
			return true;
		}
		run = 0;
	}
	return false;
}

/* The index of the call in its program; UINT32_MAX: not to be told. */
static uint32_t call_index(const struct reading *r, size_t base, const struct lookup *l)
{
	struct kfg_light_skeleton_program program;
	uint32_t n, insns, index;

	if (l->program >= r->n_loads || !read_attr(r, base + r->loads[l->program].attr, &program, &n))
		return UINT32_MAX;
	insns = r->loads[l->program].insns;
	index = (l->insn - insns) / sizeof(struct bpf_insn);
	return insns && l->insn >= insns && index < n ? index : UINT32_MAX;
}

static int fill(const struct reading *r, size_t base, struct kfg_light_skeleton *skeleton)
{
	skeleton->programs = calloc(r->n_loads + 1, sizeof(*skeleton->programs));
	skeleton->calls = calloc(r->n_lookups + 1, sizeof(*skeleton->calls));
	if (!skeleton->programs || !skeleton->calls)
		return -ENOMEM;
	skeleton->n_programs = r->n_loads;
	skeleton->n_calls = r->n_lookups;
	for (size_t i = 0; i < r->n_loads && r->n_lookups; i++) { /* else the data was not located */
		uint32_t n;

		(void)read_attr(r, base + r->loads[i].attr, &skeleton->programs[i], &n); /* fits() has */
	}
	for (size_t i = 0; i < r->n_lookups; i++) {
		const struct lookup *l = &r->lookups[i];

		skeleton->calls[i] = (struct kfg_light_skeleton_call){
			.kfunc = (const char *)r->data + base + l->name,
			.weak = l->weak,
			.program = l->program,
			.insn = call_index(r, base, l),
		};
	}
	return 0;
}

int kfg_light_skeleton_read(const uint8_t *data, size_t size, size_t at, struct kfg_light_skeleton *ret_skeleton,
			    const char **ret_why)
{
	_cleanup_(reading_done) struct reading r = { .data = data, .size = size, .at = at };
	struct kfg_light_skeleton skeleton = {
		.limits = "a light skeleton carries no prototypes and no guards: its kfuncs are compared by name",
	};
	size_t base = 0;
	int error;

	r.n_insns = (size - at) / sizeof(struct bpf_insn);
	if (r.n_insns > INSNS_MAX)
		r.n_insns = INSNS_MAX;
	error = read_loader(&r);
	*ret_why = error == -E2BIG ? "more than 4096 programs or calls of kfuncs in a light skeleton" :
				     "the loader of a light skeleton breaks off";
	if (error < 0)
		return error == -E2BIG ? -EBADMSG : error;
	*ret_why = "the data of a light skeleton was not found near its loader";
	if (r.n_lookups && !locate(&r, &base))
		return -EBADMSG;
	error = fill(&r, base, &skeleton);
	if (error < 0) {
		kfg_light_skeleton_done(&skeleton);
		return error;
	}
	*ret_skeleton = skeleton;
	return 0;
}

void kfg_light_skeleton_done(struct kfg_light_skeleton *skeleton)
{
	free(skeleton->programs);
	free(skeleton->calls);
	*skeleton = (struct kfg_light_skeleton){ 0 };
}
