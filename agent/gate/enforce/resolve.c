/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolve.c - what the running kernel says of its kfuncs by declaration tags in the BTF of vmlinux and of the modules
 * that are loaded: functions that carry "bpf_kfunc" are kfuncs, and some are deprecated (base/kernel_word.h). The tags
 * are not complete (none in 6.1; 23 missing in 7.2) and a module may come later: the table matches a name it does not
 * hold pattern by pattern, so the names are for speed alone.
 */
#include "gate/enforce/gate.h"

#include "base/caps.h"
#include "base/cleanup.h"
#include "base/kernel_word.h"
#include "gate/enforce/gate_btf.h"
#include "policy/array.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS_MAX (16u << 20) /* bytes, as of any file of a policy */

struct names {
	char **items;
	size_t n, size;
};

static void names_free(char **names, size_t n)
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

/* What is looked for among the tags of a kernel. */
struct words {
	struct names names;
	struct kfg_strbuf deprecations; /* policy text, without its head */
};

/* Takes a tag on a function: "bpf_kfunc" makes it a kfunc; others may say what becomes of it. */
static int read_tag(struct words *words, const char *tag, const char *func, const char *module)
{
	const char *replacement;

	if (kfg_kernel_word_read(tag, &replacement))
		kfg_kernel_word_row(func, module, replacement, &words->deprecations);
	return strcmp(tag, "bpf_kfunc") == 0 ? add_name(&words->names, func, module) : 0;
}

/* Takes the tags of functions among types first .. of btf; module NULL: vmlinux. */
static int read_tags(struct words *words, const struct btf *btf, unsigned first, const char *module)
{
	int r = 0;

	for (unsigned i = first; i < btf__type_cnt(btf) && !r; i++) {
		const struct btf_type *tag = btf__type_by_id(btf, i), *func;
		const char *text, *name;

		if (!btf_is_decl_tag(tag) || btf_decl_tag(tag)->component_idx != -1)
			continue;
		text = btf__name_by_offset(btf, tag->name_off);
		func = btf__type_by_id(btf, tag->type);
		name = func && btf_is_func(func) ? btf__name_by_offset(btf, func->name_off) : NULL;
		r = text && name ? read_tag(words, text, name, module) : 0;
	}
	return r;
}

/* Adds the kfuncs of one BTF object of the kernel, if it is a module's. */
static int add_module(struct words *words, struct btf *vmlinux, unsigned id)
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
	r = read_tags(words, btf, btf__type_cnt(vmlinux), name);
	btf__free(btf);
	return r;
}

static void words_done(struct words *words)
{
	names_free(words->names.items, words->names.n);
	kfg_strbuf_done(&words->deprecations);
}

/* All BTF of the kernel, once. */
static int read_words(struct words *words)
{
	KFG_CAPS_RAISED;
	struct btf *vmlinux = kfg_gate_btf();
	unsigned id = 0;
	int r;

	if (!vmlinux)
		return -errno;
	r = read_tags(words, vmlinux, 1, NULL);
	while (!r && !bpf_btf_get_next_id(id, &id))
		r = add_module(words, vmlinux, id);
	return r ? r : words->deprecations.error;
}

int kfg_gate_kernel_read(struct kfg_gate_kernel *ret_kernel)
{
	struct words words = { .deprecations = KFG_STRBUF(ROWS_MAX) };
	int r = read_words(&words);

	if (r == 0) {
		*ret_kernel = (struct kfg_gate_kernel){ words.names.items, words.names.n,
							KFG_TAKE_PTR(words.deprecations.data) };
		words.names = (struct names){ 0 };
	}
	words_done(&words);
	return r;
}

int kfg_gate_btf_deprecations(const struct btf *btf, unsigned first, const char *module, struct kfg_strbuf *out)
{
	struct words words = { .deprecations = KFG_STRBUF(ROWS_MAX) };
	int r = read_tags(&words, btf, first, module);

	kfg_strbuf_adds(out, kfg_strbuf_text(&words.deprecations));
	words_done(&words);
	return r;
}

void kfg_gate_kernel_done(struct kfg_gate_kernel *kernel)
{
	names_free(kernel->kfuncs, kernel->n_kfuncs);
	free(kernel->deprecations);
	*kernel = (struct kfg_gate_kernel){ 0 };
}
