/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compat_struct_ops.c - what becomes of a struct_ops map on a kernel (libbpf 1.7.0, src/libbpf.c,
 * find_struct_ops_kern_types(), bpf_map__init_kern_struct_ops()). A member that the kernel lacks does no harm as long
 * as the object leaves it zero.
 */
#include "analysis/scan/compat.h"

#include <stdio.h>
#include <string.h>

/* More than any struct of a kernel has; members are compared by name with each other. */
#define MEMBERS_MAX 512u
#define NAME_MAX_LEN 192

static bool is_zero(const uint8_t *data, int64_t size)
{
	for (int64_t i = 0; i < size; i++)
		if (data[i])
			return false;
	return true;
}

/* Whether a relocation puts a program there: then the member is set, though the file has zeros. */
static bool has_program(const struct kfg_object_code *code, size_t map, uint32_t offset)
{
	uint32_t low = 0, high = code->n_slots;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct kfg_code_struct_ops_slot *slot = &code->slots[middle];

		if (slot->map < map || (slot->map == map && slot->offset < offset))
			low = middle + 1;
		else
			high = middle;
	}
	return low < code->n_slots && code->slots[low].map == map && code->slots[low].offset == offset;
}

static const struct btf_member *find_member(struct kfg_type type, const char *name)
{
	const struct btf_member *members = kfg_type_members(type);

	for (uint32_t i = 0; i < kfg_type_vlen(type); i++)
		if (strcmp(kfg_btf_str(type.btf, members[i].name_off), name) == 0)
			return &members[i];
	return NULL;
}

/* NULL: the kernel's struct has a place for the member; else why it does not. */
static const char *member_misfit(struct kfg_type local, const struct btf_member *member, struct kfg_type kernel,
				 bool is_set)
{
	const struct btf_member *there = find_member(kernel, kfg_btf_str(local.btf, member->name_off));
	struct kfg_type mine = { local.btf, member->type }, theirs;
	unsigned kind;

	if (!there)
		return is_set ? "the kernel's struct has no such member" : NULL;
	if (kfg_type_member_bits(kfg_type_record(local), member) ||
	    kfg_type_member_bits(kfg_type_record(kernel), there))
		return "libbpf does not take bitfields there";
	theirs = (struct kfg_type){ kernel.btf, there->type };
	kind = kfg_type_resolve(mine, &mine);
	if (kind != kfg_type_resolve(theirs, &theirs))
		return "it is of another type in the kernel";
	if (kind == BTF_KIND_PTR) {
		theirs.id = kfg_type_record(theirs)->type;
		return is_set && kfg_type_resolve(theirs, NULL) != BTF_KIND_FUNC_PROTO ?
			       "it is no function in the kernel" :
			       NULL;
	}
	return kfg_type_size(mine) != kfg_type_size(theirs) ? "it has another size in the kernel" : NULL;
}

/* Whether members are larger together than the struct, so that looking at them all could take for ever. */
static bool overlap(struct kfg_type type, uint32_t size)
{
	const struct btf_member *members = kfg_type_members(type);
	uint64_t sum = 0;

	for (uint32_t i = 0; i < kfg_type_vlen(type); i++) {
		int64_t one = kfg_type_size((struct kfg_type){ type.btf, members[i].type });

		sum += one > 0 ? (uint64_t)one : 0;
	}
	/* bitfields share their bytes */
	return sum > 8 * (uint64_t)size + 64;
}

static void judge_members(const struct kfg_linkage *linkage, size_t map, struct kfg_type kernel,
			  struct kfg_compat_result *result)
{
	const struct kfg_code_struct_ops *bytes = &linkage->code->st_ops[map];
	struct kfg_type local = { linkage->code->btf, linkage->object->struct_ops[map].btf_id };
	const struct btf_type *t = kfg_type_record(local);
	const struct btf_member *members = kfg_type_members(local);

	if (kfg_type_vlen(local) > MEMBERS_MAX || kfg_type_vlen(kernel) > MEMBERS_MAX || overlap(local, bytes->size)) {
		result->compat = KFG_COMPAT_UNCHECKED;
		snprintf(result->detail, sizeof(result->detail), "the struct is none that a compiler makes");
		return;
	}
	for (uint32_t i = 0; i < kfg_type_vlen(local); i++) {
		uint32_t offset = kfg_type_member_offset(t, &members[i]) / 8;
		int64_t size = kfg_type_size((struct kfg_type){ local.btf, members[i].type });
		const char *why;
		bool is_set;

		if (size < 0 || offset > bytes->size || size > bytes->size - offset)
			continue;
		is_set = !is_zero(bytes->data + offset, size) || has_program(linkage->code, map, offset);
		why = member_misfit(local, &members[i], kernel, is_set);
		if (!why)
			continue;
		result->compat = KFG_COMPAT_STRUCT_OPS;
		snprintf(result->detail, sizeof(result->detail), "member %.100s of %.60s: %s%s",
			 kfg_btf_str(local.btf, members[i].name_off), linkage->object->struct_ops[map].type, why,
			 is_set ? "; a loader may clear it before the load" : "");
		return;
	}
}

/* The struct that the map is of, in the BTF that has the kernel's own map type around it. btf NULL: not there. */
static struct kfg_type find_struct(const struct kfg_kernel *kernel, const char *type)
{
	char wrapper[NAME_MAX_LEN + 32];
	struct kfg_type value = { 0 }, found = { 0 };
	const char *module;

	snprintf(wrapper, sizeof(wrapper), "bpf_struct_ops_%s", type);
	value.id = kfg_kernel_type_find(kernel, wrapper, BTF_KIND_STRUCT, &value.btf, &module);
	if (!value.id)
		return found;
	found = (struct kfg_type){ value.btf, kfg_btf_find(value.btf, type, BTF_KIND_STRUCT) };
	for (uint32_t i = 0; found.id && i < kfg_type_vlen(value); i++)
		if (kfg_type_members(value)[i].type == found.id)
			return found;
	return (struct kfg_type){ 0 };
}

static void say_absent(const struct kfg_object_struct_ops *ops, struct kfg_compat_result *result)
{
	result->compat = KFG_COMPAT_STRUCT_OPS;
	snprintf(result->detail, sizeof(result->detail), "this kernel has no struct_ops of type %.120s", ops->type);
}

static void settle(const struct kfg_object_struct_ops *ops, struct kfg_compat_result *result)
{
	if (result->compat == KFG_COMPAT_STRUCT_OPS && !ops->autocreate)
		result->compat = KFG_COMPAT_GUARDED;
	result->fails = result->compat == KFG_COMPAT_STRUCT_OPS;
}

/* A module that is not at hand may have the type; the nearest kernel of the catalogue has all its modules. */
static void ask_nearest(const struct kfg_linkage *linkage, size_t map, struct kfg_compat_result *result)
{
	const struct kfg_object_struct_ops *ops = &linkage->object->struct_ops[map];
	struct kfg_compat_result nearest = { .reach = result->reach };
	struct kfg_type kernel = { 0 };

	if (linkage->nearest && strlen(ops->type) < NAME_MAX_LEN)
		kernel = find_struct(linkage->nearest, ops->type);
	if (kernel.btf)
		judge_members(linkage, map, kernel, &nearest);
	else if (linkage->nearest && linkage->nearest_complete)
		say_absent(ops, &nearest);
	else
		return;
	settle(ops, &nearest);
	kfg_compat_borrow(linkage, &nearest, result);
}

void kfg_compat_struct_ops(const struct kfg_linkage *linkage, size_t map, struct kfg_compat_result *result)
{
	const struct kfg_object_struct_ops *ops = &linkage->object->struct_ops[map];
	struct kfg_type kernel = { 0 };

	result->reach = ops->autocreate ? KFG_REACH_LIVE : KFG_REACH_LOADER;
	if (strlen(ops->type) < NAME_MAX_LEN)
		kernel = find_struct(linkage->kernel, ops->type);
	if (kernel.btf) {
		judge_members(linkage, map, kernel, result);
	} else if (!linkage->complete) {
		result->compat = KFG_COMPAT_UNCHECKED;
		snprintf(result->detail, sizeof(result->detail),
			 "not in the kernel itself, and its modules were not at hand");
		ask_nearest(linkage, map, result);
		return;
	} else {
		say_absent(ops, result);
	}
	settle(ops, result);
}
