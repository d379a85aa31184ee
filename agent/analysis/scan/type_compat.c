/* SPDX-License-Identifier: GPL-2.0-or-later */
/* type_compat.c - types and prototypes of an object compared with those of a kernel. */
#include "analysis/scan/type_compat.h"

#include "analysis/scan/limits.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* libbpf's own limits: how many levels of prototypes, how many links from one type to the next. */
#define LEVELS_MAX 32
#define DEPTH_MAX 32

struct comparison {
	uint64_t steps; /* left */
};

bool kfg_type_kinds_compat(unsigned a, unsigned b)
{
	return a == b || (kfg_type_kind_is_enum(a) && kfg_type_kind_is_enum(b));
}

static struct kfg_type param_of(struct kfg_type proto, uint32_t i)
{
	return (struct kfg_type){ proto.btf, ((const struct btf_param *)(kfg_type_record(proto) + 1))[i].type };
}

static struct kfg_type pointee_of(struct kfg_type type, unsigned kind)
{
	const struct btf_type *t = kfg_type_record(type);

	return (struct kfg_type){ type.btf,
				  kind == BTF_KIND_ARRAY ? ((const struct btf_array *)(t + 1))->type : t->type };
}

static uint32_t int_data(struct kfg_type type)
{
	return *(const uint32_t *)(kfg_type_record(type) + 1);
}

static int compat(struct comparison *c, struct kfg_type local, struct kfg_type target, int level);

static int params_compat(struct comparison *c, struct kfg_type local, struct kfg_type target, int level)
{
	if (kfg_type_vlen(local) != kfg_type_vlen(target))
		return 0;
	for (uint32_t i = 0; i < kfg_type_vlen(local); i++) {
		struct kfg_type a, b;
		int r;

		if (level <= 0)
			return -EINVAL;
		kfg_type_resolve(param_of(local, i), &a);
		kfg_type_resolve(param_of(target, i), &b);
		r = compat(c, a, b, level - 1);
		if (r <= 0)
			return r;
	}
	return 1;
}

static int compat(struct comparison *c, struct kfg_type local, struct kfg_type target, int level)
{
	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		unsigned kind = kfg_type_resolve(local, &local), other = kfg_type_resolve(target, &target);
		int r;

		if (!kfg_type_kinds_compat(kind, other))
			return 0;
		if (!c->steps--)
			return -E2BIG;
		switch (kind) {
		case BTF_KIND_UNKN:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_FWD:
			return 1;
		case BTF_KIND_INT:
			return BTF_INT_OFFSET(int_data(local)) == 0 && BTF_INT_OFFSET(int_data(target)) == 0;
		case BTF_KIND_PTR:
		case BTF_KIND_ARRAY:
			local = pointee_of(local, kind);
			target = pointee_of(target, other);
			break;
		case BTF_KIND_FUNC_PROTO:
			r = params_compat(c, local, target, level);
			if (r <= 0)
				return r;
			local.id = kfg_type_record(local)->type;
			target.id = kfg_type_record(target)->type;
			break;
		default:
			return 0;
		}
	}
	return -EINVAL;
}

int kfg_type_compat(struct kfg_type local, struct kfg_type target, uint64_t steps)
{
	struct comparison c = { steps };

	/* the roots are compared as they are, before typedefs are looked through */
	if (!kfg_type_kinds_compat(kfg_type_kind(local), kfg_type_kind(target)))
		return 0;
	return compat(&c, local, target, LEVELS_MAX);
}

static const char *kind_str(struct kfg_type type)
{
	static const char *const names[] = {
		[BTF_KIND_UNKN] = "void",
		[BTF_KIND_INT] = "an integer",
		[BTF_KIND_PTR] = "a pointer",
		[BTF_KIND_ARRAY] = "an array",
		[BTF_KIND_STRUCT] = "a struct",
		[BTF_KIND_UNION] = "a union",
		[BTF_KIND_ENUM] = "an enum",
		[BTF_KIND_ENUM64] = "an enum",
		[BTF_KIND_FWD] = "a struct that is only declared",
		[BTF_KIND_FUNC_PROTO] = "a function",
		[BTF_KIND_FLOAT] = "a float",
	};
	unsigned kind = kfg_type_resolve(type, NULL);

	return kind < sizeof(names) / sizeof(names[0]) && names[kind] ? names[kind] : "of another kind";
}

/* Follows pointers for as long as both sides have them, so that what differs can be named. */
static unsigned to_difference(struct kfg_type *local, struct kfg_type *target)
{
	unsigned pointers = 0;

	while (pointers < DEPTH_MAX) {
		unsigned kind = kfg_type_resolve(*local, local), other = kfg_type_resolve(*target, target);

		if (kind != BTF_KIND_PTR || other != BTF_KIND_PTR)
			break;
		*local = pointee_of(*local, kind);
		*target = pointee_of(*target, other);
		pointers++;
	}
	return pointers;
}

static void say_difference(const char *what, struct kfg_type local, struct kfg_type target, char *buf, size_t size)
{
	unsigned pointers = to_difference(&local, &target);
	const char *points = pointers ? " points to" : " is";

	snprintf(buf, size, "%s%s %s in the kernel, %s in the object", what, points, kind_str(target), kind_str(local));
}

/* Kernels pass the program to some kfuncs, an argument that BTF should not show (KF_IMPLICIT_ARGS, 7.0). */
static bool leaks_implicit(struct kfg_type local, struct kfg_type target)
{
	struct kfg_type last;
	uint32_t n = kfg_type_vlen(target);

	if (n != kfg_type_vlen(local) + 1 || kfg_type_resolve(param_of(target, n - 1), &last) != BTF_KIND_PTR)
		return false;
	last = pointee_of(last, BTF_KIND_PTR);
	return kfg_type_resolve(last, &last) == BTF_KIND_STRUCT && strcmp(kfg_type_name(last), "bpf_prog_aux") == 0;
}

void kfg_type_proto_difference(struct kfg_type local, struct kfg_type target, char *buf, size_t size)
{
	char what[32];

	snprintf(buf, size, "the prototypes differ");
	if (kfg_type_resolve(local, &local) != BTF_KIND_FUNC_PROTO ||
	    kfg_type_resolve(target, &target) != BTF_KIND_FUNC_PROTO)
		return;
	if (kfg_type_vlen(local) != kfg_type_vlen(target)) {
		const char *leak = "; the last one is the kernel's own, a defect of its BTF";

		snprintf(buf, size, "it takes %u argument%s in the kernel, %u in the object%s", kfg_type_vlen(target),
			 kfg_type_vlen(target) == 1 ? "" : "s", kfg_type_vlen(local),
			 leaks_implicit(local, target) ? leak : "");
		return;
	}
	for (uint32_t i = 0; i < kfg_type_vlen(local); i++) {
		struct comparison c = { kfg_scan_limits[KFG_SCAN_LIMIT_TYPES] };

		if (compat(&c, param_of(local, i), param_of(target, i), LEVELS_MAX - 1) > 0)
			continue;
		snprintf(what, sizeof(what), "argument %u", i + 1);
		say_difference(what, param_of(local, i), param_of(target, i), buf, size);
		return;
	}
	local.id = kfg_type_record(local)->type;
	target.id = kfg_type_record(target)->type;
	say_difference("what it returns", local, target, buf, size);
}
