/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern int bpf_strlen(const char *s) __weak __ksym;
extern int bpf_no_such_one(void) __weak __ksym;

static NOINLINE int have(void)
{
	int there = bpf_ksym_exists(bpf_no_such_one);

	OPAQUE(there);
	return there;
}

static NOINLINE int call(void)
{
	return bpf_no_such_one();
}

static NOINLINE int call_if(int there)
{
	return there ? bpf_no_such_one() : 0;
}

struct plan {
	int before, there;
};

static NOINLINE int call_by_plan(struct plan *plan)
{
	return plan->there ? bpf_no_such_one() : 0;
}

static NOINLINE void make_plan(struct plan *plan)
{
	plan->before = 1;
	plan->there = bpf_ksym_exists(bpf_no_such_one);
}

SEC("syscall") int asked_there(void *ctx)
{
	return have() ? bpf_no_such_one() : 0;
}

SEC("syscall") int called_there(void *ctx)
{
	return have() ? call() : 0;
}

SEC("syscall") int handed_down(void *ctx)
{
	int there = bpf_ksym_exists(bpf_no_such_one);

	OPAQUE(there);
	return call_if(there);
}

SEC("syscall") int handed_down_true(void *ctx)
{
	int there = 1;

	OPAQUE(there);
	return call_if(there);
}

SEC("syscall") int by_pointer(void *ctx)
{
	struct plan plan = {};

	plan.there = bpf_ksym_exists(bpf_no_such_one);
	return call_by_plan(&plan);
}

SEC("syscall") int made_by_callee(void *ctx)
{
	struct plan plan;

	make_plan(&plan);
	return plan.there ? bpf_no_such_one() : 0;
}
