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
 * A decision is a state machine: kfg_decide_begin(), then kfg_decide_step() until it says that it is done. Each step
 * is small, and all state lives in struct kfg_decision, so that a BPF program needs one bounded loop for the whole of
 * it: a verifier goes through each step once, whatever the size of the policy. In BPF the struct must be map memory, so
 * that the verifier takes its fields for unknown scalars (constants would make each round of a loop a new state). An
 * evaluation that takes too many steps says so (verdict.failed): fail closed.
 */
#pragma once

#include <kfgate/abi.h>

#ifdef __bpf__
#define KFG_LOOP(n, step, walk) bpf_loop(n, step, walk, 0)
#define KFG_STATIC static __attribute__((noinline))
#else
#define KFG_LOOP(n, step, walk)                                                                                        \
	do {                                                                                                           \
		for (__u32 kfg_i_ = 0; kfg_i_ < (n); kfg_i_++)                                                         \
			if (step(kfg_i_, walk))                                                                        \
				break;                                                                                 \
	} while (0)
#define KFG_STATIC static
#endif
#define KFG_INLINE static inline __attribute__((always_inline))

/* BPF_MAX_LOOPS (include/linux/bpf_verifier.h, 5.17..7.3) bounds what one bpf_loop() may be asked for */
#define KFG_STEPS_MAX (8u * 1024 * 1024)
/*
 * Steps of one load: some 250 million instructions, about a tenth of a second. Up to 256 kfuncs, each against every row
 * and glob, would otherwise hold a CPU of a kernel without preemption past the soft lockup limit.
 */
#define KFG_STEPS_LOAD (3u * 1024 * 1024)

/* What the next step does */
enum kfg_decide_state {
	KFG_STATE_DONE,
	KFG_STATE_ROW, /* takes the next candidate row */
	KFG_STATE_ENTRY, /* asks one entry of one dimension of the row at hand */
	KFG_STATE_CHAR, /* compares one character of a string with a matcher */
};

struct kfg_decision {
	struct kfg_subject subject;
	struct kfg_verdict verdict;
	__u32 name; /* lookup of the name: cell index, or KFG_NONE */
	__u32 found; /* cell of the name, or KFG_NONE */
	__u32 state; /* enum kfg_decide_state */
	/* of the table */
	__u32 row_first;
	__u32 list_first;
	/* candidate rows */
	__u32 range; /* list entry of the next candidate range */
	__u32 ranges; /* ranges left */
	__u32 row; /* row at hand, or next row of the range */
	__u32 rows; /* rows left in the range, the one at hand included */
	__u32 dim; /* of the row at hand */
	__u32 entry; /* of the dimension's list */
	__u32 first_dim; /* kfg_first_dim() */
	__u32 in_waivers; /* the rows are waivers */
	struct kfg_range waivers; /* to be asked after the rules; none: count 0 */
	/* one matcher against one string */
	__u32 text; /* where the string starts in subject.text */
	__u32 s, p; /* position in the string, in the pattern */
	__u32 star_s, star_p; /* where to go back to; star_p KFG_NONE: no star yet */
	__u32 run_s, run_p; /* the same for the last KFG_GLOB_RUN behind that star */
	__u32 matcher; /* cell index */
	__u32 glob;
	__u32 spent; /* steps; the caller starts it at 0 for each load */
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

/* Where the string of a dimension stands in the subject's text. Arithmetic, as each branch is work for a verifier. */
#define KFG_DIM_TEXTS_                                                                                                 \
	((__u64)(KFG_TEXT_KFUNC / 64) << KFG_DIM_KFUNC * 8 | (__u64)(KFG_TEXT_MODULE / 64) << KFG_DIM_MODULE * 8 |     \
	 (__u64)(KFG_TEXT_UNIT / 64) << KFG_DIM_UNIT * 8 | (__u64)(KFG_TEXT_EXE / 64) << KFG_DIM_EXE * 8 |             \
	 (__u64)(KFG_TEXT_PROG / 64) << KFG_DIM_PROG * 8 | (__u64)(KFG_TEXT_CGROUP / 64) << KFG_DIM_CGROUP * 8)
KFG_INLINE __u32 kfg_dim_text(__u32 dim)
{
	return (KFG_DIM_TEXTS_ >> (dim * 8 & 63) & 0xff) * 64;
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

/* Goes on after one entry: the next dimension if it holds, else the next entry of the same. */
KFG_INLINE long kfg_entry_asked(struct kfg_decision *d, __u32 holds)
{
	d->entry = holds ? 0 : d->entry + 1;
	d->dim += !!holds;
	d->state = KFG_STATE_ENTRY;
	return 0;
}

/*
 * The character where the last KFG_GLOB_RUN may be gone back to, to take one more; 0: it may not, or there is none.
 */
KFG_INLINE __u8 kfg_run_takes(const struct kfg_decision *d)
{
	__u32 at = d->text + d->run_s;
	__u8 s;

	if (d->run_p == KFG_NONE || at >= KFG_TEXT_SIZE)
		return 0;
	s = d->subject.text[at];
	return s == '/' ? 0 : s;
}

/*
 * One step of a matcher over a string: '*' is any run of characters, '?' any one character, and their kin of abi.h the
 * same without '/'. Only the last run is gone back to, and when it may take no more the last '*': what comes between
 * two of them matches best where it first does.
 */
KFG_INLINE long kfg_step_char(struct kfg_walk *w)
{
	struct kfg_decision *d = w->d;
	__u32 at = d->text + d->s;
	__u8 p = kfg_pattern_char(w, d->p), s;

	if (at >= KFG_TEXT_SIZE)
		return kfg_entry_asked(d, 0);
	s = d->subject.text[at];
	if (d->glob && p == '*') {
		d->star_p = ++d->p;
		d->star_s = d->s;
		d->run_p = KFG_NONE;
		return 0;
	}
	if (d->glob && p == KFG_GLOB_RUN) {
		d->run_p = ++d->p;
		d->run_s = d->s;
		return 0;
	}
	if (s && (p == s || (d->glob && (p == '?' || (p == KFG_GLOB_ONE && s != '/'))))) {
		d->p++;
		d->s++;
		return 0;
	}
	if (!s && !p)
		return kfg_entry_asked(d, 1);
	if (s && kfg_run_takes(d)) {
		d->p = d->run_p;
		d->s = ++d->run_s;
		return 0;
	}
	if (!s || d->star_p == KFG_NONE)
		return kfg_entry_asked(d, 0);
	d->p = d->star_p;
	d->s = ++d->star_s;
	d->run_p = KFG_NONE;
	return 0;
}

/* Eight bytes of a string */
typedef __u64 __attribute__((may_alias)) kfg_chars;

/*
 * Are there differences among the first characters of the string and of a glob? m->prefix is how many of the glob's are
 * literal, counted up to KFG_PREFIX_MAX: most globs that do not match end here, at no step per character.
 */
KFG_INLINE __u64 kfg_prefix_differs(const struct kfg_matcher *m, const struct kfg_decision *d)
{
	const kfg_chars *a = (const kfg_chars *)m->text, *b;
	__s64 left = m->prefix; /* characters from word i on */
	__u32 at = d->text;
	__u64 differs = 0, whole;

	if (at > KFG_TEXT_SIZE - KFG_PREFIX_MAX)
		return 0;
	b = (const kfg_chars *)(d->subject.text + at);
	/* arithmetic, as each branch is work for a verifier */
	for (__u32 i = 0; i < KFG_PREFIX_MAX / 8; i++, left -= 8) {
		left &= ~(left >> 63); /* at least 0 */
		whole = (7 - left) >> 63; /* all bits where 8 or more are left */
		differs |= (a[i] ^ b[i]) & (whole | ~(~0ULL << (left & 7) * 8));
	}
	return differs;
}

/* Begins to match the subject's string of dimension dim against the matcher in cell `matcher`. */
KFG_INLINE long kfg_begin_match(struct kfg_walk *w, __u32 matcher, __u32 dim)
{
	struct kfg_decision *d = w->d;
	const struct kfg_matcher *m = kfg_cell(w, matcher);

	if (!m || dim >= KFG_DIM_MAX)
		return kfg_entry_asked(d, 0);
	d->text = kfg_dim_text(dim);
	d->glob = m->flags & KFG_MATCH_GLOB;
	if (d->glob ? kfg_prefix_differs(m, d) != 0 : m->hash != d->subject.hash[dim])
		return kfg_entry_asked(d, 0);
	d->matcher = matcher;
	d->s = d->p = d->star_s = d->run_s = 0;
	d->star_p = d->run_p = KFG_NONE;
	d->state = KFG_STATE_CHAR;
	return 0;
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

KFG_INLINE long kfg_decide_done(struct kfg_decision *d)
{
	d->state = KFG_STATE_DONE;
	return 1;
}

KFG_INLINE long kfg_decide_failed(struct kfg_decision *d)
{
	d->verdict.failed = 1;
	return kfg_decide_done(d);
}

KFG_INLINE void kfg_begin_rows(struct kfg_decision *d, __u32 range, __u32 ranges)
{
	d->range = range;
	d->ranges = ranges;
	d->rows = d->row = 0;
	d->state = KFG_STATE_ROW;
}

/* Of the rules or waivers the first that matches is `row`, or none does (NULL). */
KFG_INLINE long kfg_rows_asked(struct kfg_decision *d, const struct kfg_row *row)
{
	struct kfg_verdict *v = &d->verdict;

	if (d->in_waivers) {
		if (row) {
			v->waiver = row->rule;
			v->dep_action = KFG_AUDIT;
		}
		return kfg_decide_done(d);
	}
	if (row) {
		v->rule = row->rule;
		v->rule_action = row->action;
		v->rule_scope = row->scope;
		v->row_flags = row->flags & (KFG_ROW_AGENT | KFG_ROW_ALWAYS);
	}
	if (!d->waivers.count)
		return kfg_decide_done(d);
	d->in_waivers = 1;
	kfg_begin_rows(d, d->waivers.first, d->waivers.count);
	return 0;
}

/* Takes the next candidate row whose fixed conditions hold. */
KFG_INLINE long kfg_step_row(struct kfg_walk *w)
{
	struct kfg_decision *d = w->d;
	const struct kfg_row *row;

	if (!d->rows) {
		if (!d->ranges)
			return kfg_rows_asked(d, 0);
		d->row = kfg_list_entry(w, d->list_first, d->range);
		d->rows = kfg_list_entry(w, d->list_first, d->range + 1);
		d->range += 2;
		d->ranges--;
		return 0;
	}
	row = kfg_cell(w, d->row_first + d->row);
	if (!row) /* a damaged table */
		return kfg_decide_failed(d);
	if ((row->prog_types && (d->subject.prog_type > 63 || !(row->prog_types >> d->subject.prog_type & 1))) ||
	    d->subject.today > row->until || !kfg_flags_hold(row->flags, &d->subject)) {
		d->row++;
		d->rows--;
		return 0;
	}
	d->dim = d->first_dim;
	d->entry = 0;
	d->state = KFG_STATE_ENTRY;
	return 0;
}

/* Asks one entry of one dimension of the row at hand. */
KFG_INLINE long kfg_step_entry(struct kfg_walk *w)
{
	struct kfg_decision *d = w->d;
	const struct kfg_row *row = kfg_cell(w, d->row_first + d->row);
	__u32 value, dim = d->dim;

	if (!row)
		return kfg_decide_failed(d);
	if (dim >= KFG_DIM_MAX)
		return kfg_rows_asked(d, row);
	if (!row->dims[dim].count) {
		d->dim++;
		return 0;
	}
	if (d->entry >= row->dims[dim].count) { /* no alternative held: not this row */
		d->row++;
		d->rows--;
		d->state = KFG_STATE_ROW;
		return 0;
	}
	value = kfg_list_entry(w, d->list_first, row->dims[dim].first + d->entry);
	if (dim == KFG_DIM_UID)
		return kfg_entry_asked(d, value == d->subject.uid);
	if (dim == KFG_DIM_SIGNATURE)
		return kfg_entry_asked(d, value == d->subject.signature);
	return kfg_begin_match(w, value, dim);
}

KFG_INLINE int kfg_same_name(const struct kfg_name *n, const struct kfg_decision *d)
{
	const kfg_chars *a = (const kfg_chars *)n->name;
	const kfg_chars *b = (const kfg_chars *)(d->subject.text + KFG_TEXT_KFUNC);

	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3] && a[4] == b[4] && a[5] == b[5] &&
	       a[6] == b[6] && a[7] == b[7];
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
	d->name = kfg_list_entry(w, h->bucket_first, d->subject.hash[KFG_DIM_KFUNC] & h->bucket_mask);
	d->found = KFG_NONE;
	KFG_LOOP(KFG_STEPS_MAX, kfg_step_name, w);
	return d->found == KFG_NONE ? 0 : kfg_cell(w, d->found);
}

/* The candidates of a name cell need not be asked for the kfunc, unless the cell says that it could not keep them. */
KFG_INLINE __u32 kfg_first_dim(const struct kfg_name *n)
{
	return n && !(n->flags & KFG_NAME_PATTERNS) ? KFG_DIM_MODULE : KFG_DIM_KFUNC;
}

KFG_INLINE int kfg_same_module(const struct kfg_dep *dep, const struct kfg_decision *d)
{
	const kfg_chars *a = (const kfg_chars *)dep->module;
	const kfg_chars *b = (const kfg_chars *)(d->subject.text + KFG_TEXT_MODULE);

	return !a[0] || (a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3] && a[4] == b[4] && a[5] == b[5] &&
			 a[6] == b[6] && a[7] == b[7]);
}

/* Question 2: is it still in time? Waivers that may relax the answer are left to be asked in d->waivers. */
KFG_STATIC int kfg_ask_dates(struct kfg_walk *w, const struct kfg_table_header *h, const struct kfg_name *n)
{
	struct kfg_decision *d = w->d;
	struct kfg_verdict *v = &d->verdict;
	const struct kfg_dep *dep;

	v->dep = v->waiver = KFG_NONE;
	v->deadline = KFG_DAY_MAX;
	v->dep_state = KFG_DEP_NONE;
	v->dep_action = KFG_ALLOW;
	v->dep_scope = h->scope;
	v->name_flags = n ? n->flags : 0;
	d->waivers.count = 0;
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
	if (v->dep_action > KFG_AUDIT)
		d->waivers = n->waivers;
	return 0;
}

/*
 * Begins to answer both questions about the kfunc in d->subject (all strings, hashes, uid, type and today filled in).
 * Returns 0, or -1 when there is no table (verdict.failed is set then).
 */
KFG_STATIC int kfg_decide_begin(struct kfg_walk *w)
{
	struct kfg_decision *d = w->d;
	struct kfg_verdict *v = &d->verdict;
	const struct kfg_table_header *h = kfg_header(w);
	const struct kfg_name *n;

	v->failed = 0;
	if (!h) {
		kfg_decide_failed(d);
		return -1;
	}
	n = kfg_find_name(w, h);
	v->rule = KFG_NONE;
	v->rule_action = h->unlisted;
	v->rule_scope = h->scope;
	v->row_flags = 0;
	d->row_first = h->row_first;
	d->list_first = h->list_first;
	d->in_waivers = 0;
	d->first_dim = kfg_first_dim(n);
	kfg_ask_dates(w, h, n);
	if (d->subject.name_long)
		kfg_decide_done(d);
	else /* entries 0 and 1 of the lists are the range of all rules */
		kfg_begin_rows(d, n ? n->rules.first : 0, n ? n->rules.count : 1);
	return 0;
}

/* One step of the decision. Returns 1 when it is done: the answers are in d->verdict. */
KFG_INLINE long kfg_decide_step(struct kfg_walk *w)
{
	struct kfg_decision *d = w->d;

	if (++d->spent > KFG_STEPS_LOAD)
		return kfg_decide_failed(d);
	switch (d->state) {
	case KFG_STATE_ROW:
		return kfg_step_row(w);
	case KFG_STATE_ENTRY:
		return kfg_step_entry(w);
	case KFG_STATE_CHAR:
		return kfg_step_char(w);
	default:
		return 1;
	}
}

KFG_STATIC long kfg_step_decide(__u32 i, void *walk)
{
	(void)i;
	return kfg_decide_step(walk);
}

/*
 * The whole decision, into d->verdict. The caller turns it into an action with kfg_effective(), once it knows whether
 * the call is live. Returns as kfg_decide_begin().
 */
KFG_STATIC int kfg_decide(struct kfg_walk *w)
{
	int r = kfg_decide_begin(w);

	if (!r && w->d->state != KFG_STATE_DONE)
		KFG_LOOP(KFG_STEPS_MAX, kfg_step_decide, w);
	return r;
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
	if ((counts || v->dep_scope == KFG_SCOPE_ANY) && v->dep_state != KFG_DEP_NONE && v->dep_action > action) {
		action = v->dep_action;
		reason = v->waiver != KFG_NONE		 ? KFG_REASON_WAIVED :
			 v->dep_state == KFG_DEP_EXPIRED ? KFG_REASON_EXPIRED :
							   KFG_REASON_DEPRECATED;
	}
	*ret_reason = reason;
	return action;
}
