/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_kernel.c - bytes taken for a kernel (ELF, BTF, boot image, package), for a module of a small kernel, and for a
 * blob of the cache. The first byte chooses. What is opened is asked for everything it promises.
 */
#include "analysis/btf/print.h"
#include "analysis/kernel/collect.h"
#include "analysis/kernel/kernel.h"
#include "analysis/kernel/kernel_internal.h"
#include "kernel_build.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void look_at(const struct kfg_kernel *kernel)
{
	struct kfg_kernel_facts facts;
	size_t n;
	const struct kfg_kfunc *kfuncs = kfg_kernel_kfunc_list(kernel, &n);

	kfg_kernel_facts(kernel, &facts);
	must(facts.path && facts.release && facts.limits && facts.bad_modules);
	for (size_t i = 0; i < n; i++) {
		struct kfg_strbuf text = KFG_STRBUF(4096);
		const struct btf_type *t = kfg_btf_type(kfuncs[i].btf, kfuncs[i].id);

		must(t && KFG_BTF_INFO_KIND(t->info) == BTF_KIND_FUNC);
		must(i == 0 || strcmp(kfuncs[i - 1].name, kfuncs[i].name) <= 0);
		must(kfg_kernel_kfunc_find(kernel, kfuncs[i].name) <= &kfuncs[i]);
		kfg_btf_print_func(kfuncs[i].btf, kfuncs[i].id, &text);
		kfg_strbuf_done(&text);
	}
}

static void try_file(const uint8_t *data, size_t size)
{
	struct kfg_kernel_error error;
	struct kfg_kernel *kernel = NULL;
	char path[64];
	int fd = memfd_create("kernel", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (kfg_kernel_open(path, NULL, &kernel, &error) == 0) {
		look_at(kernel);
		kfg_kernel_free(kernel);
	} else {
		must(error.text[0] && !strchr(error.text, '\n'));
	}
	close(fd);
}

static const struct kfg_build_set sets[] = {
	{ .kfuncs = { { .name = "bpf_a", .flags = 1, .params = "ip" } }, .types = { 7 } },
};
static const struct kfg_build_plan plan = { .release = "7.3.4", .sets = sets, .n_sets = 1 };

static void try_module(const uint8_t *data, size_t size)
{
	struct kfg_collector *collector = NULL;
	struct kfg_kernel_error error;
	struct kfg_blob *blob = NULL;
	struct kfg_kernel *kernel = NULL;
	size_t kernel_size;
	void *vmlinux = kfg_build_kernel(&plan, &kernel_size);

	must(kfg_collector_new(NULL, &collector) == 0);
	must(kfg_collector_add_kernel(collector, "vmlinux", vmlinux, kernel_size, &error) == 0);
	must(kfg_collector_add_module(collector, "fuzz.ko", data, size) == 0);
	must(kfg_collector_blob(collector, "origin", &blob) == 0);
	must(kfg_kernel_open_blob("fuzz", blob, false, &kernel) == 0);
	look_at(kernel);
	kfg_kernel_free(kernel);
	kfg_collector_free(collector);
	free(vmlinux);
}

/* The checksum is no secret, so it is made right. */
static void try_blob(const uint8_t *data, size_t size)
{
	struct kfg_blob *blob = malloc(size + 1);
	struct kfg_kernel *kernel = NULL;

	must(blob != NULL);
	memcpy(blob, data, size);
	if (size >= sizeof(*blob)) {
		memcpy(blob->magic, KFG_BLOB_MAGIC, sizeof(blob->magic));
		blob->size = size;
		blob->checksum = kfg_blob_checksum(blob);
	}
	if (!kfg_blob_check(blob, size)) {
		free(blob);
		return;
	}
	if (kfg_kernel_open_blob("fuzz", blob, false, &kernel) == 0)
		look_at(kernel);
	kfg_kernel_free(kernel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] == 'm')
		try_module(data + 1, size - 1);
	else if (data[0] == 'b')
		try_blob(data + 1, size - 1);
	else
		try_file(data + 1, size - 1);
	return 0;
}
