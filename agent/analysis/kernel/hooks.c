/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hooks.c - which program types share a hook, out of the kernel's own code or its BTF. */
#include "analysis/kernel/hooks.h"

#include "analysis/kernel/arm64_code.h"

#include <linux/bpf.h>
#include <string.h>

/* The table is used this close to the start of the function, or of what the compiler inlined there. */
#define CODE_MAX 128u
#define ARM64_CODE_MAX 512u

/* The value of a constant of an enum; -1: there is none. */
static int enum_value(const struct kfg_btf *btf, const char *type, const char *constant)
{
	const struct btf_type *t = kfg_btf_type(btf, kfg_btf_find(btf, type, BTF_KIND_ENUM));
	const struct btf_enum *e;

	if (!t)
		return -1;
	e = (const struct btf_enum *)(t + 1);
	for (unsigned i = 0; i < KFG_BTF_INFO_VLEN(t->info); i++)
		if (strcmp(kfg_btf_str(btf, e[i].name_off), constant) == 0)
			return e[i].val;
	return -1;
}

static int hook_value(const struct kfg_btf *btf, const char *name)
{
	return enum_value(btf, "btf_kfunc_hook", name);
}

static void set_type(struct kfg_hooks *hooks, unsigned type, int hook)
{
	hooks->of_type[type] = (uint8_t)(hook < 0 ? hooks->none : hook);
}

/* Linux before 6.2 (no common hook): kernel/bpf/btf.c, 6.1. */
static void map_before_common(struct kfg_hooks *hooks, const struct kfg_btf *btf)
{
	memset(hooks->of_type, hooks->none, sizeof(hooks->of_type));
	set_type(hooks, BPF_PROG_TYPE_XDP, hook_value(btf, "BTF_KFUNC_HOOK_XDP"));
	set_type(hooks, BPF_PROG_TYPE_SCHED_CLS, hook_value(btf, "BTF_KFUNC_HOOK_TC"));
	set_type(hooks, BPF_PROG_TYPE_STRUCT_OPS, hook_value(btf, "BTF_KFUNC_HOOK_STRUCT_OPS"));
	set_type(hooks, BPF_PROG_TYPE_TRACING, hook_value(btf, "BTF_KFUNC_HOOK_TRACING"));
	set_type(hooks, BPF_PROG_TYPE_LSM, hook_value(btf, "BTF_KFUNC_HOOK_TRACING"));
	set_type(hooks, BPF_PROG_TYPE_SYSCALL, hook_value(btf, "BTF_KFUNC_HOOK_SYSCALL"));
}

/* What no version of the map has ever said otherwise. */
static bool is_plausible(const struct kfg_hooks *hooks, const struct kfg_btf *btf)
{
	for (unsigned i = 0; i < hooks->n_types; i++)
		if (hooks->of_type[i] > hooks->none)
			return false;
	return hooks->of_type[BPF_PROG_TYPE_XDP] == hook_value(btf, "BTF_KFUNC_HOOK_XDP") &&
	       hooks->of_type[BPF_PROG_TYPE_SCHED_CLS] == hook_value(btf, "BTF_KFUNC_HOOK_TC") &&
	       hooks->of_type[BPF_PROG_TYPE_STRUCT_OPS] == hook_value(btf, "BTF_KFUNC_HOOK_STRUCT_OPS") &&
	       hooks->of_type[BPF_PROG_TYPE_TRACING] == hook_value(btf, "BTF_KFUNC_HOOK_TRACING") &&
	       hooks->of_type[BPF_PROG_TYPE_SYSCALL] == hook_value(btf, "BTF_KFUNC_HOOK_SYSCALL");
}

/* A table at an address: `each` bytes per type from 0 to last, the rest has no hook. */
static bool take_table(const struct kfg_image *image, uint64_t addr, unsigned each, unsigned last,
		       struct kfg_hooks *hooks)
{
	const uint8_t *table = last < hooks->n_types ? kfg_image_at(image, addr, (uint64_t)each * (last + 1)) : NULL;

	if (!table)
		return false;
	memset(hooks->of_type, hooks->none, sizeof(hooks->of_type));
	for (unsigned i = 0; i <= last; i++) {
		uint32_t hook = 0;

		memcpy(&hook, table + (size_t)i * each, each);
		hooks->of_type[i] = hook > UINT8_MAX ? UINT8_MAX : (uint8_t)hook;
	}
	return true;
}

/*
 * A switch that only gives constants is a table to GCC and Clang: "cmp $last,%edi" and then a load by that register,
 * from bytes (movsbl or movzbl table(%rdi),%r32) or from words (mov table(,%rdi,4),%r32).
 */
static bool find_table(const struct kfg_image *image, const struct kfg_btf *btf, const uint8_t *code,
		       struct kfg_hooks *hooks)
{
	unsigned last = UINT8_MAX;

	for (size_t i = 0; i + 8 <= CODE_MAX; i++) {
		const uint8_t *c = code + i;
		unsigned each = 0;
		int32_t addr;

		if (c[0] == 0x83 && c[1] == 0xff)
			last = c[2];
		else if (c[0] == 0x0f && (c[1] == 0xbe || c[1] == 0xb6) && (c[2] & 0xc7) == 0x87)
			each = 1;
		else if (c[0] == 0x8b && (c[1] & 0xc7) == 0x04 && c[2] == 0xbd)
			each = 4;
		if (!each || last == UINT8_MAX)
			continue;
		memcpy(&addr, c + 3, sizeof(addr));
		if (take_table(image, (uint64_t)(int64_t)addr, each, last, hooks) && is_plausible(hooks, btf))
			return true;
	}
	return false;
}

struct arm64_table {
	const struct kfg_image *image;
	const struct kfg_btf *btf;
	struct kfg_hooks *hooks;
	unsigned last;
	bool found;
};

/*
 * The same on arm64: "cmp w0, #last", the address of a table put together, and a load from there by a register: a byte
 * (ldrb, ldrsb) or a word (ldr).
 */
static bool arm64_find_table(void *arg, const struct kfg_arm64_registers *regs, uint32_t insn, uint64_t addr)
{
	struct arm64_table *t = arg;
	unsigned base = insn >> 5 & 31, each = 0;

	(void)addr;
	if ((insn & 0x7fc0001f) == 0x7100001f)
		t->last = insn >> 10 & 0xfff;
	if ((insn & 0xff200c00) == 0x38200800)
		each = 1;
	else if ((insn & 0xff200c00) == 0xb8200800)
		each = 4;
	if (!each || !kfg_arm64_knows(regs, base))
		return true;
	t->found = take_table(t->image, regs->value[base], each, t->last, t->hooks) && is_plausible(t->hooks, t->btf);
	return !t->found;
}

static bool find_any_table(const struct kfg_image *image, const struct kfg_btf *btf, uint64_t call,
			   struct kfg_hooks *hooks)
{
	struct arm64_table t = { .image = image, .btf = btf, .hooks = hooks, .last = UINT8_MAX };
	const uint8_t *code = call ? kfg_image_at(image, call, image->arm64 ? ARM64_CODE_MAX : CODE_MAX) : NULL;
	const struct kfg_image_part part = { .data = code, .addr = call, .size = ARM64_CODE_MAX };

	if (!code)
		return false;
	if (!image->arm64)
		return find_table(image, btf, code, hooks);
	kfg_arm64_follow(image, &part, arm64_find_table, &t);
	return t.found;
}

void kfg_hooks_read(const struct kfg_image *image, const struct kfg_btf *btf, uint64_t call,
		    struct kfg_hooks *ret_hooks)
{
	int n_types = enum_value(btf, "bpf_prog_type", "__MAX_BPF_PROG_TYPE");
	struct kfg_hooks hooks = {
		.common = hook_value(btf, "BTF_KFUNC_HOOK_COMMON"),
		.none = hook_value(btf, "BTF_KFUNC_HOOK_MAX"),
		.fmodret = hook_value(btf, "BTF_KFUNC_HOOK_FMODRET"),
	};

	*ret_hooks = hooks;
	if (n_types <= 0)
		n_types = enum_value(btf, "bpf_prog_type", "BPF_PROG_TYPE_NETFILTER") + 1;
	if (n_types <= 0)
		n_types = enum_value(btf, "bpf_prog_type", "BPF_PROG_TYPE_SYSCALL") + 1;
	if (n_types <= BPF_PROG_TYPE_SYSCALL || n_types > (int)KFG_PROG_TYPES_MAX || hooks.none <= 0 ||
	    hooks.none >= UINT8_MAX)
		return;
	hooks.n_types = (unsigned)n_types;
	if (hooks.common < 0)
		map_before_common(&hooks, btf);
	else if (!find_any_table(image, btf, call, &hooks))
		return;
	*ret_hooks = hooks;
}

bool kfg_hooks_types_of(const struct kfg_hooks *hooks, unsigned hook, uint64_t *ret_types)
{
	uint64_t types = 0;

	for (unsigned i = 1; i < hooks->n_types; i++)
		if ((int)hook == hooks->common || ((int)hook != hooks->none && hooks->of_type[i] == hook))
			types |= (uint64_t)1 << i;
	*ret_types = types;
	return hooks->n_types > 0;
}

bool kfg_hooks_types(const struct kfg_hooks *hooks, unsigned prog_type, uint64_t *ret_types)
{
	return prog_type < hooks->n_types && kfg_hooks_types_of(hooks, hooks->of_type[prog_type], ret_types);
}
