/* SPDX-License-Identifier: GPL-2.0-or-later */
/* linkage.h - an object on a kernel: what its externs and relocations come to there. */
#pragma once

#include "analysis/kernel/kernel.h"
#include "analysis/scan/code.h"
#include "analysis/scan/filter.h"
#include "analysis/scan/types.h"

struct kfg_core_value;

/* What libbpf finds for the kfunc of a use. */
struct kfg_linkage_kfunc {
	struct kfg_type func; /* the FUNC; btf NULL: there is none */
	const char *module; /* NULL: the kernel itself */
	bool compatible; /* by its prototype */
	bool undecided; /* comparing the prototypes was given up */
	const struct kfg_kfunc *kfunc; /* NULL: not known as a kfunc */
	bool complete; /* if there is none, none is there: the modules were looked at, too */
	bool sets_known; /* who may call it is known, and that it is no kfunc if there is none */
};

/* More kinds of programs than any object has; of more, the last one stands for several, and is of no known type. */
#define KFG_CONTEXTS_MAX 64

struct kfg_linkage {
	const struct kfg_object *object;
	const struct kfg_object_code *code;
	const struct kfg_kernel *kernel;
	struct kfg_kernel_facts facts;
	const struct kfg_kernel *nearest; /* asked about what the kernel's BTF does not tell; NULL: none */
	const char *nearest_release;
	bool nearest_complete; /* its modules are known */
	struct kfg_linkage_kfunc *found; /* owned: per use */
	bool *loaded; /* owned: per program, whether libbpf loads it by default */
	struct kfg_context contexts[KFG_CONTEXTS_MAX]; /* the kinds of programs that the object has */
	uint32_t n_contexts;
	uint8_t *context_of; /* owned: per program */
	bool *address_taken; /* owned: per use, whether a program that is loaded asks for its address, dead or not */
	bool *linked; /* owned: per function, whether it is part of a program that is loaded */
	struct kfg_core_value *core; /* owned: per core_relo, what it came to; see core.h */
	uint64_t core_steps; /* left for searches of fields; see kfg_core_spec_match() */
	uint64_t flow_steps; /* left for following calls */
	unsigned limits_met; /* bit per enum kfg_scan_limit */
	bool running; /* the kernel is the one that runs here, with the modules that are loaded */
	bool complete; /* what is not found is not there: modules were looked at, too */
	bool lazy_globals; /* global functions are verified if something that is live calls them */
	bool kfunc_addresses; /* a program may take the address of a kfunc */
};

/* Returns 0 or -ENOMEM; to be undone in either case. */
int kfg_linkage_init(struct kfg_linkage *linkage, const struct kfg_object *object, const struct kfg_kernel *kernel);
void kfg_linkage_done(struct kfg_linkage *linkage);

/* What libbpf finds in that kernel: the linkage's own, or the nearest. */
void kfg_linkage_find_kfunc(struct kfg_linkage *linkage, const struct kfg_kernel *kernel,
			    const struct kfg_object_use *use, struct kfg_linkage_kfunc *found);

/* A limit was met: the object is unchecked on this kernel. */
void kfg_linkage_give_up(struct kfg_linkage *linkage, enum kfg_scan_limit limit);
/* Which of the two limits of following calls is the smaller one. */
static inline enum kfg_scan_limit kfg_linkage_flow_limit(const struct kfg_linkage *linkage)
{
	const uint64_t *max = linkage->object->max;

	return max[KFG_SCAN_LIMIT_FILE_FLOW] < max[KFG_SCAN_LIMIT_FLOW] ? KFG_SCAN_LIMIT_FILE_FLOW :
									  KFG_SCAN_LIMIT_FLOW;
}

/* What that says. */
void kfg_linkage_limit_text(const struct kfg_linkage *linkage, enum kfg_scan_limit limit, char *buf, size_t size);

/* Whether libbpf resolves the extern of a use. */
static inline bool kfg_linkage_present(const struct kfg_linkage *linkage, uint32_t use)
{
	return linkage->found[use].func.btf && linkage->found[use].compatible;
}
