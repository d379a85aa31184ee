/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sets.c - kfunc sets found in an image: the calls that register them, and the tables they point to. */
#include "analysis/kernel/sets.h"

#include "analysis/kernel/arm64_code.h"
#include "base/cleanup.h"
#include <errno.h>
#include <string.h>

#define SET_ENTRIES_MAX 1024u /* the largest of 7.3.4 has 80 */
#define IDS_SIZE_MAX (256u << 10) /* 7.3.4: 11 KB */
#define KSETS_MAX 1024u
#define SET8_KFUNCS 1u /* BTF_SET8_KFUNCS, include/linux/btf_ids.h, since 6.9 */
#define CALL_REACH 256u /* bytes between the address of the set and the call */
#define TYPE_REACH 48u /* the program type may be loaded that much before the address */
#define VOTES_MAX 64u

struct set {
	uint32_t n, flags;
	uint32_t n_odd; /* ids that are not functions */
	const uint8_t *pairs; /* id, flags */
};

/* A struct btf_kfunc_id_set. */
struct kset {
	uint64_t addr;
	struct set set;
	uint64_t prog_types;
	bool filtered;
	bool for_kfuncs, for_fmodret; /* by the calls seen */
	bool types_known; /* the program type of all its calls was seen */
};

struct layout {
	uint32_t set, filter; /* offsets in struct btf_kfunc_id_set; filter 0: it has none (before 6.4) */
	uint32_t size;
};

struct reading {
	struct kfg_image *image;
	const struct kfg_btf *btf;
	struct kfg_hooks *hooks;
	struct layout layout;
	struct kset *ksets; /* owned; by address */
	size_t n;
	bool *not_a_set; /* owned; by word of .BTF_ids: seen to be none */
};

static uint32_t word_at(const uint8_t *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static bool is_func(const struct kfg_btf *btf, uint32_t id)
{
	const struct btf_type *t = kfg_btf_type(btf, id);

	return t && KFG_BTF_INFO_KIND(t->info) == BTF_KIND_FUNC;
}

/*
 * A set is known by its form: a count, flags, and as many functions sorted by id. An id 0 is a function that BTF does
 * not have (tools/bpf/resolve_btfids leaves it so). A set that says it is of kfuncs may hold a few ids of other types.
 */
static bool read_set(const struct kfg_image *image, const struct kfg_btf *btf, uint64_t at, struct set *ret_set)
{
	const struct kfg_image_part *ids = &image->ids;
	uint32_t last = 0;
	struct set set;

	if (at % 4 || at > ids->size || ids->size - at < 8)
		return false;
	set = (struct set){ .n = word_at(ids->data + at),
			    .flags = word_at(ids->data + at + 4),
			    .pairs = ids->data + at + 8 };
	if (!set.n || set.n > SET_ENTRIES_MAX || set.flags > SET8_KFUNCS || (ids->size - at - 8) / 8 < set.n)
		return false;
	for (uint32_t i = 0; i < set.n; i++) {
		uint32_t id = word_at(set.pairs + 8 * (size_t)i);

		if (id < last)
			return false;
		set.n_odd += !is_func(btf, id);
		last = id;
	}
	*ret_set = set;
	return last && (set.flags & SET8_KFUNCS ? set.n_odd <= set.n / 2 : !set.n_odd);
}

static bool read_layout(const struct kfg_btf *btf, struct layout *ret_layout)
{
	const struct btf_type *t = kfg_btf_type(btf, kfg_btf_find(btf, "btf_kfunc_id_set", BTF_KIND_STRUCT));
	struct layout layout = { 0 };
	const struct btf_member *m;

	if (!t || t->size < 16 || t->size > 256)
		return false;
	m = (const struct btf_member *)(t + 1);
	layout.size = t->size;
	for (unsigned i = 0; i < KFG_BTF_INFO_VLEN(t->info); i++) {
		const char *name = kfg_btf_str(btf, m[i].name_off);
		uint32_t at = m[i].offset / 8;

		if (at > t->size - 8)
			continue;
		if (strcmp(name, "set") == 0)
			layout.set = at;
		else if (strcmp(name, "filter") == 0)
			layout.filter = at;
	}
	*ret_layout = layout;
	return layout.set != 0;
}

/* As read_set(), and nothing is read twice in vain: an enemy may point to one place from everywhere. */
static bool read_target(struct reading *rd, uint64_t target, struct set *ret_set)
{
	const struct kfg_image_part *ids = &rd->image->ids;
	uint64_t at = target - ids->addr;

	if (target < ids->addr || at >= ids->size || at % 4 || rd->not_a_set[at / 4])
		return false;
	rd->not_a_set[at / 4] = !read_set(rd->image, rd->btf, at, ret_set);
	return !rd->not_a_set[at / 4];
}

/* The words of a part that point to a set; around each is a struct btf_kfunc_id_set. */
static int find_ksets_in(struct reading *rd, const struct kfg_image_part *part)
{
	for (uint64_t at = -part->addr & 7; at + 8 <= part->size; at += 8) {
		const struct layout *l = &rd->layout;
		struct kset k = { .types_known = true };
		uint64_t target, filter = 0;

		memcpy(&target, part->data + at, sizeof(target));
		if (at < l->set || l->size > part->size - (at - l->set) || !read_target(rd, target, &k.set))
			continue;
		if (l->filter)
			memcpy(&filter, part->data + at - l->set + l->filter, sizeof(filter));
		k.filtered = filter != 0;
		k.addr = part->addr + at - l->set;
		if (rd->n == KSETS_MAX)
			return -E2BIG;
		rd->ksets[rd->n++] = k;
	}
	return 0;
}

static int compare_ksets(const void *a, const void *b)
{
	const struct kset *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static int find_ksets(struct reading *rd)
{
	int r = 0;

	for (size_t i = 0; i < rd->image->n_parts && r == 0; i++)
		if (!rd->image->parts[i].code || !rd->image->module)
			r = find_ksets_in(rd, &rd->image->parts[i]);
	qsort(rd->ksets, rd->n, sizeof(*rd->ksets), compare_ksets);
	return r;
}

/*
 * The register that the instruction at c (of 7 bytes or more) loads with the address of a set: 6 for %rsi, 7 for %rdi,
 * 0 for none. "mov $addr,%reg" of a kernel that is linked to its address, "lea addr(%rip),%reg" of one that is not.
 */
static unsigned loads(const struct reading *rd, const uint8_t *c, uint64_t addr, struct kset **ret_kset)
{
	struct kset key = { 0 };
	int32_t value;
	unsigned reg;

	memcpy(&value, c + 3, sizeof(value));
	if (c[0] == 0x48 && c[1] == 0xc7 && (c[2] & 0xf8) == 0xc0) {
		reg = c[2] & 7;
		key.addr = (uint64_t)(int64_t)value;
	} else if (c[0] == 0x48 && c[1] == 0x8d && (c[2] & 0xc7) == 0x05) {
		reg = c[2] >> 3 & 7;
		key.addr = addr + 7 + (uint64_t)(int64_t)value;
	} else {
		return 0;
	}
	*ret_kset = reg >= 6 ? bsearch(&key, rd->ksets, rd->n, sizeof(key), compare_ksets) : NULL;
	return *ret_kset ? reg : 0;
}

/* Where a call or a jump at c (5 bytes or more) leads; 0: it is neither. */
static uint64_t calls(const uint8_t *c, uint64_t addr)
{
	int32_t distance;

	if (c[0] != 0xe8 && c[0] != 0xe9)
		return 0;
	memcpy(&distance, c + 1, sizeof(distance));
	return addr + 5 + (uint64_t)(int64_t)distance;
}

/* "mov $type,%edi" and "xor %edi,%edi"; -1: neither. */
static int loads_type(const uint8_t *c)
{
	if (c[0] == 0xbf && word_at(c + 1) < KFG_PROG_TYPES_MAX)
		return (int)word_at(c + 1);
	return c[0] == 0x31 && c[1] == 0xff ? 0 : -1;
}

/* What is called right after the address of a set and a program type were loaded: 0, if nothing is. */
static uint64_t called_next(const uint8_t *c, size_t left, uint64_t addr)
{
	for (size_t i = 0; i + 5 <= left && i < 24; i++)
		if (loads_type(c + i) >= 0) {
			i += c[i] == 0xbf ? 5 : 2;
			return i + 5 <= left ? calls(c + i, addr + i) : 0;
		}
	return 0;
}

struct votes {
	struct {
		uint64_t addr;
		unsigned n;
	} items[VOTES_MAX];
	size_t n;
};

static void vote(struct votes *votes, uint64_t addr)
{
	size_t i = 0;

	while (i < votes->n && votes->items[i].addr != addr)
		i++;
	if (i == VOTES_MAX)
		return;
	votes->items[i].addr = addr;
	votes->items[i].n++;
	votes->n += i == votes->n;
}

static struct kset *kset_at(const struct reading *rd, uint64_t addr)
{
	const struct kset key = { .addr = addr };

	return bsearch(&key, rd->ksets, rd->n, sizeof(key), compare_ksets);
}

struct arm64_reading {
	const struct reading *rd;
	struct votes votes;
};

/* A call with the address of a set as its second argument is a vote for what is called. */
static bool arm64_vote(void *arg, const struct kfg_arm64_registers *regs, uint32_t insn, uint64_t addr)
{
	struct arm64_reading *a = arg;
	uint64_t to = kfg_arm64_target(insn, addr);

	if (to && kfg_arm64_knows(regs, 1) && kset_at(a->rd, regs->value[1]))
		vote(&a->votes, to);
	return true;
}

static bool arm64_see_call(void *arg, const struct kfg_arm64_registers *regs, uint32_t insn, uint64_t addr)
{
	const struct reading *rd = ((struct arm64_reading *)arg)->rd;
	uint64_t to = kfg_arm64_target(insn, addr), types;
	struct kset *kset;

	if (!to)
		return true;
	if (kfg_arm64_knows(regs, 0) && (kset = kset_at(rd, regs->value[0])))
		kset->for_fmodret = true;
	kset = kfg_arm64_knows(regs, 1) && to == rd->image->kfunc_call ? kset_at(rd, regs->value[1]) : NULL;
	if (!kset)
		return true;
	kset->for_kfuncs = true;
	if (kfg_arm64_knows(regs, 0) && regs->value[0] < KFG_PROG_TYPES_MAX &&
	    kfg_hooks_types(rd->hooks, (unsigned)regs->value[0], &types))
		kset->prog_types |= types;
	else
		kset->types_known = false;
	return true;
}

static void arm64_follow(struct arm64_reading *a, kfg_arm64_step_fn *step)
{
	for (size_t p = 0; p < a->rd->image->n_parts; p++) {
		const struct kfg_image_part *part = &a->rd->image->parts[p];

		if (part->code)
			kfg_arm64_follow(a->rd->image, part, step, a);
	}
}

/* A kernel out of a bzImage has no symbols: the function that most sets are given to is the one. */
static uint64_t elect_call(const struct reading *rd)
{
	struct arm64_reading a = { .rd = rd };
	struct votes votes = { 0 };
	size_t best = 0;

	if (rd->image->arm64) {
		arm64_follow(&a, arm64_vote);
		votes = a.votes;
	}
	for (size_t p = 0; p < rd->image->n_parts; p++) {
		const struct kfg_image_part *part = &rd->image->parts[p];

		for (uint64_t at = 0; part->code && rd->image->amd64 && at + 12 <= part->size; at++) {
			struct kset *kset;
			uint64_t addr = part->addr + at, to;

			if (loads(rd, part->data + at, addr, &kset) != 6)
				continue;
			to = called_next(part->data + at + 7, part->size - at - 7, addr + 7);
			if (to)
				vote(&votes, to);
		}
	}
	for (size_t i = 1; i < votes.n; i++)
		if (votes.items[i].n > votes.items[best].n)
			best = i;
	return votes.items[best].addr;
}

/* A call, not a jump, of a function that may be one: arguments loaded before it are gone after it. */
static bool is_call(const struct reading *rd, const uint8_t *c, uint64_t addr)
{
	uint64_t to = c[0] == 0xe8 ? calls(c, addr) : 0;

	return to && (to == rd->image->kfunc_call || kfg_image_at(rd->image, to, 1));
}

/* A set's address is loaded into %rsi at `at`: for which program type is it given to the function that registers? */
static void see_call(const struct reading *rd, const struct kfg_image_part *part, uint64_t at, struct kset *kset)
{
	uint64_t start = at < TYPE_REACH ? 0 : at - TYPE_REACH, end = at + 7 + CALL_REACH, types;
	int type = -1;

	if (end > part->size)
		end = part->size;
	for (uint64_t i = start; i + 5 <= end; i++) {
		const uint8_t *c = part->data + i;
		bool ours = i >= at + 7 && calls(c, part->addr + i) == rd->image->kfunc_call;

		if (loads_type(c) >= 0)
			type = loads_type(c);
		if (!ours && is_call(rd, c, part->addr + i)) {
			if (i >= at + 7)
				return;
			type = -1;
		}
		if (!ours)
			continue;
		kset->for_kfuncs = true;
		if (type >= 0 && kfg_hooks_types(rd->hooks, (unsigned)type, &types))
			kset->prog_types |= types;
		else
			kset->types_known = false;
		return;
	}
}

static void find_calls(const struct reading *rd)
{
	if (rd->image->arm64) {
		struct arm64_reading a = { .rd = rd };

		arm64_follow(&a, arm64_see_call);
		return;
	}
	for (size_t p = 0; p < rd->image->n_parts; p++) {
		const struct kfg_image_part *part = &rd->image->parts[p];

		for (uint64_t at = 0; part->code && at + 12 <= part->size; at++) {
			struct kset *kset;
			unsigned reg = loads(rd, part->data + at, part->addr + at, &kset);

			if (reg == 6)
				see_call(rd, part, at, kset);
			else if (reg == 7)
				kset->for_fmodret = true;
		}
	}
}

static int compare_registrations(const void *a, const void *b)
{
	const struct kfg_registration *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

size_t kfg_registration_merge(struct kfg_registration *items, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(items, n, sizeof(*items), compare_registrations);
	for (size_t i = 0; i < n; i++) {
		struct kfg_registration *last = kept ? &items[kept - 1] : NULL;

		if (last && last->id == items[i].id) {
			last->flags |= items[i].flags;
			last->prog_types |= items[i].prog_types;
			last->types_known &= items[i].types_known;
			last->filtered |= items[i].filtered;
		} else {
			items[kept++] = items[i];
		}
	}
	return kept;
}

static size_t add_set(const struct kfg_btf *btf, struct kfg_registration *items, const struct kset *k)
{
	size_t n = 0;

	for (uint32_t i = 0; i < k->set.n; i++) {
		uint32_t id = word_at(k->set.pairs + 8 * (size_t)i);

		if (is_func(btf, id))
			items[n++] = (struct kfg_registration){
				.id = id,
				.flags = word_at(k->set.pairs + 8 * (size_t)i + 4),
				.prog_types = k->prog_types,
				.types_known = k->for_kfuncs && k->types_known,
				.filtered = k->filtered,
			};
	}
	return n;
}

/* Before 6.9 only the call tells a set of kfuncs; a set of fmod_ret functions never is one. */
static bool is_of_kfuncs(const struct kset *k)
{
	return k->for_kfuncs || (!k->for_fmodret && (k->set.flags & SET8_KFUNCS));
}

static int collect(const struct reading *rd, struct kfg_registrations *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < rd->n; i++)
		n += is_of_kfuncs(&rd->ksets[i]) ? rd->ksets[i].set.n : 0;
	ret->items = calloc(n + 1, sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	for (size_t i = 0; i < rd->n; i++)
		if (is_of_kfuncs(&rd->ksets[i])) {
			ret->n += add_set(rd->btf, ret->items + ret->n, &rd->ksets[i]);
			ret->n_odd += rd->ksets[i].set.n_odd;
		}
	ret->n = kfg_registration_merge(ret->items, ret->n);
	ret->known = true;
	return 0;
}

/* Of other machines the code is not read: the sets that say so are of kfuncs, of which programs is not known. */
static int find_marked_sets(struct reading *rd)
{
	for (uint64_t at = 0; at + 8 <= rd->image->ids.size; at += 4) {
		struct kset k = { .addr = rd->n };

		if (!read_set(rd->image, rd->btf, at, &k.set) || !(k.set.flags & SET8_KFUNCS))
			continue;
		if (rd->n == KSETS_MAX)
			return -E2BIG;
		rd->ksets[rd->n++] = k;
		at += 4 + 8 * (uint64_t)k.set.n;
	}
	return 0;
}

static int read_sets(struct reading *rd, struct kfg_registrations *ret)
{
	bool code = rd->image->amd64 || rd->image->arm64;
	int r = code ? find_ksets(rd) : find_marked_sets(rd);

	if (r < 0)
		return 0;
	if (!rd->image->module) {
		if (code)
			rd->image->kfunc_call = elect_call(rd);
		kfg_hooks_read(rd->image, rd->btf, rd->image->kfunc_call, rd->hooks);
	}
	/* code that was not understood: sets that do not say what they are for would be left out */
	if (rd->image->arm64 && !rd->image->module && !rd->image->kfunc_call)
		return 0;
	if (code && rd->image->kfunc_call)
		find_calls(rd);
	if (!rd->image->module && !rd->n)
		return 0;
	return collect(rd, ret);
}

int kfg_sets_read(struct kfg_image *image, const struct kfg_btf *btf, struct kfg_hooks *hooks,
		  struct kfg_registrations *ret_registrations)
{
	struct reading rd = { .image = image, .btf = btf, .hooks = hooks };
	struct kfg_registrations registrations = { 0 };
	int r = 0;

	if (!image->ids.data && image->module)
		registrations.known = true; /* without sets, it registers nothing */
	if (image->ids.data && image->ids.size <= IDS_SIZE_MAX && read_layout(btf, &rd.layout)) {
		rd.ksets = calloc(KSETS_MAX, sizeof(*rd.ksets));
		rd.not_a_set = calloc(image->ids.size / 4 + 1, sizeof(*rd.not_a_set));
		r = rd.ksets && rd.not_a_set ? read_sets(&rd, &registrations) : -ENOMEM;
		free(rd.ksets);
		free(rd.not_a_set);
	}
	if (r == 0)
		*ret_registrations = registrations;
	return r;
}

void kfg_registrations_done(struct kfg_registrations *registrations)
{
	free(registrations->items);
	*registrations = (struct kfg_registrations){ 0 };
}
