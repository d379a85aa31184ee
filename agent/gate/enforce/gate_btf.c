/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gate_btf.c - see gate_btf.h. Functions are indexed, as libbpf compares all names for each that it looks for. */
#include "gate/enforce/gate_btf.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <kfgate/decide.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static struct btf *vmlinux;
static unsigned *slots; /* ids of functions by the hash of their name, open addressing; 0: free */
static unsigned mask;

static unsigned hash(const char *name)
{
	unsigned h = KFG_HASH_INIT;

	while (*name)
		h = kfg_hash_byte(h, (__u8)*name++);
	return h;
}

static const char *name_of(unsigned id)
{
	const char *name = btf__name_by_offset(vmlinux, btf__type_by_id(vmlinux, id)->name_off);

	return name ? name : "";
}

/* Where the name is, or the free slot where it belongs. */
static unsigned *slot(const char *name)
{
	unsigned i = hash(name) & mask;

	while (slots[i] && strcmp(name_of(slots[i]), name) != 0)
		i = (i + 1) & mask;
	return &slots[i];
}

static int make_index(void)
{
	unsigned n = btf__type_cnt(vmlinux), size = 1, *at;

	while (size < n) /* about half of all types are functions */
		size *= 2;
	slots = calloc(size, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	mask = size - 1;
	for (unsigned id = 1; id < n; id++) {
		if (!btf_is_func(btf__type_by_id(vmlinux, id)))
			continue;
		at = slot(name_of(id));
		if (!*at)
			*at = id;
	}
	return 0;
}

struct btf *kfg_gate_btf(void)
{
	if (!vmlinux) {
		struct btf *btf = btf__load_vmlinux_btf();

		if (libbpf_get_error(btf) || !btf)
			return NULL;
		vmlinux = btf;
	}
	return vmlinux;
}

unsigned kfg_gate_btf_func(const char *name)
{
	if (!kfg_gate_btf() || (!slots && make_index() < 0))
		return 0;
	return *slot(name);
}

unsigned kfg_gate_btf_arguments(const char *name)
{
	unsigned id = kfg_gate_btf_func(name);

	return id ? btf_vlen(btf__type_by_id(vmlinux, btf__type_by_id(vmlinux, id)->type)) : 0;
}

bool kfg_gate_btf_returns(const char *name)
{
	unsigned id = kfg_gate_btf_func(name);

	return id && btf__type_by_id(vmlinux, btf__type_by_id(vmlinux, id)->type)->type;
}

void kfg_gate_btf_release(void)
{
	btf__free(vmlinux);
	free(slots);
	vmlinux = NULL;
	slots = NULL;
	malloc_trim(0);
}
