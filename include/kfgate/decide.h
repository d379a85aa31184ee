/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decide.h - the decision rule. One source, compiled into the BPF programs and into policy/verdict.c; pure
 * over abi.h. Two questions are asked of each kfunc of a load:
 *
 *   may this loader's program use it?   the first rule whose conditions all hold decides, else the default
 *   is it still in time?                its deprecation's deadline against today, relaxed by a waiver
 *
 * and the stricter answer wins (kfg_effective()).
 *
 * The table is walked in small steps whose state lives in struct kfg_decision, one bounded loop per walk: a
 * BPF verifier sees each step once, whatever the size of the policy. In BPF the decision state must be map
 * memory, so that the verifier takes its fields for unknown scalars (constants would make each round of a
 * loop a new state). A walk that does not end within its bound says so (verdict.failed): fail closed.
 */
#pragma once

#include <kfgate/abi.h>

#ifdef __bpf__
#define KFG_LOOP(n, step, walk) bpf_loop(n, step, walk, 0)
#define KFG_STATIC static __attribute__((noinline))
#else
#define KFG_LOOP(n, step, walk)                                                                    \
	do {                                                                                       \
		for (__u32 kfg_i_ = 0; kfg_i_ < (n); kfg_i_++)                                     \
			if (step(kfg_i_, walk))                                                    \
				break;                                                             \
	} while (0)
#define KFG_STATIC static
#endif
#define KFG_INLINE static inline __attribute__((always_inline))

/* BPF_MAX_LOOPS (include/linux/bpf_verifier.h, 5.17..7.3) bounds what one bpf_loop() may be asked for */
#define KFG_STEPS_MAX (8u * 1024 * 1024)
/*
 * All walks of one load: about half a second. Up to 256 kfuncs, each against every row and glob, would otherwise hold a
 * CPU of a kernel without preemption past the soft lockup limit.
 */
#define KFG_STEPS_LOAD (32u * 1024 * 1024)
/* A glob walk backtracks at most once per character pair */
#define KFG_CHAR_STEPS (KFG_EXE_LEN * KFG_EXE_LEN + 2 * KFG_EXE_LEN)

struct kfg_decision {
	struct kfg_subject subject;
	struct kfg_verdict verdict;
	/* name lookup and candidate walk */
	__u32 name;       /* cell index, or KFG_NONE */
	__u32 range;      /* list entry of the next candidate range */
	__u32 ranges;     /* ranges left */
	__u32 row;        /* row at hand, or next row of the range */
	__u32 rows;       /* rows left in the range, the one at hand included */
	__u32 in_row;     /* conditions of `row` are being asked */
	__u32 dim;
	__u32 entry;      /* entry of the dimension's list */
	__u32 first_dim;  /* kfg_first_dim() */
	__u32 found;      /* row that matched, or KFG_NONE */
	__u32 finished;
	/* one matcher against one string */
	__u32 text;       /* where the string starts in subject.text */
	__u32 s, p;       /* position in the string, in the pattern */
	__u32 star_s, star_p; /* where to go back to; star_p KFG_NONE: no star yet */
	__u32 matcher;    /* cell index */
	__u32 glob;
	__u32 matched;
	__u32 matching;   /* walk not finished */
	__u32 spent;      /* steps of all walks; the caller starts it at 0 for each load */
	/* hashing */
	__u32 hash;
};

/* One table and one decision; lives on the stack, the pointers stay what they are */
struct kfg_walk {
	const void *table; /* BPF: the inner map; user space: struct kfg_cells */
	struct kfg_decision *d;
};

#ifndef __bpf__
struct kfg_cells {
	const void *cells;
	__u32 n_cells;
};
#endif

/* Cell i, KFG_CELL_SIZE bytes, or NULL when there is none. */
KFG_INLINE const void *kfg_cell(const struct kfg_walk *w, __u32 i)
{
#ifdef __bpf__
	return bpf_map_lookup_elem((void *)w->table, &i);
#else
	const struct kfg_cells *c = w->table;

	return i < c->n_cells ? (const char *)c->cells + (unsigned long)i * KFG_CELL_SIZE : 0;
#endif
}

KFG_INLINE const struct kfg_table_header *kfg_header(const struct kfg_walk *w)
{
	return kfg_cell(w, 0);
}

/* Entry i of the region of __u32s that starts at cell `first`; KFG_NONE where there is none. */
KFG_INLINE __u32 kfg_list_entry(const struct kfg_walk *w, __u32 first, __u32 i)
{
	const __u32 *c = kfg_cell(w, first + i / KFG_LIST_PER_CELL);

	return c ? c[i % KFG_LIST_PER_CELL] : KFG_NONE;
}

/* FNV-1a, 32 bit, http://www.isthe.com/chongo/tech/comp/fnv/ */
#define KFG_HASH_INIT 0x811c9dc5u
KFG_INLINE __u32 kfg_hash_byte(__u32 h, __u8 c)
{
	return (h ^ c) * 0x01000193u;
}

KFG_INLINE int kfg_step_hash_(__u32 i, struct kfg_decision *d)
{
	__u32 at = d->text + i;
	__u8 c;

	if (at >= KFG_TEXT_SIZE)
		return 1;
	c = d->subject.text[at];
	if (!c)
		return 1;
	d->hash = kfg_hash_byte(d->hash, c);
	return 0;
}

KFG_STATIC long kfg_step_hash(__u32 i, void *walk)
{
	return kfg_step_hash_(i, ((struct kfg_walk *)walk)->d);
}

/* Where the string of a dimension stands in the subject's text. */
KFG_INLINE __u32 kfg_dim_text(__u32 dim)
{
	switch (dim) {
	case KFG_DIM_MODULE:
		return KFG_TEXT_MODULE;
	case KFG_DIM_UNIT:
		return KFG_TEXT_UNIT;
	case KFG_DIM_EXE:
		return KFG_TEXT_EXE;
	case KFG_DIM_PROG:
		return KFG_TEXT_PROG;
	default:
		return KFG_TEXT_KFUNC;
	}
}

/* Sets subject.hash[dim] from the subject's text; to be called whenever a string was filled in. */
KFG_INLINE void kfg_subject_hash(struct kfg_walk *w, __u32 dim)
{
	w->d->text = kfg_dim_text(dim);
	w->d->hash = KFG_HASH_INIT;
	KFG_LOOP(KFG_EXE_LEN, kfg_step_hash, w);
	w->d->subject.hash[dim] = w->d->hash;
}

/* Character p of the pattern at hand; 0 at its end and beyond the table. */
KFG_INLINE __u8 kfg_pattern_char(const struct kfg_walk *w, __u32 p)
{
	__u32 at = KFG_MATCHER_TEXT + p;
	const __u8 *c = kfg_cell(w, w->d->matcher + at / KFG_CELL_SIZE);

	return c ? c[at % KFG_CELL_SIZE] : 0;
}

KFG_INLINE long kfg_matched(struct kfg_decision *d, __u32 matched)
{
	d->matched = matched;
	d->matching = 0;
	return 1;
}

/* One step of a matcher over a string: '*' is any run of characters, '?' any one character. */
KFG_STATIC long kfg_step_char(__u32 i, void *walk)
{
	struct kfg_walk *w = walk;
	struct kfg_decision *d = w->d;
	__u32 at = d->text + d->s;
	__u8 p = kfg_pattern_char(w, d->p), s;

	(void)i;
	if (++d->spent > KFG_STEPS_LOAD)
		return 1; /* d->matching stays: the walk failed */
	if (at >= KFG_TEXT_SIZE)
		return kfg_matched(d, 0);
	s = d->subject.text[at];
	if (d->glob && p == '*') {
		d->star_p = ++d->p;
		d->star_s = d->s;
		return 0;
	}
	if (s && (p == s || (d->glob && p == '?'))) {
		d->p++;
		d->s++;
		return 0;
	}
	if (!s && !p)
		return kfg_matched(d, 1);
	if (!s || d->star_p == KFG_NONE)
		return kfg_matched(d, 0);
	d->p = d->star_p;
	d->s = ++d->star_s;
	return 0;
}

/* Does the matcher in cell `matcher` match the subject's string of dimension dim? */
KFG_INLINE int kfg_match(struct kfg_walk *w, __u32 matcher, __u32 dim)
{
	struct kfg_decision *d = w->d;
	const struct kfg_matcher *m = kfg_cell(w, matcher);

	if (!m || dim >= KFG_DIM_MAX)
		return 0;
	d->glob = m->flags & KFG_MATCH_GLOB;
	if (!d->glob && m->hash != d->subject.hash[dim])
		return 0;
	d->matcher = matcher;
	d->text = kfg_dim_text(dim);
	d->s = d->p = d->star_s = 0;
	d->star_p = KFG_NONE;
	d->matched = 0;
	d->matching = 1;
	KFG_LOOP(KFG_CHAR_STEPS, kfg_step_char, w);
	if (d->matching)
		d->verdict.failed = 1;
	return d->matched;
}

/* The conditions of a row that are one bit each */
KFG_INLINE int kfg_flags_hold(__u8 flags, const struct kfg_subject *s)
{
	if ((flags & KFG_ROW_AGENT) && !s->is_agent)
		return 0;
	if ((flags & KFG_ROW_INITIAL) && (!s->initial || s->token))
		return 0;
	if ((flags & KFG_ROW_TOKEN) && !s->token)
		return 0;
	return !(flags & KFG_ROW_NO_TOKEN) || !s->token;
}

/* Takes the next candidate row whose fixed conditions hold. Returns 1 when there is none left. */
KFG_INLINE long kfg_next_row(struct kfg_walk *w, const struct kfg_table_header *h)
{
	struct kfg_decision *d = w->d;
	const struct kfg_row *row;

	if (!d->rows) {
		if (!d->ranges) {
			d->finished = 1;
			return 1;
		}
		d->row = kfg_list_entry(w, h->list_first, d->range);
		d->rows = kfg_list_entry(w, h->list_first, d->range + 1);
		d->range += 2;
		d->ranges--;
		return 0;
	}
	row = kfg_cell(w, h->row_first + d->row);
	if (!row) { /* a damaged table: not finished, so not decided */
		return 1;
	}
	if ((row->prog_types &&
	     (d->subject.prog_type > 63 || !(row->prog_types >> d->subject.prog_type & 1))) ||
	    d->subject.today > row->until || !kfg_flags_hold(row->flags, &d->subject)) {
		d->row++;
		d->rows--;
		return 0;
	}
	d->in_row = 1;
	d->dim = d->first_dim;
	d->entry = 0;
	return 0;
}

/* One step over the candidate rows: the next row, or one entry of one dimension of the row at hand. */
KFG_STATIC long kfg_step_row(__u32 i, void *walk)
{
	struct kfg_walk *w = walk;
	struct kfg_decision *d = w->d;
	const struct kfg_table_header *h = kfg_header(w);
	const struct kfg_row *row;
	__u32 value, dim = d->dim, holds;

	(void)i;
	if (!h || ++d->spent > KFG_STEPS_LOAD)
		return 1;
	if (!d->in_row)
		return kfg_next_row(w, h);
	if (dim >= KFG_DIM_MAX) {
		d->found = d->row;
		d->finished = 1;
		return 1;
	}
	row = kfg_cell(w, h->row_first + d->row);
	if (!row)
		return 1;
	if (!row->dims[dim].count) {
		d->dim++;
		return 0;
	}
	if (d->entry >= row->dims[dim].count) { /* no alternative held: not this row */
		d->in_row = 0;
		d->row++;
		d->rows--;
		return 0;
	}
	value = kfg_list_entry(w, h->list_first, row->dims[dim].first + d->entry);
	holds = dim == KFG_DIM_UID ? value == d->subject.uid : kfg_match(w, value, dim);
	if (d->verdict.failed)
		return 1;
	d->entry = holds ? 0 : d->entry + 1;
	d->dim = holds ? dim + 1 : dim;
	return 0;
}

/* The first row among the candidates that matches goes to d->found, KFG_NONE if none does. */
KFG_INLINE void kfg_find_row(struct kfg_walk *w, __u32 range, __u32 ranges)
{
	struct kfg_decision *d = w->d;

	d->range = range;
	d->ranges = ranges;
	d->rows = d->row = 0;
	d->in_row = d->dim = d->entry = 0;
	d->found = KFG_NONE;
	d->finished = 0;
	KFG_LOOP(KFG_STEPS_MAX, kfg_step_row, w);
	if (!d->finished)
		d->verdict.failed = 1;
}

/* Eight bytes of a string */
typedef __u64 __attribute__((may_alias)) kfg_chars;

KFG_INLINE int kfg_same_name(const struct kfg_name *n, const struct kfg_decision *d)
{
	const kfg_chars *a = (const kfg_chars *)n->name;
	const kfg_chars *b = (const kfg_chars *)(d->subject.text + KFG_TEXT_KFUNC);

	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3] && a[4] == b[4] &&
	       a[5] == b[5] && a[6] == b[6] && a[7] == b[7];
}

KFG_STATIC long kfg_step_name(__u32 i, void *walk)
{
	struct kfg_walk *w = walk;
	struct kfg_decision *d = w->d;
	const struct kfg_name *n;

	(void)i;
	if (d->name == KFG_NONE)
		return 1;
	n = kfg_cell(w, d->name);
	if (!n) {
		d->name = KFG_NONE;
		return 1;
	}
	if (n->hash == d->subject.hash[KFG_DIM_KFUNC] && kfg_same_name(n, d)) {
		d->found = d->name;
		return 1;
	}
	d->name = n->next;
	return 0;
}

/* The name cell of the subject's kfunc, or NULL: the table has never heard of it. */
KFG_INLINE const struct kfg_name *kfg_find_name(struct kfg_walk *w, const struct kfg_table_header *h)
{
	struct kfg_decision *d = w->d;

	if (d->subject.name_long)
		return 0;
	d->name = kfg_list_entry(w, h->bucket_first,
				 d->subject.hash[KFG_DIM_KFUNC] & h->bucket_mask);
	d->found = KFG_NONE;
	KFG_LOOP(KFG_STEPS_MAX, kfg_step_name, w);
	return d->found == KFG_NONE ? 0 : kfg_cell(w, d->found);
}

/* The candidates of a name cell need not be asked for the kfunc, unless the cell says that it could not keep them. */
KFG_INLINE __u32 kfg_first_dim(const struct kfg_name *n)
{
	return n && !(n->flags & KFG_NAME_PATTERNS) ? KFG_DIM_MODULE : KFG_DIM_KFUNC;
}

/* Question 1: rules. */
KFG_STATIC int kfg_ask_rules(struct kfg_walk *w, const struct kfg_table_header *h,
			     const struct kfg_name *n)
{
	struct kfg_decision *d = w->d;
	struct kfg_verdict *v = &d->verdict;
	const struct kfg_row *row;

	v->rule = KFG_NONE;
	v->rule_action = h->unlisted;
	v->rule_scope = h->scope;
	v->row_flags = 0;
	/* entries 0 and 1 of the lists are the range of all rules */
	d->first_dim = kfg_first_dim(n);
	if (d->subject.name_long)
		return 0;
	kfg_find_row(w, n ? n->rules.first : 0, n ? n->rules.count : 1);
	if (d->found == KFG_NONE)
		return 0;
	row = kfg_cell(w, h->row_first + d->found);
	if (!row)
		return 0;
	v->rule = row->rule;
	v->rule_action = row->action;
	v->rule_scope = row->scope;
	v->row_flags = row->flags & (KFG_ROW_AGENT | KFG_ROW_ALWAYS);
	return 0;
}

KFG_INLINE int kfg_same_module(const struct kfg_dep *dep, const struct kfg_decision *d)
{
	const kfg_chars *a = (const kfg_chars *)dep->module;
	const kfg_chars *b = (const kfg_chars *)(d->subject.text + KFG_TEXT_MODULE);

	return !a[0] || (a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3] &&
			 a[4] == b[4] && a[5] == b[5] && a[6] == b[6] && a[7] == b[7]);
}

/* Question 2: deprecations and waivers. */
KFG_STATIC int kfg_ask_dates(struct kfg_walk *w, const struct kfg_table_header *h,
			     const struct kfg_name *n)
{
	struct kfg_decision *d = w->d;
	struct kfg_verdict *v = &d->verdict;
	const struct kfg_dep *dep;
	const struct kfg_row *row;

	v->dep = v->waiver = KFG_NONE;
	v->deadline = KFG_DAY_MAX;
	v->dep_state = KFG_DEP_NONE;
	v->dep_action = KFG_ALLOW;
	v->dep_scope = h->scope;
	v->name_flags = n ? n->flags : 0;
	if (!n || n->dep == KFG_NONE)
		return 0;
	dep = kfg_cell(w, h->dep_first + n->dep);
	if (!dep || !kfg_same_module(dep, d))
		return 0;
	v->dep = dep->dep;
	v->deadline = dep->deadline;
	v->dep_scope = dep->scope;
	v->dep_state = d->subject.today > dep->deadline ? KFG_DEP_EXPIRED : KFG_DEP_DEPRECATED;
	v->dep_action = v->dep_state == KFG_DEP_EXPIRED ? h->expired : h->deprecated;
	if (v->dep_action <= KFG_AUDIT || !n->waivers.count)
		return 0;
	d->first_dim = kfg_first_dim(n);
	kfg_find_row(w, n->waivers.first, n->waivers.count);
	if (d->found == KFG_NONE)
		return 0;
	row = kfg_cell(w, h->row_first + d->found);
	if (!row)
		return 0;
	v->waiver = row->rule;
	v->dep_action = KFG_AUDIT;
	return 0;
}

/*
 * Answers both questions about the kfunc in d->subject (all strings, hashes, uid, type and today filled in)
 * into d->verdict. The caller turns it into an action with kfg_effective(), once it knows whether the call
 * is live. Returns 0, or -1 when there is no table (verdict.failed is set then).
 */
KFG_STATIC int kfg_decide(struct kfg_walk *w)
{
	struct kfg_decision *d = w->d;
	const struct kfg_table_header *h = kfg_header(w);
	const struct kfg_name *n;

	d->verdict.failed = 0;
	if (!h) {
		d->verdict.failed = 1;
		return -1;
	}
	n = kfg_find_name(w, h);
	kfg_ask_rules(w, h, n);
	kfg_ask_dates(w, h, n);
	return 0;
}

/*
 * The action that counts and its reason (enum kfg_reason in *ret_reason), for a call that is live or one that
 * is merely present in the program. A name the kernel inlines away counts as live wherever it is present.
 */
KFG_INLINE __u8 kfg_effective(const struct kfg_verdict *v, __u8 live, __u8 unscannable, __u8 *ret_reason)
{
	__u8 counts = live || (v->name_flags & KFG_NAME_INLINED);
	__u8 action = KFG_ALLOW, reason = KFG_REASON_NONE;

	if (v->failed) {
		*ret_reason = KFG_REASON_WALK;
		return unscannable;
	}
	if (counts || v->rule_scope == KFG_SCOPE_ANY) {
		action = v->rule_action;
		reason = v->rule == KFG_NONE ? KFG_REASON_UNLISTED : KFG_REASON_RULE;
	}
	if ((counts || v->dep_scope == KFG_SCOPE_ANY) && v->dep_state != KFG_DEP_NONE &&
	    v->dep_action > action) {
		action = v->dep_action;
		reason = v->waiver != KFG_NONE ? KFG_REASON_WAIVED :
			 v->dep_state == KFG_DEP_EXPIRED ? KFG_REASON_EXPIRED : KFG_REASON_DEPRECATED;
	}
	*ret_reason = reason;
	return action;
}
