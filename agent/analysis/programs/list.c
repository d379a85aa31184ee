/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list.c - the programs that this kernel has loaded, and the kfuncs that they call. */
#include "analysis/programs/programs.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "policy/array.h"
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SYMBOLS "/proc/kallsyms"
#define HIDDEN "the kernel hides its addresses: it takes CAP_SYSLOG, and kernel.kptr_restrict below 2"

static struct kfg_programs_program *next_program(struct kfg_programs *programs)
{
	if (kfg_array_grow(&programs->items, &programs->allocated, programs->n, sizeof(*programs->items)) < 0)
		return NULL;
	programs->items[programs->n] = (struct kfg_programs_program){ 0 };
	return &programs->items[programs->n];
}

static int compare(const void *a, const void *b)
{
	const struct kfg_programs_target *x = a, *y = b;

	return (x->imm > y->imm) - (x->imm < y->imm);
}

/* Sorts, and counts what is there several times. */
static void unite(struct kfg_programs_program *p)
{
	size_t n = 0;

	qsort(p->targets, p->n_targets, sizeof(p->targets[0]), compare);
	for (size_t i = 0; i < p->n_targets; i++) {
		if (n && p->targets[n - 1].imm == p->targets[i].imm)
			p->targets[n - 1].calls++;
		else
			p->targets[n++] = p->targets[i];
	}
	p->n_targets = n;
}

static bool is_kfunc_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_KFUNC_CALL;
}

static int take_calls(struct kfg_programs_program *p, const struct bpf_insn *insns, size_t n_insns)
{
	size_t n = 0;

	for (size_t i = 0; i < n_insns; i++)
		n += is_kfunc_call(&insns[i]);
	p->targets = calloc(n + 1, sizeof(*p->targets));
	if (!p->targets)
		return -ENOMEM;
	for (size_t i = 0; i < n_insns; i++)
		if (is_kfunc_call(&insns[i]))
			p->targets[p->n_targets++] = (struct kfg_programs_target){ .imm = insns[i].imm, .calls = 1 };
	unite(p);
	return 0;
}

static int read_insns(struct kfg_programs_program *p, int fd, uint32_t size)
{
	_cleanup_free_ struct bpf_insn *insns = malloc(size);
	struct bpf_prog_info info = { .xlated_prog_len = size, .xlated_prog_insns = (uintptr_t)insns };
	uint32_t len = sizeof(info);

	if (!insns)
		return -ENOMEM;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) < 0 || !info.xlated_prog_insns || info.xlated_prog_len > size) {
		p->unknown = "the kernel does not show its instructions";
		return 0;
	}
	return take_calls(p, insns, info.xlated_prog_len / sizeof(*insns));
}

/*
 * The kernel keeps the first characters of a name; the program's BTF has the whole as the name of its first function,
 * as bpftool shows it. Both are the loader's words: they must agree.
 */
static void read_full_name(struct kfg_programs_program *p, int fd, const struct bpf_prog_info *info)
{
	struct bpf_func_info first = { 0 };
	struct bpf_prog_info again = { .nr_func_info = 1,
				       .func_info_rec_size = sizeof(first),
				       .func_info = (uintptr_t)&first };
	uint32_t len = sizeof(again);
	const struct btf_type *type;
	const char *name = NULL;
	struct btf *btf;

	if (strlen(info->name) < sizeof(info->name) - 1 || !info->btf_id || !info->nr_func_info ||
	    bpf_obj_get_info_by_fd(fd, &again, &len) < 0)
		return;
	btf = btf__load_from_kernel_by_id(info->btf_id);
	if (libbpf_get_error(btf))
		return;
	type = btf__type_by_id(btf, first.type_id);
	name = type && btf_is_func(type) ? btf__name_by_offset(btf, type->name_off) : NULL;
	if (name && kfg_text_begins(name, info->name))
		(void)snprintf(p->name, sizeof(p->name), "%s", name);
	btf__free(btf);
}

static int read_program(struct kfg_programs_program *p, int fd)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len) < 0) {
		p->unknown = "the kernel does not tell about it";
		return 0;
	}
	p->type = info.type;
	p->uid = info.created_by_uid;
	info.name[sizeof(info.name) - 1] = '\0';
	memcpy(p->name, info.name, sizeof(info.name));
	read_full_name(p, fd, &info);
	for (size_t i = 0; i < sizeof(info.tag); i++)
		snprintf(p->tag + 2 * i, 3, "%02x", info.tag[i]);
	if (!info.xlated_prog_len) {
		p->unknown = "the kernel does not show its instructions: it takes CAP_BPF";
		return 0;
	}
	return read_insns(p, fd, info.xlated_prog_len);
}

static int add_program(struct kfg_programs *programs, uint32_t id)
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(id);
	struct kfg_programs_program *p;
	int error = fd < 0 ? errno : 0, r = 0;

	if (error == ENOENT)
		return 0; /* gone in between */
	p = next_program(programs);
	if (!p)
		return -ENOMEM;
	p->id = id;
	if (error)
		p->unknown = error == EPERM || error == EACCES ?
				     "it may not be looked at: permission denied, or refused by a running gate" :
				     "it cannot be opened";
	else
		r = read_program(p, fd);
	programs->n++;
	return r;
}

static int32_t *all_imms(const struct kfg_programs *programs, size_t *ret_n)
{
	size_t n = 0;
	int32_t *imms;

	for (size_t i = 0; i < programs->n; i++)
		n += programs->items[i].n_targets;
	imms = calloc(n + 1, sizeof(*imms));
	n = 0;
	for (size_t i = 0; imms && i < programs->n; i++)
		for (size_t k = 0; k < programs->items[i].n_targets; k++)
			imms[n++] = programs->items[i].targets[k].imm;
	*ret_n = n;
	return imms;
}

static void name_targets(const struct kfg_symbols *symbols, struct kfg_programs_program *p)
{
	for (size_t k = 0; k < p->n_targets; k++) {
		struct kfg_programs_target *t = &p->targets[k];

		if (t->imm != 0 && kfg_symbols_shown(symbols) &&
		    kfg_symbols_find(symbols, t->imm, &t->kfunc, &t->module))
			continue;
		p->unknown = t->imm == 0 || !kfg_symbols_shown(symbols) ? HIDDEN : "a call has no name in " SYMBOLS;
	}
}

static int name_all(struct kfg_programs *programs)
{
	size_t n;
	_cleanup_free_ int32_t *imms = all_imms(programs, &n);
	int r;

	if (!imms)
		return -ENOMEM;
	if (!n)
		return 0;
	r = kfg_symbols_read(SYMBOLS, imms, n, &programs->symbols);
	if (r < 0)
		return r;
	for (size_t i = 0; i < programs->n; i++)
		name_targets(programs->symbols, &programs->items[i]);
	return 0;
}

static bool contains(const uint32_t *ids, size_t n, uint32_t id)
{
	while (n > 0 && ids[n - 1] != id)
		n--;
	return n > 0;
}

int kfg_programs_list(const uint32_t *leave_out, size_t n_leave_out, struct kfg_programs *ret_programs)
{
	struct kfg_programs programs = { 0 };
	uint32_t id = 0;
	int r = 0;

	while (r == 0 && bpf_prog_get_next_id(id, &id) == 0)
		if (contains(leave_out, n_leave_out, id))
			programs.n_left_out++;
		else
			r = add_program(&programs, id);
	if (r == 0 && errno != ENOENT)
		r = -errno;
	if (r == 0)
		r = name_all(&programs);
	if (r < 0) {
		kfg_programs_done(&programs);
		return r;
	}
	*ret_programs = programs;
	return 0;
}

void kfg_programs_done(struct kfg_programs *programs)
{
	for (size_t i = 0; i < programs->n; i++)
		free(programs->items[i].targets);
	free(programs->items);
	kfg_symbols_free(programs->symbols);
	*programs = (struct kfg_programs){ 0 };
}
