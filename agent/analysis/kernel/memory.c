/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory.c - kfunc sets out of the memory of the kernel that runs. */
#include "analysis/kernel/memory.h"

#include "base/cleanup.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 8000u /* of one set; the largest of 7.3.4 has some hundreds */
#define SET_MAX 1024u /* of one part of the kernel, as in sets.c */
#define HOOKS_MAX 32u
#define FILTERS_MAX 64u
#define FILTERS_OF_HOOK_MAX 16u /* BTF_KFUNC_FILTER_MAX_CNT */
#define CODE_MAX 512u
#define DATA_MAX ((uint64_t)256 << 20) /* of read-only data, and of data */

struct layout {
	uint32_t tab; /* in struct btf */
	uint32_t sets, filters; /* in struct btf_kfunc_set_tab; filters 0: it has none (before 6.4) */
	uint32_t filters_size, n_filters; /* size of struct btf_kfunc_hook_filter; where it has the number */
	uint32_t set, filter; /* in struct btf_kfunc_id_set */
};

struct filter {
	uint64_t addr;
	uint32_t hooks; /* bit per hook */
	bool found; /* the sets that it goes with are known */
};

struct reading {
	const struct kfg_kernel_memory *memory;
	const struct kfg_btf *btf;
	const struct kfg_hooks *hooks;
	struct layout layout;
	struct filter filters[FILTERS_MAX];
	size_t n_filters;
	uint32_t all_filtered; /* bit per hook: all its kfuncs are */
	uint32_t *filtered; /* owned; ids */
	size_t n_filtered, n_allocated;
	struct kfg_registration *items; /* owned */
	size_t n;
	size_t n_odd;
};

/* The offset of a member; -1: there is none. */
static int64_t member_at(const struct kfg_btf *btf, const char *type, const char *name, uint32_t *ret_size)
{
	const struct btf_type *t = kfg_btf_type(btf, kfg_btf_find(btf, type, BTF_KIND_STRUCT));
	const struct btf_member *m = t ? (const struct btf_member *)(t + 1) : NULL;

	if (t && ret_size)
		*ret_size = t->size;
	for (unsigned i = 0; t && i < KFG_BTF_INFO_VLEN(t->info); i++)
		if (strcmp(kfg_btf_str(btf, m[i].name_off), name) == 0)
			return (KFG_BTF_INFO_KFLAG(t->info) ? BTF_MEMBER_BIT_OFFSET(m[i].offset) : m[i].offset) / 8;
	return -1;
}

static bool read_layout(const struct kfg_btf *btf, struct layout *ret)
{
	int64_t tab = member_at(btf, "btf", "kfunc_set_tab", NULL);
	int64_t sets = member_at(btf, "btf_kfunc_set_tab", "sets", NULL);
	int64_t filters = member_at(btf, "btf_kfunc_set_tab", "hook_filters", NULL);
	int64_t n_filters = member_at(btf, "btf_kfunc_hook_filter", "nr_filters", &ret->filters_size);
	int64_t set = member_at(btf, "btf_kfunc_id_set", "set", NULL);
	int64_t filter = member_at(btf, "btf_kfunc_id_set", "filter", NULL);

	if (tab < 0 || sets < 0)
		return false;
	ret->tab = (uint32_t)tab;
	ret->sets = (uint32_t)sets;
	if (filters <= 0)
		return true;
	if (n_filters <= 0 || set < 0 || filter < 0)
		return false;
	ret->filters = (uint32_t)filters;
	ret->n_filters = (uint32_t)n_filters;
	ret->set = (uint32_t)set;
	ret->filter = (uint32_t)filter;
	return true;
}

static bool read_at(const struct reading *rd, uint64_t addr, void *buf, size_t size)
{
	return rd->memory->read(rd->memory->arg, addr, buf, size) == 0;
}

/* What the code that maps program types to hooks looks up; see hooks.c. */
struct code {
	const struct kfg_kernel_memory *memory;
	uint8_t bytes[CODE_MAX];
};

static const uint8_t *more_of_image(void *arg, uint64_t addr, uint64_t size)
{
	struct code *code = arg;

	if (size > sizeof(code->bytes) || code->memory->read(code->memory->arg, addr, code->bytes, (size_t)size) < 0)
		return NULL;
	return code->bytes;
}

/* As kfg_hooks_read(), out of memory. */
static void read_hooks(const struct kfg_kernel_memory *memory, const struct kfg_btf *btf, struct kfg_hooks *hooks)
{
	struct code table = { .memory = memory }, code = { .memory = memory };
	struct kfg_image_part part = { .data = code.bytes, .size = CODE_MAX, .code = true };
	struct kfg_image image = { .parts = &part, .n_parts = 1, .more = more_of_image, .more_arg = &table };
	uint64_t call = 0;

#if defined(__x86_64__)
	image.amd64 = true;
#elif defined(__aarch64__)
	image.arm64 = true;
#endif
	if (memory->find_symbol(memory->arg, "register_btf_kfunc_id_set", &call) < 0 ||
	    memory->read(memory->arg, call, code.bytes, CODE_MAX) < 0 || (!image.amd64 && !image.arm64))
		call = 0;
	part.addr = call;
	kfg_hooks_read(&image, btf, call, hooks);
}

static int add_filter(struct reading *rd, uint64_t addr, unsigned hook)
{
	for (size_t i = 0; i < rd->n_filters; i++)
		if (rd->filters[i].addr == addr) {
			rd->filters[i].hooks |= 1u << hook;
			return 0;
		}
	if (rd->n_filters == FILTERS_MAX)
		return -E2BIG;
	rd->filters[rd->n_filters++] = (struct filter){ .addr = addr, .hooks = 1u << hook };
	return 0;
}

/* The filters of a hook. What is not understood makes all of the hook filtered. */
static void read_filters(struct reading *rd, uint64_t tab, unsigned hook)
{
	const struct layout *l = &rd->layout;
	uint64_t at = tab + l->filters + (uint64_t)hook * l->filters_size, addrs[FILTERS_OF_HOOK_MAX];
	uint32_t n = 0;

	if (!l->filters)
		return;
	if (!read_at(rd, at + l->n_filters, &n, sizeof(n)) || n > FILTERS_OF_HOOK_MAX ||
	    (n && !read_at(rd, at, addrs, n * sizeof(addrs[0])))) {
		rd->all_filtered |= 1u << hook;
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		if (add_filter(rd, addrs[i], hook) < 0)
			rd->all_filtered |= 1u << hook;
}

static int note_filtered(struct reading *rd, const uint32_t *pairs, uint32_t n)
{
	uint32_t *more = reallocarray(rd->filtered, rd->n_filtered + n, sizeof(*more));

	if (!more)
		return -ENOMEM;
	rd->filtered = more;
	for (uint32_t i = 0; i < n; i++)
		rd->filtered[rd->n_filtered++] = pairs[2 * (size_t)i];
	return 0;
}

/* A word of the kernel's data is the address of a filter: is a struct btf_kfunc_id_set around it, and of which set? */
static int look_at_kset(struct reading *rd, struct filter *filter, uint64_t at)
{
	uint32_t head[2], pairs[2 * SET_MAX];
	uint64_t set;

	if (!read_at(rd, at - rd->layout.filter + rd->layout.set, &set, sizeof(set)) ||
	    !read_at(rd, set, head, sizeof(head)) || !head[0] || head[0] > SET_MAX || head[1] > 1 ||
	    !read_at(rd, set + sizeof(head), pairs, 8 * (size_t)head[0]))
		return 0;
	filter->found = true;
	return note_filtered(rd, pairs, head[0]);
}

static int look_through(struct reading *rd, const uint64_t *words, size_t n, uint64_t addr)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		for (size_t f = 0; f < rd->n_filters && r == 0; f++)
			if (words[i] == rd->filters[f].addr)
				r = look_at_kset(rd, &rd->filters[f], addr + 8 * i);
	return r;
}

static int find_ksets(struct reading *rd, const char *first, const char *end)
{
	_cleanup_free_ uint64_t *words = malloc(KFG_KERNEL_MEMORY_READ_MAX);
	uint64_t at = 0, stop = 0;
	int r = 0;

	if (!words)
		return -ENOMEM;
	if (rd->memory->find_symbol(rd->memory->arg, first, &at) < 0 ||
	    rd->memory->find_symbol(rd->memory->arg, end, &stop) < 0)
		return 0;
	at = (at + 7) & ~(uint64_t)7;
	if (stop < at || stop - at > DATA_MAX)
		return 0;
	for (; at < stop && r == 0; at += KFG_KERNEL_MEMORY_READ_MAX) {
		size_t size = stop - at < KFG_KERNEL_MEMORY_READ_MAX ? (size_t)(stop - at) : KFG_KERNEL_MEMORY_READ_MAX;

		if (read_at(rd, at, words, size))
			r = look_through(rd, words, size / 8, at);
	}
	return r;
}

/* The kernel keeps the filters of a hook, and not whose they are: the data with which they were registered tell. */
static int find_filtered(struct reading *rd, bool module)
{
	int r = 0;

	if (rd->n_filters && !module)
		r = find_ksets(rd, "__start_rodata", "__end_rodata");
	if (r == 0 && rd->n_filters && !module)
		r = find_ksets(rd, "_sdata", "_edata");
	for (size_t i = 0; i < rd->n_filters; i++)
		if (!rd->filters[i].found)
			rd->all_filtered |= rd->filters[i].hooks;
	return r;
}

static bool is_func(const struct kfg_btf *btf, uint32_t id)
{
	const struct btf_type *t = kfg_btf_type(btf, id);

	return t && KFG_BTF_INFO_KIND(t->info) == BTF_KIND_FUNC;
}

static int add_pairs(struct reading *rd, const uint32_t *pairs, uint32_t n, unsigned hook)
{
	struct kfg_registration *more = reallocarray(rd->items, rd->n + n + 1, sizeof(*more));
	uint64_t types = 0;
	bool known = kfg_hooks_types_of(rd->hooks, hook, &types);

	if (!more)
		return -ENOMEM;
	rd->items = more;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t id = pairs[2 * (size_t)i];

		if (is_func(rd->btf, id))
			rd->items[rd->n++] = (struct kfg_registration){
				.id = id,
				.flags = pairs[2 * (size_t)i + 1],
				.prog_types = types,
				.types_known = known,
				.filtered = rd->all_filtered >> hook & 1,
			};
		else
			rd->n_odd++;
	}
	return 0;
}

/* 1: not understood. */
static int read_set(struct reading *rd, uint64_t set, unsigned hook)
{
	_cleanup_free_ uint32_t *pairs = NULL;
	uint32_t head[2];

	if (!read_at(rd, set, head, sizeof(head)) || head[0] > ENTRIES_MAX)
		return 1;
	pairs = malloc(8 * (size_t)head[0] + 1);
	if (!pairs)
		return -ENOMEM;
	if (head[0] && !read_at(rd, set + sizeof(head), pairs, 8 * (size_t)head[0]))
		return 1;
	return add_pairs(rd, pairs, head[0], hook);
}

/* All hooks but that of fmod_ret functions, which are no kfuncs. 1: not understood. */
static int read_tab(struct reading *rd, uint64_t tab, bool module)
{
	uint64_t sets[HOOKS_MAX];
	unsigned n = (unsigned)rd->hooks->none;
	int r = 0;

	if (!read_at(rd, tab + rd->layout.sets, sets, n * sizeof(sets[0])))
		return 1;
	for (unsigned hook = 0; hook < n; hook++)
		if (sets[hook] && (int)hook != rd->hooks->fmodret)
			read_filters(rd, tab, hook);
	r = find_filtered(rd, module);
	for (unsigned hook = 0; hook < n && r == 0; hook++)
		if (sets[hook] && (int)hook != rd->hooks->fmodret)
			r = read_set(rd, sets[hook], hook);
	return r;
}

static int compare_ids(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void mark_filtered(struct reading *rd)
{
	if (!rd->n_filtered)
		return;
	qsort(rd->filtered, rd->n_filtered, sizeof(rd->filtered[0]), compare_ids);
	for (size_t i = 0; i < rd->n; i++)
		rd->items[i].filtered |= bsearch(&rd->items[i].id, rd->filtered, rd->n_filtered,
						 sizeof(rd->filtered[0]), compare_ids) != NULL;
}

/* 1: not understood. */
static int read_registrations(struct reading *rd, const char *name, bool module)
{
	uint64_t addr, tab = 0;
	int r;

	if (rd->memory->find_btf(rd->memory->arg, name, &addr) < 0 ||
	    !read_at(rd, addr + rd->layout.tab, &tab, sizeof(tab)))
		return 1;
	if (!tab)
		return !module;
	r = read_tab(rd, tab, module);
	if (r == 0) {
		rd->n = kfg_registration_merge(rd->items, rd->n);
		mark_filtered(rd);
	}
	return r;
}

int kfg_memory_sets_read(const struct kfg_kernel_memory *memory, const char *name, const struct kfg_btf *btf,
			 struct kfg_hooks *hooks, struct kfg_registrations *ret_registrations)
{
	struct reading rd = { .memory = memory, .btf = btf, .hooks = hooks };
	bool module = strcmp(name, "vmlinux") != 0;
	int r = 1;

	*ret_registrations = (struct kfg_registrations){ 0 };
	if (!module)
		read_hooks(memory, btf, hooks);
	if (hooks->none > 0 && hooks->none <= (int)HOOKS_MAX && read_layout(btf, &rd.layout))
		r = read_registrations(&rd, name, module);
	free(rd.filtered);
	if (r == 0) {
		*ret_registrations =
			(struct kfg_registrations){ .items = rd.items, .n = rd.n, .n_odd = rd.n_odd, .known = true };
		return 0;
	}
	free(rd.items);
	return r < 0 ? r : 0;
}
