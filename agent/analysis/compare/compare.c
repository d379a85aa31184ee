/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare.c - the kfuncs and struct_ops types of two kernels, held against each other. */
#include "analysis/compare/compare.h"

#include "base/cleanup.h"
#include "analysis/btf/print.h"
#include "config/lifecycle.h"
#include "analysis/kernel/flags.h"
#include "analysis/kernel/soundness.h"
#include "analysis/scan/type_compat.h"
#include "policy/array.h"
#include <errno.h>
#include <string.h>

#define TYPES_TEXT_MAX 8192u

struct comparing {
	const struct kfg_kernel *before, *after;
	const struct kfg_policy *lifecycle;
	struct kfg_kernel_facts facts_before, facts_after;
	struct kfg_changes changes;
	size_t room;
};

static int add(struct comparing *c, const struct kfg_change *change)
{
	if (kfg_array_grow(&c->changes.items, &c->room, c->changes.n, sizeof(*change)) < 0)
		return -ENOMEM;
	c->changes.items[c->changes.n++] = *change;
	return 0;
}

static bool same_module(const struct kfg_kfunc *a, const struct kfg_kfunc *b)
{
	return !a->module == !b->module && (!a->module || strcmp(a->module, b->module) == 0);
}

/* The same kfunc in another kernel: in the same module, or, if it moved, in the first that has it. */
static const struct kfg_kfunc *counterpart(const struct kfg_kernel *kernel, const struct kfg_kfunc *of)
{
	const struct kfg_kfunc *first = kfg_kernel_kfunc_find(kernel, of->name), *list;
	size_t n;

	list = kfg_kernel_kfunc_list(kernel, &n);
	for (const struct kfg_kfunc *k = first; k && k < list + n && strcmp(k->name, of->name) == 0; k++)
		if (same_module(k, of))
			return k;
	return first;
}

/* "int(struct task_struct *, u64)": what libbpf compares, and a little more; without the names of parameters. */
static void print_types(const struct kfg_kfunc *k, struct kfg_strbuf *out)
{
	const struct btf_type *t = kfg_btf_type(k->btf, k->id), *proto = t ? kfg_btf_type(k->btf, t->type) : NULL;
	const struct btf_param *params;

	if (!proto || KFG_BTF_INFO_KIND(proto->info) != BTF_KIND_FUNC_PROTO)
		return;
	params = (const struct btf_param *)(proto + 1);
	kfg_btf_print_decl(k->btf, proto->type, "", out);
	for (unsigned i = 0; i < KFG_BTF_INFO_VLEN(proto->info) && !out->error; i++) {
		kfg_strbuf_adds(out, i ? ", " : "(");
		kfg_btf_print_decl(k->btf, params[i].type, "", out);
	}
}

static bool same_text(const struct kfg_kfunc *a, const struct kfg_kfunc *b,
		      void (*print)(const struct kfg_kfunc *k, struct kfg_strbuf *out))
{
	_cleanup_strbuf_ struct kfg_strbuf x = KFG_STRBUF(TYPES_TEXT_MAX);
	_cleanup_strbuf_ struct kfg_strbuf y = KFG_STRBUF(TYPES_TEXT_MAX);

	print(a, &x);
	print(b, &y);
	return strcmp(kfg_strbuf_text(&x), kfg_strbuf_text(&y)) == 0;
}

static void print_all(const struct kfg_kfunc *k, struct kfg_strbuf *out)
{
	kfg_btf_print_func(k->btf, k->id, out);
}

/* By libbpf's rules, for a program that declares what the old kernel has. */
static bool is_compatible(const struct kfg_kfunc *before, const struct kfg_kfunc *after)
{
	const struct kfg_type local = { before->btf, kfg_btf_type(before->btf, before->id)->type };
	const struct kfg_type target = { after->btf, kfg_btf_type(after->btf, after->id)->type };

	return kfg_type_compat(local, target, kfg_scan_limits[KFG_SCAN_LIMIT_TYPES]) > 0;
}

static int compare_prototypes(struct comparing *c, const struct kfg_kfunc *before, const struct kfg_kfunc *after)
{
	struct kfg_change change = { .kind = KFG_CHANGE_PROTOTYPE, .before = before, .after = after };

	if (same_text(before, after, print_types)) {
		if (same_text(before, after, print_all))
			return 0;
		change.kind = KFG_CHANGE_NAMES;
		return add(c, &change);
	}
	change.defect = (kfg_kfunc_defect(c->before, before) == KFG_DEFECT_LEAK) !=
			(kfg_kfunc_defect(c->after, after) == KFG_DEFECT_LEAK);
	change.breaks = !is_compatible(before, after);
	return add(c, &change);
}

static int compare_pair(struct comparing *c, const struct kfg_kfunc *before, const struct kfg_kfunc *after)
{
	struct kfg_change change = { .before = before, .after = after };
	int r = 0;

	if (!same_module(before, after)) {
		change.kind = KFG_CHANGE_MOVED;
		r = add(c, &change);
	}
	if (r == 0)
		r = compare_prototypes(c, before, after);
	if (r == 0 && before->registered && after->registered && before->flags != after->flags) {
		change.kind = KFG_CHANGE_FLAGS;
		change.perfmon = (after->flags & ~before->flags & KFG_KF_PERFMON) != 0;
		r = add(c, &change);
		change.perfmon = false;
	}
	if (r == 0 && before->types_known && after->types_known && before->prog_types != after->prog_types) {
		change.kind = KFG_CHANGE_TYPES;
		change.breaks = (before->prog_types & ~after->prog_types) != 0;
		r = add(c, &change);
	}
	return r;
}

static int gone(struct comparing *c, const struct kfg_kfunc *before)
{
	struct kfg_change change = { .kind = KFG_CHANGE_REMOVED, .before = before, .breaks = true };
	struct kfg_deprecation_info info;

	if (before->module && !c->facts_after.modules_known) {
		c->changes.n_unchecked++;
		return 0;
	}
	if (kfg_lifecycle_find(c->lifecycle, before->name, before->module, &info) && info.replacement)
		change.after = kfg_kernel_kfunc_find(c->after, info.replacement);
	if (change.after)
		change.kind = KFG_CHANGE_RENAMED;
	return add(c, &change);
}

static int compare_before(struct comparing *c)
{
	size_t n;
	const struct kfg_kfunc *list = kfg_kernel_kfunc_list(c->before, &n);
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		const struct kfg_kfunc *after = counterpart(c->after, &list[i]);

		r = after ? compare_pair(c, &list[i], after) : gone(c, &list[i]);
	}
	return r;
}

static int compare_after(struct comparing *c)
{
	size_t n;
	const struct kfg_kfunc *list = kfg_kernel_kfunc_list(c->after, &n);
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		const struct kfg_change change = { .kind = KFG_CHANGE_ADDED, .after = &list[i] };

		if (counterpart(c->before, &list[i]))
			continue;
		if (list[i].module && !c->facts_before.modules_known)
			c->changes.n_unchecked++;
		else
			r = add(c, &change);
	}
	return r;
}

static int compare_changes(const void *a, const void *b)
{
	const struct kfg_change *x = a, *y = b;
	const struct kfg_kfunc *k = x->before ? x->before : x->after, *l = y->before ? y->before : y->after;
	int order = strcmp(k->name, l->name);

	if (!order)
		order = strcmp(k->module ? k->module : "", l->module ? l->module : "");
	return order ? order : (int)x->kind - (int)y->kind;
}

int kfg_compare_kernels(const struct kfg_kernel *before, const struct kfg_kernel *after,
			const struct kfg_policy *lifecycle, struct kfg_changes *ret_changes)
{
	struct comparing c = { .before = before, .after = after, .lifecycle = lifecycle };
	int r;

	kfg_kernel_facts(before, &c.facts_before);
	kfg_kernel_facts(after, &c.facts_after);
	r = compare_before(&c);
	if (r == 0)
		r = compare_after(&c);
	if (r < 0) {
		kfg_changes_done(&c.changes);
		return r;
	}
	if (c.changes.n)
		qsort(c.changes.items, c.changes.n, sizeof(*c.changes.items), compare_changes);
	*ret_changes = c.changes;
	return 0;
}

void kfg_changes_done(struct kfg_changes *changes)
{
	free(changes->items);
	*changes = (struct kfg_changes){ 0 };
}

const char *kfg_change_str(enum kfg_change_kind kind)
{
	static const char *const names[KFG_CHANGE_MAX] = {
		"added", "removed", "renamed", "moved", "prototype", "parameter-names", "flags", "program-types",
	};

	return (unsigned)kind < KFG_CHANGE_MAX ? names[kind] : "?";
}
