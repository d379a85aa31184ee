/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_memory.c - bytes taken for the memory of the kernel that runs. Addresses go round, so that most pointers lead
 * somewhere. The first byte chooses the kernel.
 */
#include "analysis/kernel/memory.h"
#include "memory_build.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	const uint8_t *data;
	size_t size;
};

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static int find_btf(void *arg, const char *name, uint64_t *ret_addr)
{
	(void)arg;
	*ret_addr = 0;
	return strcmp(name, "gone") == 0 ? -ENOENT : 0;
}

static int find_symbol(void *arg, const char *name, uint64_t *ret_addr)
{
	const struct memory *m = arg;

	*ret_addr = strcmp(name, "__end_rodata") == 0 ? m->size : 0;
	return strcmp(name, "_sdata") == 0 ? -ENOENT : 0;
}

static int read_bytes(void *arg, uint64_t addr, void *buf, size_t size)
{
	const struct memory *m = arg;
	uint64_t at = m->size ? addr % m->size : 0;

	must(size <= KFG_KERNEL_MEMORY_READ_MAX);
	if (size > m->size - at)
		return -EFAULT;
	memcpy(buf, m->data + at, size);
	return 0;
}

static void check(const struct kfg_btf *btf, struct kfg_registrations *r)
{
	must(r->known || !r->n);
	for (size_t i = 0; i < r->n; i++) {
		const struct btf_type *t = kfg_btf_type(btf, r->items[i].id);

		must(t && KFG_BTF_INFO_KIND(t->info) == BTF_KIND_FUNC);
		must(i == 0 || r->items[i - 1].id < r->items[i].id);
		must(r->items[i].types_known || !r->items[i].prog_types);
	}
	kfg_registrations_done(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory m = { size ? data + 1 : data, size ? size - 1 : 0 };
	const struct kfg_kernel_memory memory = {
		.arg = &m, .find_btf = find_btf, .find_symbol = find_symbol, .read = read_bytes
	};
	uint32_t no_func, funcs[KFG_BUILD_MEMORY_FUNCS];
	struct kfg_registrations r;
	struct kfg_btf_error error;
	struct kfg_hooks hooks;
	struct kfg_btf *btf;
	size_t btf_size;
	void *bytes;

	if (m.size > 1 << 16)
		return 0;
	bytes = kfg_build_memory_btf(size && (data[0] & 1), &no_func, funcs, &btf_size);
	must(kfg_btf_open(bytes, btf_size, NULL, &btf, &error) == 0);
	must(kfg_memory_sets_read(&memory, "vmlinux", btf, &hooks, &r) == 0);
	check(btf, &r);
	must(kfg_memory_sets_read(&memory, "module", btf, &hooks, &r) == 0);
	check(btf, &r);
	kfg_btf_free(btf);
	free(bytes);
	return 0;
}
