/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolve.c - names of the kfuncs of the running kernel: functions that carry the "bpf_kfunc" declaration tag in the
 * BTF of vmlinux and of the modules that are loaded. The tags are not complete (none in 6.1; 23 missing in 7.2) and
 * a module may come later: the table matches a name it does not hold pattern by pattern, so this is for speed alone.
 */
#include "gate/enforce/gate.h"

#include "base/caps.h"
#include "base/cleanup.h"
#include "gate/enforce/gate_btf.h"
#include "policy/array.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct names {
	char **items;
	size_t n, size;
};

void kfg_gate_names_free(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static int add_name(struct names *names, const char *name, const char *module)
{
	char *text = NULL;

	if (kfg_array_grow(&names->items, &names->size, names->n, sizeof(*names->items)) < 0)
		return -ENOMEM;
	if (module ? asprintf(&text, "%s [%s]", name, module) < 0 : !(text = strdup(name)))
		return -ENOMEM;
	names->items[names->n++] = text;
	return 0;
}

/* Adds the tagged functions among types first .. of btf; module NULL: vmlinux. */
static int add_tagged(struct names *names, const struct btf *btf, unsigned first, const char *module)
{
	for (unsigned i = first; i < btf__type_cnt(btf); i++) {
		const struct btf_type *tag = btf__type_by_id(btf, i), *func;
		const char *text;
		int r;

		if (!btf_is_decl_tag(tag) || btf_decl_tag(tag)->component_idx != -1)
			continue;
		text = btf__name_by_offset(btf, tag->name_off);
		if (!text || strcmp(text, "bpf_kfunc"))
			continue;
		func = btf__type_by_id(btf, tag->type);
		if (!func || !btf_is_func(func))
			continue;
		text = btf__name_by_offset(btf, func->name_off);
		r = text ? add_name(names, text, module) : 0;
		if (r)
			return r;
	}
	return 0;
}

/* Adds the kfuncs of one BTF object of the kernel, if it is a module's. */
static int add_module(struct names *names, struct btf *vmlinux, unsigned id)
{
	struct bpf_btf_info info = {};
	char name[KFG_MODULE_LEN] = "";
	unsigned len = sizeof(info);
	struct btf *btf;
	int fd, r;

	fd = bpf_btf_get_fd_by_id(id);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	info.name = (unsigned long)name;
	info.name_len = sizeof(name);
	r = bpf_obj_get_info_by_fd(fd, &info, &len);
	close(fd);
	if (r)
		return r;
	if (!info.kernel_btf || !strcmp(name, "vmlinux"))
		return 0;
	btf = btf__load_from_kernel_by_id_split(id, vmlinux);
	if (libbpf_get_error(btf) || !btf)
		return 0; /* unloaded meanwhile, or built against another vmlinux: its names are matched by pattern */
	r = add_tagged(names, btf, btf__type_cnt(vmlinux), name);
	btf__free(btf);
	return r;
}

int kfg_gate_kernel_kfuncs(char ***ret_names, size_t *ret_n)
{
	KFG_CAPS_RAISED;
	struct names names = {};
	struct btf *vmlinux = kfg_gate_btf();
	unsigned id = 0;
	int r;

	if (!vmlinux)
		return -errno;
	r = add_tagged(&names, vmlinux, 1, NULL);
	while (!r && !bpf_btf_get_next_id(id, &id))
		r = add_module(&names, vmlinux, id);
	if (r) {
		kfg_gate_names_free(names.items, names.n);
		return r;
	}
	*ret_names = names.items;
	*ret_n = names.n;
	return 0;
}
