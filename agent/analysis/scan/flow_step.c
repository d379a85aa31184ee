/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow_step.c - what one instruction does to what is known, and where control goes from it. */
#include "analysis/scan/flow_internal.h"

#include "analysis/scan/core.h"
#include "analysis/scan/kconfig.h"
#include <string.h>

#define MODE_MEMSX 0x80 /* a sign-extending load (include/uapi/linux/bpf.h, 6.6) */
#define OP_JCOND 0xe0 /* "may_goto" (6.9) */
#define LOAD_ACQUIRE 0x100 /* an atomic load (6.15) */

static uint32_t access_size(const struct bpf_insn *insn)
{
	switch (BPF_SIZE(insn->code)) {
	case BPF_B:
		return 1;
	case BPF_H:
		return 2;
	case BPF_W:
		return 4;
	default:
		return 8;
	}
}

/* A CO-RE relocation that cannot be answered makes the verifier refuse the program, if it gets here. */
static bool resolve_core(struct kfg_flow_state *run, const struct kfg_code_note *note, uint32_t place,
			 uint64_t *ret_value)
{
	struct kfg_core_value answer = kfg_core_resolve(run->linkage, note->index);

	if (answer.state == KFG_CORE_UNRESOLVED && !run->flow->unresolved) {
		run->flow->unresolved = true;
		run->flow->unresolved_place = place;
	}
	*ret_value = answer.value;
	return answer.state == KFG_CORE_VALUE;
}

/*
 * The address of a variable of the kernel. Those in BTF are per CPU, and the verifier does not know that their address
 * is not NULL (kernel/bpf/verifier.c, reg_type_not_null() 6.1, reg_not_null() 7.3).
 */
static struct kfg_value ksym_address(const struct kfg_linkage *linkage, const struct kfg_code_extern *ext)
{
	const struct kfg_btf *own = linkage->code->btf, *btf;
	struct kfg_type local = { own, kfg_btf_type(own, ext->btf_id)->type };
	const char *module;

	/* without a type it comes from /proc/kallsyms, which is not at hand */
	if (kfg_type_resolve(local, NULL) == BTF_KIND_UNKN ||
	    kfg_kernel_type_find(linkage->kernel, ext->name, BTF_KIND_VAR, &btf, &module))
		return KFG_VALUE_ANY;
	return kfg_value_number(0);
}

static struct kfg_value extern_address(const struct kfg_linkage *linkage, uint32_t index)
{
	const struct kfg_code_extern *ext = &linkage->code->externs[index];

	switch (ext->kind) {
	case KFG_CODE_EXTERN_KFUNC:
		return kfg_linkage_present(linkage, ext->use) ? KFG_VALUE_NOT_NULL : kfg_value_number(0);
	case KFG_CODE_EXTERN_KSYM:
		return ksym_address(linkage, ext);
	default:
		return (struct kfg_value){ KFG_VALUE_KCONFIG, index, 0 };
	}
}

/* A load of a 64-bit immediate, of which relocations make addresses. */
static struct kfg_value wide_immediate(struct kfg_flow_state *run, uint32_t place)
{
	const struct kfg_object_code *code = run->code;
	const struct bpf_insn *insn = &code->insns[place];
	const struct kfg_code_note *note = kfg_code_note_at(code, place);
	uint64_t number = (uint32_t)insn[0].imm | (uint64_t)(uint32_t)insn[1].imm << 32;

	if (!note)
		return insn->src_reg ? KFG_VALUE_ANY : kfg_value_number(number);
	switch (note->kind) {
	case KFG_CODE_NOTE_ADDR_EXTERN:
		return note->index == KFG_CODE_NONE ? KFG_VALUE_ANY : extern_address(run->linkage, note->index);
	case KFG_CODE_NOTE_ADDR_FUNC:
		run->way->callback(run, note->index);
		return KFG_VALUE_NOT_NULL;
	case KFG_CODE_NOTE_RODATA:
		return (struct kfg_value){ KFG_VALUE_RODATA, note->index, (uint64_t)note->offset };
	case KFG_CODE_NOTE_POINTER:
		return KFG_VALUE_NOT_NULL;
	case KFG_CODE_NOTE_CORE:
		return resolve_core(run, note, place, &number) ? kfg_value_number(number) : KFG_VALUE_ANY;
	default:
		return KFG_VALUE_ANY;
	}
}

/* Strings and tables that the compiler made are in sections of their own, and no loader's business. */
static bool loader_sets(const char *section)
{
	return strncmp(section, ".rodata.str", 11) != 0 && strncmp(section, ".rodata.cst", 11) != 0;
}

static struct kfg_value load_rodata(struct kfg_flow_state *run, struct kfg_value pointer, int32_t offset, uint32_t size)
{
	const struct kfg_elf_section *s = &run->code->elf.sections[pointer.low];
	int64_t at = (int64_t)(pointer.high + (uint64_t)(int64_t)offset);
	uint64_t number = 0;

	if (at < 0 || (uint64_t)at > s->size || size > s->size - (uint64_t)at)
		return kfg_value_truncate(KFG_VALUE_ANY, size);
	if (loader_sets(s->name)) {
		run->flow->saw_rodata = true;
		if (run->assumption == KFG_FLOW_ASSUME_ANY_LOADER)
			return kfg_value_truncate(KFG_VALUE_ANY, size);
	}
	memcpy(&number, s->data + at, size);
	if (run->linkage->object->foreign)
		number = __builtin_bswap64(number) >> (64 - 8 * size);
	return kfg_value_number(number);
}

/* An extern whose value is not known is one of the configuration. */
static struct kfg_value load_kconfig(struct kfg_flow_state *run, uint32_t ext, uint32_t size)
{
	struct kfg_value value = kfg_kconfig_value(run->linkage, ext, size);

	if (kfg_value_is_number(value))
		return value;
	run->flow->saw_config = true;
	if (run->assumption == KFG_FLOW_ASSUME_CONFIG_OFF || run->assumption == KFG_FLOW_ASSUME_CONFIG_ON)
		return kfg_value_number(
			kfg_kconfig_extreme(run->linkage, ext, run->assumption == KFG_FLOW_ASSUME_CONFIG_ON));
	return value;
}

static void step_load(struct kfg_flow_state *run, struct kfg_frame *frame, uint32_t place)
{
	const struct bpf_insn *insn = &run->code->insns[place];
	const struct kfg_code_note *note = kfg_code_note_at(run->code, place);
	struct kfg_value pointer = kfg_frame_get(frame, insn->src_reg), value;
	uint32_t size = access_size(insn);
	uint64_t ignored;

	if (note && note->kind == KFG_CODE_NOTE_CORE)
		resolve_core(run, note, place, &ignored);
	if (BPF_MODE(insn->code) != BPF_MEM && BPF_MODE(insn->code) != MODE_MEMSX)
		value = KFG_VALUE_ANY;
	else if (pointer.kind == KFG_VALUE_RODATA)
		value = load_rodata(run, pointer, insn->off, size);
	else if (pointer.kind == KFG_VALUE_KCONFIG && (int64_t)pointer.high + insn->off == 0)
		value = load_kconfig(run, (uint32_t)pointer.low, size);
	else
		value = kfg_frame_load(run->way->frame_of(run, frame, pointer), pointer, insn->off, size);
	if (BPF_MODE(insn->code) == MODE_MEMSX && value.high >> (8 * size - 1))
		value = KFG_VALUE_ANY;
	kfg_frame_set(frame, insn->dst_reg, value);
}

static void step_store(struct kfg_flow_state *run, struct kfg_frame *frame, uint32_t place)
{
	const struct bpf_insn *insn = &run->code->insns[place];
	const struct kfg_code_note *note = kfg_code_note_at(run->code, place);
	bool immediate = BPF_CLASS(insn->code) == BPF_ST, atomic = !immediate && BPF_MODE(insn->code) == BPF_ATOMIC;
	struct kfg_value pointer = kfg_frame_get(frame, insn->dst_reg);
	struct kfg_frame_slot slot = { .size = access_size(insn), .value = KFG_VALUE_ANY };
	uint64_t ignored;

	if (note && note->kind == KFG_CODE_NOTE_CORE)
		resolve_core(run, note, place, &ignored);
	if (atomic && insn->imm == LOAD_ACQUIRE) {
		kfg_frame_set(frame, insn->dst_reg, KFG_VALUE_ANY);
		return;
	}
	if (immediate)
		slot.value = kfg_value_truncate(kfg_value_number((uint64_t)(int64_t)insn->imm), slot.size);
	else if (!atomic)
		slot.value = kfg_frame_get(frame, insn->src_reg);
	/* a part of a pointer is no pointer */
	if (slot.size < 8)
		slot.value = kfg_value_truncate(slot.value, slot.size);
	run->way->store(run, frame, pointer, insn->off, &slot);
	if (atomic && (insn->imm & BPF_FETCH))
		kfg_frame_set(frame, insn->imm == BPF_CMPXCHG ? BPF_REG_0 : insn->src_reg, KFG_VALUE_ANY);
}

static void step_alu(struct kfg_flow_state *run, struct kfg_frame *frame, uint32_t place)
{
	const struct bpf_insn *insn = &run->code->insns[place];
	const struct kfg_code_note *note = kfg_code_note_at(run->code, place);
	struct kfg_value dst = kfg_frame_get(frame, insn->dst_reg);
	uint64_t number = (uint64_t)(int64_t)insn->imm;
	bool known = true;

	if (note && note->kind == KFG_CODE_NOTE_CORE && resolve_core(run, note, place, &number))
		number = (uint64_t)(int64_t)(int32_t)number;
	else if (note && note->kind == KFG_CODE_NOTE_CORE)
		known = false;
	if (!known)
		dst = KFG_VALUE_ANY;
	else
		dst = kfg_value_alu(insn, dst,
				    BPF_SRC(insn->code) == BPF_X ? kfg_frame_get(frame, insn->src_reg) :
								   kfg_value_number(number));
	kfg_frame_set(frame, insn->dst_reg, dst);
}

/* bpf_throw() does not come back. */
static bool never_returns(const struct kfg_flow_state *run, uint32_t place)
{
	uint32_t use = kfg_code_use(run->linkage->object, place, KFG_CODE_NOTE_CALL_EXTERN);

	return use != KFG_CODE_NONE && strcmp(run->linkage->object->uses[use].kfunc, "bpf_throw") == 0;
}

static enum kfg_flow_next step_call(struct kfg_flow_state *run, struct kfg_frame *frame, uint32_t place)
{
	const struct kfg_code_note *note = kfg_code_note_at(run->code, place);

	if (note && note->kind == KFG_CODE_NOTE_CALL_FUNC)
		return run->way->call(run, frame, place, note->index);
	run->way->call_kernel(run, frame);
	return never_returns(run, place) ? KFG_FLOW_STOP : KFG_FLOW_NEXT;
}

static void take(struct kfg_flow_state *run, const struct kfg_frame *frame, uint32_t place, struct kfg_value dst)
{
	const struct bpf_insn *insn = &run->code->insns[place];
	struct kfg_frame taken = *frame;
	int64_t target;

	kfg_frame_set(&taken, insn->dst_reg, dst);
	if (kfg_insn_jump(insn, place, &target) && target >= run->func->first &&
	    target < (int64_t)run->func->first + run->func->n)
		run->way->enter(run, (uint32_t)target, &taken);
}

/* The stack of a function that returns is gone. */
static struct kfg_value without_stack(struct kfg_value value)
{
	return value.kind == KFG_VALUE_STACK || value.kind == KFG_VALUE_STACK_SOMEWHERE ? KFG_VALUE_ANY : value;
}

static enum kfg_flow_next step_jump(struct kfg_flow_state *run, struct kfg_frame *frame, uint32_t place)
{
	const struct bpf_insn *insn = &run->code->insns[place];
	struct kfg_value dst = kfg_frame_get(frame, insn->dst_reg), src;
	enum kfg_truth truth;

	switch (BPF_OP(insn->code)) {
	case BPF_EXIT:
		run->way->leave(run, without_stack(kfg_frame_get(frame, BPF_REG_0)));
		return KFG_FLOW_STOP;
	case BPF_JA:
		take(run, frame, place, dst);
		return KFG_FLOW_STOP;
	case OP_JCOND:
		take(run, frame, place, dst);
		return KFG_FLOW_NEXT;
	default:
		src = BPF_SRC(insn->code) == BPF_X ? kfg_frame_get(frame, insn->src_reg) :
						     kfg_value_number((uint64_t)(int64_t)insn->imm);
		truth = kfg_value_jump(insn, dst, src);
		if (truth != KFG_TRUTH_FALSE)
			take(run, frame, place, kfg_value_refine(insn, dst, src, true));
		kfg_frame_set(frame, insn->dst_reg, kfg_value_refine(insn, dst, src, false));
		return truth == KFG_TRUTH_TRUE ? KFG_FLOW_STOP : KFG_FLOW_NEXT;
	}
}

enum kfg_flow_next kfg_flow_step(struct kfg_flow_state *run, struct kfg_frame *frame, uint32_t place)
{
	const struct bpf_insn *insn = &run->code->insns[place];

	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
		if (kfg_insn_is_ld64(insn)) {
			kfg_frame_set(frame, insn->dst_reg, wide_immediate(run, place));
			return KFG_FLOW_NEXT_BUT_ONE;
		}
		/* loads from packets leave as calls do */
		run->way->call_kernel(run, frame);
		return KFG_FLOW_NEXT;
	case BPF_LDX:
		step_load(run, frame, place);
		return KFG_FLOW_NEXT;
	case BPF_ST:
	case BPF_STX:
		step_store(run, frame, place);
		return KFG_FLOW_NEXT;
	case BPF_ALU:
	case BPF_ALU64:
		step_alu(run, frame, place);
		return KFG_FLOW_NEXT;
	default:
		return kfg_insn_is_call(insn) ? step_call(run, frame, place) : step_jump(run, frame, place);
	}
}
