/* SPDX-License-Identifier: GPL-2.0-or-later */
/* linkage.c - the externs, relocations and programs of an object, resolved for one kernel. */
#include "analysis/scan/linkage.h"

#include "analysis/scan/type_compat.h"
#include "analysis/scan/core.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void kfg_linkage_find_kfunc(struct kfg_linkage *linkage, const struct kfg_kernel *kernel,
			    const struct kfg_object_use *use, struct kfg_linkage_kfunc *found)
{
	const struct kfg_btf *own = linkage->code->btf;
	struct kfg_type local, target;
	int r;

	*found = (struct kfg_linkage_kfunc){
		.complete = kernel == linkage->kernel ? linkage->complete : linkage->nearest_complete,
		.sets_known = kernel == linkage->kernel ? linkage->facts.sets_known : true,
	};
	if (use->undeclared)
		return;
	found->func.id = kfg_kernel_func_find(kernel, use->kfunc, &found->func.btf, &found->module);
	if (!found->func.id) {
		found->func.btf = NULL;
		return;
	}
	found->kfunc = kfg_kernel_kfunc_find(kernel, use->kfunc);
	local = (struct kfg_type){ own, kfg_btf_type(own, use->btf_id)->type };
	target = (struct kfg_type){ found->func.btf, kfg_type_record(found->func)->type };
	r = kfg_type_compat(local, target, linkage->object->max[KFG_SCAN_LIMIT_TYPES]);
	found->compatible = r > 0;
	found->undecided = r == -E2BIG;
	if (found->undecided)
		kfg_linkage_give_up(linkage, KFG_SCAN_LIMIT_TYPES);
}

/* A struct_ops program goes with the maps that use it (bpf_object_adjust_struct_ops_autoload()). */
static void find_loaded(struct kfg_linkage *linkage)
{
	const struct kfg_object *object = linkage->object;

	for (size_t i = 0; i < object->n_programs; i++)
		linkage->loaded[i] = object->programs[i].autoload;
	for (int made = 0; made <= 1; made++)
		for (uint32_t i = 0; i < linkage->code->n_slots; i++) {
			const struct kfg_code_struct_ops_slot *slot = &linkage->code->slots[i];
			uint32_t program = linkage->code->funcs[slot->function].program;

			if (program != KFG_CODE_NONE && object->struct_ops[slot->map].autocreate == made)
				linkage->loaded[program] = made;
		}
}

static const char *member_at(const struct kfg_linkage *linkage, const struct kfg_code_struct_ops_slot *slot)
{
	struct kfg_type type = { linkage->code->btf, linkage->object->struct_ops[slot->map].btf_id };
	const struct btf_member *members = kfg_type_members(type);

	for (uint32_t i = 0; i < kfg_type_vlen(type); i++)
		if (kfg_type_member_offset(kfg_type_record(type), &members[i]) == slot->offset * 8)
			return kfg_btf_str(type.btf, members[i].name_off);
	return "";
}

static uint8_t add_context(struct kfg_linkage *linkage, const struct kfg_context *context)
{
	for (uint32_t i = 0; i < linkage->n_contexts; i++) {
		const struct kfg_context *c = &linkage->contexts[i];

		if (c->type == context->type && c->kind == context->kind && c->may_sleep == context->may_sleep &&
		    strcmp(c->ops, context->ops) == 0 && strcmp(c->member, context->member) == 0)
			return (uint8_t)i;
	}
	if (linkage->n_contexts == KFG_CONTEXTS_MAX) {
		linkage->contexts[KFG_CONTEXTS_MAX - 1] =
			(struct kfg_context){ .section = "", .ops = "", .member = "" };
		return KFG_CONTEXTS_MAX - 1;
	}
	linkage->contexts[linkage->n_contexts] = *context;
	return (uint8_t)linkage->n_contexts++;
}

/* What the kernel would ask about each program. A struct_ops program is what the first map makes of it. */
static int find_contexts(struct kfg_linkage *linkage)
{
	const struct kfg_object_code *code = linkage->code;
	struct kfg_context *contexts = calloc(linkage->object->n_programs + 1, sizeof(*contexts));

	if (!contexts)
		return -ENOMEM;
	for (size_t i = 0; i < linkage->object->n_programs; i++) {
		const struct kfg_object_program *program = &linkage->object->programs[i];

		contexts[i] = (struct kfg_context){ .type = program->type,
						    .kind = kfg_context_kind(program->section),
						    .may_sleep = program->sleepable,
						    .section = program->section,
						    .ops = "",
						    .member = "" };
	}
	for (uint32_t i = 0; i < code->n_slots; i++) {
		uint32_t program = code->funcs[code->slots[i].function].program;

		/* each may take a walk through the members of a struct */
		if (i >= linkage->object->max[KFG_SCAN_LIMIT_SLOTS]) {
			kfg_linkage_give_up(linkage, KFG_SCAN_LIMIT_SLOTS);
			break;
		}
		if (program == KFG_CODE_NONE || *contexts[program].ops)
			continue;
		contexts[program].ops = linkage->object->struct_ops[code->slots[i].map].type;
		contexts[program].member = member_at(linkage, &code->slots[i]);
	}
	for (size_t i = 0; i < linkage->object->n_programs; i++)
		linkage->context_of[i] = add_context(linkage, &contexts[i]);
	free(contexts);
	return 0;
}

/* What libbpf puts beside the programs: functions that they call, whether the call is dead or not. */
static int find_linked(struct kfg_linkage *linkage)
{
	const struct kfg_object_code *code = linkage->code;
	uint32_t *stack = calloc((size_t)code->n_funcs + 1, sizeof(*stack)), n = 0;

	if (!stack)
		return -ENOMEM;
	for (uint32_t i = 0; i < code->n_funcs; i++) {
		uint32_t program = code->funcs[i].program;

		if (program == KFG_CODE_NONE || !linkage->loaded[program])
			continue;
		linkage->linked[i] = true;
		stack[n++] = i;
	}
	while (n) {
		const struct kfg_code_func *f = &code->funcs[stack[--n]];

		for (uint32_t i = f->first_out; i < f->first_out + f->n_out; i++) {
			uint32_t callee = code->outgoing[i].callee;

			if (!linkage->linked[callee]) {
				linkage->linked[callee] = true;
				stack[n++] = callee;
			}
		}
	}
	free(stack);
	return 0;
}

static void find_addresses(struct kfg_linkage *linkage)
{
	const struct kfg_object_code *code = linkage->code;

	for (uint32_t i = 0; i < code->n_address_places; i++) {
		uint32_t place = code->address_places[i];

		if (linkage->linked[kfg_code_func_at(code, place)])
			linkage->address_taken[kfg_code_use(linkage->object, place, KFG_CODE_NOTE_ADDR_EXTERN)] = true;
	}
}

/* Verifiers are told apart by kfuncs that came with the feature in question, since versions tell little. */
static void find_features(struct kfg_linkage *linkage)
{
	const struct kfg_btf *vmlinux = kfg_kernel_btf(linkage->kernel);

	/* 6.4: 58aa2afbb1e6 "bpf: Allow ld_imm64 instruction to point to kfunc"; 6018e1f407cc added the iterator */
	linkage->kfunc_addresses = kfg_btf_find(vmlinux, "bpf_iter_num_new", BTF_KIND_FUNC) != 0;
	/* 6.8: 2afae08c9dcb "bpf: Validate global subprogs lazily"; a6de18f310a5 added this kfunc */
	linkage->lazy_globals = kfg_btf_find(vmlinux, "bpf_cpumask_weight", BTF_KIND_FUNC) != 0;
}

static uint64_t flow_steps(const struct kfg_object *object)
{
	uint64_t own = object->max[KFG_SCAN_LIMIT_FLOW], left = object->max[KFG_SCAN_LIMIT_FILE_FLOW];

	return own < left ? own : left;
}

static void find_nearest(struct kfg_linkage *linkage)
{
	struct kfg_kernel_facts facts;

	linkage->nearest = kfg_kernel_nearest(linkage->kernel);
	if (!linkage->nearest)
		return;
	kfg_kernel_facts(linkage->nearest, &facts);
	linkage->nearest_release = facts.release;
	linkage->nearest_complete = facts.modules_known;
}

int kfg_linkage_init(struct kfg_linkage *linkage, const struct kfg_object *object, const struct kfg_kernel *kernel)
{
	const struct kfg_object_code *code = object->code;

	*linkage = (struct kfg_linkage){ .object = object,
					 .code = code,
					 .kernel = kernel,
					 .core_steps = object->max[KFG_SCAN_LIMIT_CORE],
					 .flow_steps = flow_steps(object) };
	kfg_kernel_facts(kernel, &linkage->facts);
	linkage->running = strcmp(linkage->facts.path, "running") == 0;
	/* beside raw BTF there may be that of modules, but of those that were loaded alone */
	linkage->complete = (linkage->facts.modules_known && linkage->facts.sets_known) || linkage->running;
	find_nearest(linkage);
	linkage->found = calloc(object->n_uses + 1, sizeof(*linkage->found));
	linkage->core = calloc((size_t)code->n_core_relos + 1, sizeof(*linkage->core));
	linkage->loaded = calloc(object->n_programs + 1, sizeof(*linkage->loaded));
	linkage->context_of = calloc(object->n_programs + 1, sizeof(*linkage->context_of));
	linkage->address_taken = calloc(object->n_uses + 1, sizeof(*linkage->address_taken));
	linkage->linked = calloc((size_t)code->n_funcs + 1, sizeof(*linkage->linked));
	if (!linkage->found || !linkage->core || !linkage->loaded || !linkage->context_of || !linkage->address_taken ||
	    !linkage->linked)
		return -ENOMEM;
	for (size_t i = 0; i < object->n_uses; i++)
		kfg_linkage_find_kfunc(linkage, kernel, &object->uses[i], &linkage->found[i]);
	find_loaded(linkage);
	find_features(linkage);
	if (find_contexts(linkage) < 0 || find_linked(linkage) < 0)
		return -ENOMEM;
	find_addresses(linkage);
	return 0;
}

void kfg_linkage_done(struct kfg_linkage *linkage)
{
	free(linkage->found);
	free(linkage->core);
	free(linkage->loaded);
	free(linkage->context_of);
	free(linkage->address_taken);
	free(linkage->linked);
}
