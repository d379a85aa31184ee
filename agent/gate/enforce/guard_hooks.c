/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_hooks.c - see guard_hooks.h */
#include "gate/enforce/guard_hooks.h"

#include "gate/enforce/gate_btf.h"

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void note_missing(char *missing, size_t size, const char *hook)
{
	size_t n = strlen(missing);

	(void)snprintf(missing + n, size - n, "%s%s", n ? "," : "", hook);
}

/*
 * Hooks that not every kernel has, and that it needs not have. Access lists: 6.2 and later; before, they are extended
 * attributes, which have a hook of their own. Objects of BPF: 6.9 and later, and those before that. ioctl(2) of 32
 * bits: 6.8 and later; file_setattr(2): 6.17 and later.
 */
static bool is_covered(const char *hook)
{
	static const char *const hooks[] = {
		"inode_set_acl", "inode_remove_acl",	   "bpf_map_create",	"bpf_map_alloc_security",
		"bpf_map_free",	 "bpf_map_free_security",  "bpf_prog_load",	"bpf_prog_alloc_security",
		"bpf_prog_free", "bpf_prog_free_security", "file_ioctl_compat", "inode_file_setattr",
	};

	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++)
		if (strcmp(hooks[i], hook) == 0)
			return true;
	return false;
}

void kfg_guard_hooks_choose(struct bpf_object *obj, enum kfg_hooking hooking, char *missing, size_t size)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj)
	{
		const char *hook = kfg_hooking_hook(prog);

		if (!hook || kfg_hooking_is_there(hooking, hook))
			continue;
		if (!is_covered(hook))
			note_missing(missing, size, hook);
		bpf_program__set_autoload(prog, false);
	}
}
