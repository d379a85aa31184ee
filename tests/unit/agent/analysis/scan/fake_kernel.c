/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/scan/fake_kernel.h"

#include "base/cleanup.h"
#include "base/read_file.h"
#include "analysis/elf/elf.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct kfg_kernel {
	char *bytes;
	struct kfg_btf *btf;
	struct kfg_kfunc *kfuncs;
	size_t n_kfuncs;
	struct kfg_kernel_facts facts;
	const struct kfg_kernel *nearest;
};

/* The text of a tag of that kind behind its prefix; NULL: there is none. */
static const char *tag_of(const struct kfg_btf *btf, uint32_t id, const char *prefix)
{
	for (uint32_t i = 1; i < kfg_btf_n_types(btf); i++) {
		const struct btf_type *t = kfg_btf_type(btf, i);
		const char *text = kfg_btf_str(btf, t->name_off);

		if (KFG_BTF_INFO_KIND(t->info) == BTF_KIND_DECL_TAG && t->type == id &&
		    strncmp(text, prefix, strlen(prefix)) == 0)
			return text + strlen(prefix);
	}
	return NULL;
}

static void add_kfunc(struct kfg_kernel *kernel, uint32_t id)
{
	const struct kfg_btf *btf = kernel->btf;
	const char *types = tag_of(btf, id, "types:"), *flags = tag_of(btf, id, "flags:");

	kernel->kfuncs[kernel->n_kfuncs++] = (struct kfg_kfunc){
		.name = kfg_btf_type_name(btf, id),
		.module = tag_of(btf, id, "module:"),
		.btf = btf,
		.id = id,
		.flags = flags ? (uint32_t)strtoul(flags, NULL, 0) : 0,
		.prog_types = types ? strtoull(types, NULL, 0) : UINT64_MAX,
		.types_known = true,
		.filtered = tag_of(btf, id, "filtered") != NULL,
		.registered = true,
		.tagged = true,
	};
}

struct kfg_kernel *kfg_fake_kernel(const char *path)
{
	struct kfg_kernel *kernel = calloc(1, sizeof(*kernel));
	struct kfg_elf_error why;
	struct kfg_btf_error btf_why;
	const struct kfg_elf_section *btf;
	struct kfg_elf elf;
	size_t size;

	if (!kernel || kfg_read_file(AT_FDCWD, path, 1 << 20, &kernel->bytes, &size) < 0)
		abort();
	if (kfg_elf_open(kernel->bytes, size, &elf, &why) < 0)
		abort();
	btf = &elf.sections[kfg_elf_find(&elf, ".BTF")];
	if (kfg_btf_open(btf->data, btf->size, NULL, &kernel->btf, &btf_why) < 0)
		abort();
	kernel->facts = (struct kfg_kernel_facts){
		.path = "fixture",
		.release = (const char *)elf.sections[kfg_elf_find(&elf, "release")].data,
		.sets_known = true,
		.modules_known = true,
		.limits = "",
	};
	kernel->kfuncs = calloc(kfg_btf_n_types(kernel->btf), sizeof(*kernel->kfuncs));
	for (uint32_t id = 1; id < kfg_btf_n_types(kernel->btf); id++)
		if (KFG_BTF_INFO_KIND(kfg_btf_type(kernel->btf, id)->info) == BTF_KIND_FUNC &&
		    kfg_btf_has_tag(kernel->btf, id, "bpf_kfunc"))
			add_kfunc(kernel, id);
	kfg_elf_done(&elf);
	return kernel;
}

void kfg_kernel_free(struct kfg_kernel *kernel)
{
	if (!kernel)
		return;
	kfg_btf_free(kernel->btf);
	free(kernel->kfuncs);
	free(kernel->bytes);
	free(kernel);
}

const struct kfg_kernel *kfg_kernel_nearest(const struct kfg_kernel *kernel)
{
	return kernel->nearest;
}

void kfg_fake_kernel_some_modules(struct kfg_kernel *kernel)
{
	kernel->facts.modules_known = true;
}

void kfg_fake_kernel_reduce(struct kfg_kernel *kernel, const struct kfg_kernel *nearest)
{
	kernel->facts.sets_known = false;
	kernel->facts.modules_known = false;
	kernel->nearest = nearest;
	for (size_t i = 0; i < kernel->n_kfuncs; i++) {
		struct kfg_kfunc *k = &kernel->kfuncs[i];

		k->types_known = k->registered = k->filtered = false;
		k->prog_types = 0;
		k->flags = 0;
	}
}

void kfg_kernel_facts(const struct kfg_kernel *kernel, struct kfg_kernel_facts *ret_facts)
{
	*ret_facts = kernel->facts;
}

const struct kfg_btf *kfg_kernel_btf(const struct kfg_kernel *kernel)
{
	return kernel->btf;
}

const struct kfg_kfunc *kfg_kernel_kfunc_find(const struct kfg_kernel *kernel, const char *name)
{
	for (size_t i = 0; i < kernel->n_kfuncs; i++)
		if (strcmp(kernel->kfuncs[i].name, name) == 0)
			return &kernel->kfuncs[i];
	return NULL;
}

uint32_t kfg_kernel_func_find(const struct kfg_kernel *kernel, const char *name, const struct kfg_btf **ret_btf,
			      const char **ret_module)
{
	return kfg_kernel_type_find(kernel, name, BTF_KIND_FUNC, ret_btf, ret_module);
}

uint32_t kfg_kernel_type_find(const struct kfg_kernel *kernel, const char *name, unsigned kind,
			      const struct kfg_btf **ret_btf, const char **ret_module)
{
	*ret_btf = kernel->btf;
	*ret_module = NULL;
	return kfg_btf_find(kernel->btf, name, kind);
}
