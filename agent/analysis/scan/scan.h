/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scan.h - what a BPF object asks of a kernel, and what would become of it there. The object is read once
 * (kfg_object_open) and then held against any number of kernels (kfg_compat_check). Reports are made from these
 * structs.
 *
 * Prefixes: kfg_call_site, kfg_object, kfg_deployment, kfg_reach.
 */
#pragma once

#include "analysis/kernel/kernel.h"
#include "analysis/scan/limits.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A call of a kfunc in a program, or in a function that programs call. */
struct kfg_call_site {
	size_t program; /* index into the object's programs: one that reaches the call */
	const char *function; /* the BPF function that holds the call */
	uint32_t insn; /* index into the section's instructions */
	const char *section;
	const char *file; /* of the source; NULL: no line info */
	unsigned line; /* 0: unknown */
	uint64_t types; /* bit per program type (0: unknown) of all programs that reach it */
};

/* A kfunc that the object declares (extern ... __ksym). */
struct kfg_object_use {
	const char *symbol; /* as declared */
	const char *kfunc; /* as libbpf looks it up: without a ___suffix (libbpf.c, bpf_core_essential_name_len) */
	bool weak;
	bool address_taken; /* by bpf_ksym_exists() and the like */
	bool undeclared; /* not in .ksyms, so that libbpf does not resolve it: an undefined symbol by a kfunc's name */
	uint32_t btf_id; /* of the FUNC in the object's BTF; 0: undeclared, and not there */
	struct kfg_call_site *sites;
	size_t n_sites; /* 0: declared, never called */
};

struct kfg_object_program {
	const char *name; /* of the C function */
	const char *section;
	uint32_t type; /* enum bpf_prog_type; 0: the section's name does not tell */
	bool autoload; /* false: a "?" section, or a struct_ops program that no autoloaded map uses */
	bool sleepable;
	const char *attach; /* what it attaches to, by its section's name; "" if nothing */
};

/* A struct_ops map that the object defines. */
struct kfg_object_struct_ops {
	const char *map;
	const char *type; /* "sched_ext_ops", without a ___suffix */
	bool autocreate;
	uint32_t btf_id; /* of the struct in the object's BTF */
};

/* Versions of libbpf, by whose rules objects are judged. */
#define KFG_LIBBPF(major, minor) ((major)*1000u + (minor))
#define KFG_LIBBPF_NEWEST KFG_LIBBPF(1, 8)
#define KFG_LIBBPF_NONE 0u /* another loader opens the object: nothing is refused then */

#define KFG_OBJECT_REFUSALS_MAX 8u

/* A reason for which libbpf refuses to open the object, on every kernel. */
struct kfg_object_refusal {
	unsigned since; /* the version that does so first; 0: all do */
	char text[184]; /* one clause */
};

/* What the place where objects are to be loaded gives, beyond a kernel. */
struct kfg_deployment {
	const char *const *modules; /* that are loaded before; '-' and '_' are the same in a name */
	size_t n_modules;
	bool cap_perfmon, cap_sys_boot; /* that every loader has */
	bool assume_nearest; /* what BTF does not tell of a kernel is as in the nearest one of the catalogue */
	/*
	 * In which release upstream removed a kfunc, "6.4", with the words for that; NULL: it is not known that it did.
	 * NULL: of no kfunc.
	 */
	const char *(*removed_in)(const void *arg, const char *kfunc, char *words, size_t size);
	const void *removed_in_arg;
};

/* A BPF object, read. All strings and arrays belong to it. */
struct kfg_object {
	const char *label; /* what the user sees: "FILE", "FILE@0x1f40", "FILE:MEMBER" */
	const char *license;
	bool foreign; /* for machines of the other byte order than this one's */
	struct kfg_object_program *programs;
	size_t n_programs;
	struct kfg_object_use *uses;
	size_t n_uses;
	struct kfg_object_struct_ops *struct_ops;
	size_t n_struct_ops;
	/* kfg_scan_limits, unless the caller sets others; of FILE_FLOW what is left on the kernel at hand */
	uint64_t max[KFG_SCAN_LIMIT_MAX];
	const struct kfg_deployment *deployment; /* NULL: nothing is known of it; set by the caller, whose it stays */
	unsigned libbpf; /* the version it is judged by: KFG_LIBBPF_NEWEST unless the caller sets another */
	struct kfg_object_refusal refusals[KFG_OBJECT_REFUSALS_MAX];
	size_t n_refusals, more_refusals; /* more: beyond those kept */
	bool unlinked; /* has undefined symbols that are no kfuncs: another loader may or may not resolve them */
	const char *limits; /* what could not be looked at and why, one sentence; "" if nothing */
	struct kfg_object_code *code; /* instructions, relocations and BTF, for kfg_compat_check() */
};

struct kfg_object_error {
	bool not_bpf; /* a sound ELF file, but no BPF object */
	size_t offset;
	char text[200]; /* one sentence without the file's name */
};

/*
 * Reads size bytes at data as a BPF ELF object; data is the caller's and must outlive the object. Returns 0;
 * -EBADMSG with *ret_error; -ENOMEM. Work and memory are linear in size.
 */
int kfg_object_open(const void *data, size_t size, const char *label, struct kfg_object **ret_object,
		    struct kfg_object_error *ret_error);
void kfg_object_free(struct kfg_object *object); /* accepts NULL */

/* Whether a program run on that kernel gets to a call. */
enum kfg_reach {
	KFG_REACH_NEVER, /* dead code there: libbpf or the verifier drops it */
	KFG_REACH_LOADER, /* not by default: if the loader writes so into .rodata, or switches a program on */
	KFG_REACH_LIVE,
	KFG_REACH_MAX,
};

/* What a kernel does about one use. Ordered: the later, the worse. */
enum kfg_compat {
	KFG_COMPAT_OK,
	KFG_COMPAT_UNUSED, /* declared, not there, not called where it matters: no harm */
	KFG_COMPAT_GUARDED, /* not there, and the object copes: every call is behind a guard */
	KFG_COMPAT_UNCHECKED, /* could not be decided; detail says why */
	KFG_COMPAT_DEPRECATED, /* loads, and the kernel itself says that it is deprecated */
	KFG_COMPAT_CAPABILITY, /* loads, but needs a capability that not every loader has */
	KFG_COMPAT_MODULE, /* in a module that has to be loaded first */
	KFG_COMPAT_TYPE, /* not allowed for this program: by its type, or by what it attaches to */
	KFG_COMPAT_PROTO, /* the prototype differs by libbpf's rules */
	KFG_COMPAT_ADDRESS, /* there, but this kernel lets no program take its address (before 6.4) */
	KFG_COMPAT_UNDECLARED, /* declared outside of .ksyms: libbpf refuses to open the object */
	KFG_COMPAT_NOT_KFUNC, /* a function of that name is there, but not registered as a kfunc */
	KFG_COMPAT_MISSING,
	KFG_COMPAT_STRUCT_OPS, /* the struct_ops type, or a member that the object sets, is not there */
	KFG_COMPAT_MAX,
};

/* One use, or one struct_ops map, held against one kernel. */
struct kfg_compat_result {
	enum kfg_compat compat;
	enum kfg_reach reach; /* the worst over the sites */
	bool fails; /* the object, or a program that it loads by default, does not load for this; not so for MODULE */
	const struct kfg_kfunc *kfunc; /* the kernel's; NULL: none */
	/*
	 * Where BTF alone does not decide: what would become of it in the nearest kernel of the catalogue. `compat`
	 * stays UNCHECKED, unless the deployment says that this is to be assumed.
	 */
	bool borrowed; /* the next two are valid */
	enum kfg_compat nearest_compat;
	bool nearest_fails;
	char detail[256]; /* one sentence for people: what differs, what to do; "" where all is well */
};

/* An object held against a kernel. */
struct kfg_compat_report {
	const struct kfg_object *object;
	const struct kfg_kernel *kernel;
	struct kfg_compat_result *uses; /* n_uses of the object */
	struct kfg_compat_result *struct_ops; /* n_struct_ops of the object */
	enum kfg_reach **sites; /* per use, per site */
	/*
	 * With the object's own defaults (autoload, .rodata), as far as kfuncs, struct_ops and `other` decide. Objects
	 * without kfuncs and struct_ops are not looked into any further.
	 */
	bool foreign; /* the object is for machines of the other byte order: nothing else was asked */
	bool loads;
	bool unchecked; /* something could not be decided */
	/* Why, as far as no use and no struct_ops map accounts for it; sentences with "; " between, "" if nothing. */
	char other[1024]; /* what the load fails for: the licence, a variable, a CO-RE relocation */
	char unsure[512]; /* what could not be decided */
	uint64_t steps; /* of KFG_SCAN_LIMIT_FLOW that were taken */
};

/* Returns 0 or -ENOMEM. Free with kfg_compat_free(). */
int kfg_compat_check(const struct kfg_object *object, const struct kfg_kernel *kernel,
		     struct kfg_compat_report **ret_report);
void kfg_compat_free(struct kfg_compat_report *report); /* accepts NULL */

const char *kfg_compat_str(enum kfg_compat compat); /* "ok" "unused" "guarded" "unchecked" ...; "?" out of range */
const char *kfg_reach_str(enum kfg_reach reach); /* "never" "loader" "live" */
