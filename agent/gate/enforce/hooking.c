/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hooking.c - see hooking.h */
#include "gate/enforce/hooking.h"

#include "base/text.h"
#include "gate/enforce/gate_btf.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SECTION "lsm/"
#define ENDING "_security"

const char *kfg_hooking_hook(const struct bpf_program *prog)
{
	const char *section = bpf_program__section_name(prog);

	return kfg_text_begins(section, SECTION) ? section + strlen(SECTION) : NULL;
}

const char *kfg_hooking_func(enum kfg_hooking hooking, const char *hook, char buf[static KFG_HOOKING_FUNC])
{
	size_t n = strlen(hook), ending = strlen(ENDING);

	if (hooking == KFG_HOOKING_LSM) {
		(void)snprintf(buf, KFG_HOOKING_FUNC, "bpf_lsm_%s", hook);
		return buf;
	}
	if (n > ending && !strcmp(hook + n - ending, ENDING))
		n -= ending;
	(void)snprintf(buf, KFG_HOOKING_FUNC, "security_%.*s", (int)n, hook);
	return buf;
}

unsigned kfg_hooking_arguments(enum kfg_hooking hooking, const char *hook)
{
	char func[KFG_HOOKING_FUNC];

	return kfg_gate_btf_arguments(kfg_hooking_func(hooking, hook, func));
}

bool kfg_hooking_is_there(enum kfg_hooking hooking, const char *hook)
{
	char func[KFG_HOOKING_FUNC];

	return kfg_gate_btf_func(kfg_hooking_func(hooking, hook, func));
}

/* What the kernel attaches to: FUNC_PROTO of a function that returns void has type 0. */
static int modify_return(struct bpf_program *prog, const char *func)
{
	bool returns = kfg_gate_btf_returns(func);
	int r = bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING);

	if (!r)
		r = bpf_program__set_expected_attach_type(prog, returns ? BPF_MODIFY_RETURN : BPF_TRACE_FENTRY);
	/* no program that sleeps is attached to a function security_*() (check_attach_btf_id(), 6.1..7.3) */
	if (!r)
		r = bpf_program__set_flags(prog, 0);
	return r ? r : bpf_program__set_attach_target(prog, 0, func);
}

int kfg_hooking_apply(enum kfg_hooking hooking, struct bpf_program *prog)
{
	const char *hook = kfg_hooking_hook(prog);
	char func[KFG_HOOKING_FUNC];

	if (!hook || hooking == KFG_HOOKING_LSM)
		return 0;
	(void)kfg_hooking_func(hooking, hook, func);
	return kfg_gate_btf_func(func) ? modify_return(prog, func) : -ENOENT;
}

int kfg_hooking_apply_all(enum kfg_hooking hooking, struct bpf_object *obj)
{
	struct bpf_program *prog;
	int r = 0;

	bpf_object__for_each_program(prog, obj) if (!r && bpf_program__autoload(prog))
		r = kfg_hooking_apply(hooking, prog);
	return r;
}
