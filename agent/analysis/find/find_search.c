/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * find_search.c - what a search keeps to, whichever file of this room looks: its limits, what it tells of, what it
 * unpacked.
 */
#include "analysis/find/find_internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const limit_texts[] = {
#define LIMIT_TEXT(name, value, text) text,
	KFG_FIND_LIMITS(LIMIT_TEXT)
#undef LIMIT_TEXT
};

int kfg_find_problem(struct kfg_find *find, const char *label, const char *format, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, sizeof(why), format, ap);
	va_end(ap);
	return find->ops->problem(find->ops->userdata, label, why);
}

/* "limit: it unpacks to more than ... bytes" */
static void limit_text(const struct kfg_find *find, enum kfg_find_limit limit, char *buf, size_t size)
{
	int n = snprintf(buf, size, "limit: ");

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* all are in the table above */
	snprintf(buf + n, size - n, limit_texts[limit], (uintmax_t)find->limits[limit]);
#pragma GCC diagnostic pop
}

int kfg_find_give_up(struct kfg_find *find, const char *label, enum kfg_find_limit limit)
{
	char why[160];

	limit_text(find, limit, why, sizeof(why));
	return kfg_find_problem(find, label, "%s", why);
}

int kfg_search_problem(struct kfg_search *s, const struct kfg_search_piece *piece, size_t at, const char *why)
{
	uint64_t max = s->find->limits[KFG_FIND_LIMIT_PROBLEMS];

	if (s->n_problems++ > max)
		return 0;
	if (s->n_problems > max)
		return kfg_find_give_up(s->find, s->path, KFG_FIND_LIMIT_PROBLEMS);
	return kfg_find_problem(s->find, piece->label, "offset 0x%zx: %s", at, why);
}

int kfg_search_give_up(struct kfg_search *s, const struct kfg_search_piece *piece, size_t at, enum kfg_find_limit limit)
{
	char why[160];

	limit_text(s->find, limit, why, sizeof(why));
	return kfg_search_problem(s, piece, at, why);
}

int kfg_search_may_unpack(struct kfg_search *s, const struct kfg_search_piece *piece, size_t at, size_t *ret_max)
{
	const uint64_t *limits = s->find->limits;
	uint64_t left = limits[KFG_FIND_LIMIT_UNPACKED] - s->find->live;
	int r;

	*ret_max = left;
	if (s->depth >= limits[KFG_FIND_LIMIT_NESTED])
		r = kfg_search_give_up(s, piece, at, KFG_FIND_LIMIT_NESTED);
	else if (s->unpacked >= limits[KFG_FIND_LIMIT_FILE_UNPACKED])
		r = kfg_search_give_up(s, piece, at, KFG_FIND_LIMIT_FILE_UNPACKED);
	else
		return 1;
	return r;
}

int kfg_search_unpacked(struct kfg_search *s, const char *label, const uint8_t *data, size_t size)
{
	const struct kfg_search_piece inner = { label, data, size };
	int r;

	s->unpacked += size;
	s->find->live += size;
	s->depth++;
	r = s->search(s, &inner);
	s->depth--;
	s->find->live -= size;
	return r;
}
