/* SPDX-License-Identifier: GPL-2.0-or-later */
/* baseline.c - see baseline.h */
#include "analysis/report/baseline.h"

#include "base/cleanup.h"
#include "analysis/report/report_text.h"
#include "policy/array.h"
#include "policy/edit_distance.h"
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 64u

enum column { OBJECT, KERNEL, NAME, STATE, UNTIL, NOTE, N_COLUMNS };

static const char *const column_names[N_COLUMNS] = { "object", "kernel", "name", "state", "until", "note" };

struct entry {
	const char *patterns[3]; /* OBJECT, KERNEL, NAME; NULL: any */
	enum kfg_report_state state; /* the worst that is known */
	int32_t until;
	unsigned line;
	bool used; /* it covered a finding */
};

struct kfg_baseline {
	char *text; /* owned: what the patterns point into */
	struct entry *entries; /* owned */
	size_t n, room;
	int32_t today;
};

/* Reading: `at` moves on; cells are unquoted in place. */
struct reading {
	char *at, *end;
	unsigned line;
	int columns[COLUMNS_MAX]; /* of the table: enum column; -1: not looked at */
	size_t n_columns;
	struct kfg_baseline_error *error;
};

static int refuse(struct reading *rd, const char *what, const char *cell)
{
	rd->error->line = rd->line;
	snprintf(rd->error->text, sizeof(rd->error->text), "%s%s%.60s%s", what, *cell ? " \"" : "", cell,
		 *cell ? "\"" : "");
	return -EBADMSG;
}

/* An apostrophe guards what a spreadsheet would take for a formula, see kfg_escape_csv(). */
static char *without_guard(char *cell)
{
	return cell[0] == '\'' && cell[1] && strchr("=+-@", cell[1]) ? cell + 1 : cell;
}

/* One cell; *ret_last: a row ends behind it. NULL: a quote has no end. */
static char *read_cell(struct reading *rd, bool *ret_last)
{
	bool quoted = rd->at < rd->end && *rd->at == '"';
	char *cell = rd->at + quoted, *to = cell;
	char *from = cell;

	while (from < rd->end) {
		if (quoted && *from == '"') {
			if (from + 1 < rd->end && from[1] == '"') {
				from++;
			} else {
				quoted = false;
				from++;
				continue;
			}
		} else if (!quoted && (*from == ',' || *from == '\n' || *from == '\r')) {
			break;
		}
		*to++ = *from++;
	}
	if (quoted)
		return NULL;
	*ret_last = from == rd->end || *from != ',';
	if (from < rd->end && *from == '\r')
		from++;
	if (from < rd->end && *from != ',' && *from != '\n')
		return NULL;
	rd->at = from < rd->end ? from + 1 : from;
	*to = '\0';
	return without_guard(cell);
}

/* enum column; -1: of a report, and not looked at; -EINVAL: there is no such column. */
static int column_of(const char *name)
{
	for (int i = 0; i < N_COLUMNS; i++)
		if (strcmp(column_names[i], name) == 0)
			return i;
	for (size_t i = 0; i < KFG_REPORT_CSV_COLUMNS; i++)
		if (strcmp(kfg_report_csv_columns[i], name) == 0)
			return -1;
	return -EINVAL;
}

/* A column that is passed over would make its entries match more than was meant. */
static int refuse_column(struct reading *rd, const char *name)
{
	const char *meant = NULL;
	unsigned least = 3;

	for (int i = 0; i < N_COLUMNS; i++) {
		unsigned edits = kfg_edit_distance(name, column_names[i], true);

		if (edits < least) {
			least = edits;
			meant = column_names[i];
		}
	}
	rd->error->line = rd->line;
	snprintf(rd->error->text, sizeof(rd->error->text),
		 "column %zu: neither a baseline nor a report has \"%.40s\"%s%s%s", rd->n_columns + 1, name,
		 meant ? ": did you mean \"" : "", meant ? meant : "", meant ? "\"?" : "");
	return -EBADMSG;
}

static int read_head(struct reading *rd)
{
	bool last = false, any = false;

	while (!last) {
		char *cell = read_cell(rd, &last);

		if (!cell)
			return refuse(rd, "a quote has no end", "");
		if (rd->n_columns == COLUMNS_MAX)
			return refuse(rd, "too many columns", "");
		rd->columns[rd->n_columns] = column_of(cell);
		if (rd->columns[rd->n_columns] == -EINVAL && *cell)
			return refuse_column(rd, cell);
		any |= rd->columns[rd->n_columns++] >= 0;
	}
	return any ? 0 : refuse(rd, "the first row names no column of a baseline: object, kernel, name, state", "");
}

static int take_state(struct reading *rd, const char *cell, struct entry *e)
{
	for (unsigned i = KFG_REPORT_WARNED; i < KFG_REPORT_STATE_MAX; i++)
		if (strcmp(kfg_report_state_str(i), cell) == 0) {
			e->state = i;
			return 1;
		}
	/* rows of a report that say that all is well are no findings */
	for (unsigned i = 0; i < KFG_REPORT_WARNED; i++)
		if (strcmp(kfg_report_state_str(i), cell) == 0)
			return 0;
	return refuse(rd, "no such state:", cell);
}

/* Returns 1: an entry; 0: a row that is none; -EBADMSG. */
static int read_row(struct reading *rd, struct entry *e)
{
	const char *cells[N_COLUMNS] = { NULL };
	bool last = false;
	size_t n = 0;

	*e = (struct entry){ .state = KFG_REPORT_STATE_MAX - 1, .until = KFG_DAY_MAX, .line = rd->line };
	while (!last) {
		char *cell = read_cell(rd, &last);

		if (!cell)
			return refuse(rd, "a quote has no end, or stands in the middle of a cell", "");
		if (last && !n && !*cell)
			return 0; /* an empty line */
		if (n == rd->n_columns)
			return refuse(rd, "more cells than the first row names", "");
		if (rd->columns[n] >= 0)
			cells[rd->columns[n]] = cell;
		n++;
	}
	memcpy(e->patterns, cells, sizeof(e->patterns));
	if (cells[UNTIL] && *cells[UNTIL] && kfg_day_parse(cells[UNTIL], &e->until) < 0)
		return refuse(rd, "until must be a day like 2027-01-31, not", cells[UNTIL]);
	if (cells[UNTIL] && *cells[UNTIL] && (!cells[NOTE] || !*cells[NOTE]))
		return refuse(rd, "an entry with an end needs a note that says why", "");
	return cells[STATE] ? take_state(rd, cells[STATE], e) : 1;
}

static int add(struct kfg_baseline *b, const struct entry *e)
{
	if (kfg_array_grow(&b->entries, &b->room, b->n, sizeof(*b->entries)) < 0)
		return -ENOMEM;
	b->entries[b->n++] = *e;
	return 0;
}

KFG_DEFINE_CLEANUP(struct kfg_baseline *, kfg_baseline_free)

int kfg_baseline_parse(const char *text, size_t size, int32_t today, struct kfg_baseline **ret_baseline,
		       struct kfg_baseline_error *ret_error)
{
	_cleanup_(kfg_baseline_free_cleanup) struct kfg_baseline *b = calloc(1, sizeof(*b));
	struct reading rd = { .line = 1, .error = ret_error };
	struct entry e;
	int r;

	if (!b)
		return -ENOMEM;
	b->today = today;
	b->text = malloc(size + 1);
	if (!b->text)
		return -ENOMEM;
	memcpy(b->text, text, size);
	b->text[size] = '\0';
	rd.at = b->text;
	rd.end = b->text + size;
	r = read_head(&rd);
	for (rd.line = 2; r >= 0 && rd.at < rd.end; rd.line++) {
		r = read_row(&rd, &e);
		if (r > 0)
			r = add(b, &e);
	}
	if (r < 0)
		return r;
	*ret_baseline = KFG_TAKE_PTR(b);
	return 0;
}

void kfg_baseline_free(struct kfg_baseline *b)
{
	if (!b)
		return;
	free(b->text);
	free(b->entries);
	free(b);
}

static bool matches(const char *pattern, const char *text)
{
	return !pattern || strcmp(pattern, text) == 0 || fnmatch(pattern, text, FNM_NOESCAPE) == 0;
}

bool kfg_baseline_covers(const struct kfg_baseline *b, enum kfg_report_state state, const char *object,
			 const char *kernel, const char *name)
{
	char clean_object[KFG_REPORT_CLEAN_MAX], clean_kernel[KFG_REPORT_CLEAN_MAX], clean_name[KFG_REPORT_CLEAN_MAX];

	bool covered = false;

	if (!b)
		return false;
	kfg_report_clean(object, clean_object);
	kfg_report_clean(kernel, clean_kernel);
	kfg_report_clean(name, clean_name);
	for (size_t i = 0; i < b->n; i++) {
		struct entry *e = &b->entries[i];

		if (state <= e->state && e->until >= b->today && matches(e->patterns[NAME], clean_name) &&
		    matches(e->patterns[KERNEL], clean_kernel) && matches(e->patterns[OBJECT], clean_object))
			e->used = covered = true;
	}
	return covered;
}

void kfg_baseline_unused(const struct kfg_baseline *b, void (*fn)(void *arg, unsigned line), void *arg)
{
	for (size_t i = 0; i < b->n; i++)
		if (!b->entries[i].used && b->entries[i].until >= b->today)
			fn(arg, b->entries[i].line);
}

void kfg_baseline_ended(const struct kfg_baseline *b, void (*fn)(void *arg, unsigned line, int32_t day), void *arg)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->entries[i].until < b->today)
			fn(arg, b->entries[i].line, b->entries[i].until);
}
