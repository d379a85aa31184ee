/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gate_btf.c - see gate_btf.h. Functions are indexed, as libbpf compares all names for each that it looks for. */
#include "gate/enforce/gate_btf.h"

#include "policy/slots.h"
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <kfgate/decide.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static struct btf *vmlinux;
static struct kfg_slots slots; /* ids of functions by the hash of their name */

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

static bool is_called(const void *unused, uint32_t id, const void *name)
{
	(void)unused;
	return strcmp(name_of(id), name) == 0;
}

static uint32_t *find(const char *name)
{
	return kfg_slots_find(&slots, hash(name), is_called, NULL, name);
}

static int make_index(void)
{
	unsigned end = btf__type_cnt(vmlinux), n = 0;
	int r;

	for (unsigned id = 1; id < end; id++)
		n += btf_is_func(btf__type_by_id(vmlinux, id));
	r = kfg_slots_reserve(&slots, n, NULL, NULL);
	for (unsigned id = 1; id < end && r == 0; id++) {
		uint32_t *slot;

		if (!btf_is_func(btf__type_by_id(vmlinux, id)))
			continue;
		slot = find(name_of(id));
		if (!*slot)
			kfg_slots_take(&slots, slot, id);
	}
	return r;
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
	if (!kfg_gate_btf() || (!slots.size && make_index() < 0))
		return 0;
	return *find(name);
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
	kfg_slots_done(&slots);
	vmlinux = NULL;
	malloc_trim(0);
}
