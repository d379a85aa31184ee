/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diag.c - findings: collected, and rendered as text. What goes in is hostile (file names, keys,
 * values), what comes out may be shown on a terminal.
 */
#include "diag.h"

#include "cleanup.h"
#include "utf8.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Characters of a line that an excerpt shows, and those left of the caret when it is cut there */
#define EXCERPT_MAX 120u
#define EXCERPT_LEAD 40u
#define CUT "..."

const struct kfg_diag_kind kfg_diag_kinds[KFG_DIAG_CODE_MAX] = {
#define KIND(name, code, severity, text) [KFG_DIAG_##name] = { code, text, KFG_SEVERITY_##severity },
	KFG_DIAG_CODES(KIND)
#undef KIND
};

/* Up to max characters of text, one for one, unprintable ones as `bad`. To be freed; NULL: no
 * memory. */
static char *clean(const char *text, size_t size, size_t max, char bad)
{
	char *out = malloc(size + 1);
	size_t o = 0;

	if (!out)
		return NULL;
	for (size_t i = 0; i < size && max; max--) {
		uint32_t c;
		unsigned n = kfg_utf8_decode(text + i, size - i, &c);

		if (n && kfg_utf8_printable(c)) {
			memcpy(out + o, text + i, n);
			o += n;
		} else {
			out[o++] = n && c == '\t' ? ' ' : bad;
		}
		i += n ? n : 1;
	}
	out[o] = 0;
	return out;
}

/* Bytes before the next line break, \n or \r. */
static size_t line_length(const char *at, const char *end)
{
	const char *lf = memchr(at, '\n', (size_t)(end - at));
	const char *cr;

	if (lf)
		end = lf;
	cr = memchr(at, '\r', (size_t)(end - at));
	return (size_t)((cr ? cr : end) - at);
}

/* Start of line `line` (from 1) and its length without the break; NULL: there is no such line. */
static const char *find_line(const struct kfg_spot *spot, size_t *ret_len)
{
	const char *at = spot->data, *end = at + spot->size;

	if (spot->size >= 3 && !memcmp(at, "\xef\xbb\xbf", 3))
		at += 3;
	for (unsigned i = 1; i < spot->line; i++) {
		at += line_length(at, end);
		if (at == end)
			return NULL;
		at += at[0] == '\r' && at + 1 < end && at[1] == '\n' ? 2 : 1;
	}
	*ret_len = line_length(at, end);
	return at;
}

/* Bytes that the first n characters of text take. */
static size_t skip_chars(const char *text, size_t size, size_t n)
{
	size_t i = 0;
	uint32_t c;

	while (i < size && n--) {
		unsigned used = kfg_utf8_decode(text + i, size - i, &c);

		i += used ? used : 1;
	}
	return i;
}

/* Fills in excerpt and caret. Returns false when memory ran out. */
static bool take_excerpt(const struct kfg_spot *spot, struct kfg_diag *d)
{
	size_t len = 0, left = 0, from, shown;
	const char *line = spot->data && spot->line ? find_line(spot, &len) : NULL;
	_cleanup_free_ char *body = NULL;

	if (!line || !len || !spot->col)
		return true;
	if (spot->col > EXCERPT_MAX)
		left = spot->col - EXCERPT_LEAD;
	from = skip_chars(line, len, left);
	shown = skip_chars(line + from, len - from, EXCERPT_MAX);
	body = clean(line + from, shown, SIZE_MAX, '?');
	if (!body)
		return false;
	if (asprintf(&d->excerpt, "%s%s%s", left ? CUT : "", body, from + shown < len ? CUT : "") < 0) {
		d->excerpt = NULL;
		return false;
	}
	d->caret = spot->col - (unsigned)left + (left ? sizeof(CUT) - 1 : 0);
	return true;
}

static void diag_done(struct kfg_diag *d)
{
	free(d->file);
	free(d->text);
	free(d->excerpt);
}

/* Room for one more finding, at powers of two. */
static bool reserve(struct kfg_diags *diags)
{
	struct kfg_diag *items;

	if (diags->n & (diags->n - 1))
		return true;
	items = realloc(diags->items, (diags->n ? diags->n * 2 : 1) * sizeof(*items));
	if (items)
		diags->items = items;
	return items;
}

static bool add(struct kfg_diags *diags, struct kfg_diag *d, const struct kfg_spot *spot, const char *text)
{
	d->line = spot->line;
	d->col = spot->line ? spot->col : 0;
	d->file = clean(spot->file, strlen(spot->file), SIZE_MAX, '?');
	d->text = clean(text, strlen(text), SIZE_MAX, '?');
	if (!d->file || !d->text || !take_excerpt(spot, d) || !reserve(diags))
		return false;
	diags->items[diags->n++] = *d;
	return true;
}

void kfg_diags_add(struct kfg_diags *diags, enum kfg_diag_code code, const struct kfg_spot *spot, const char *format,
		   ...)
{
	struct kfg_diag d = { .code = code, .severity = kfg_diag_kinds[code].severity };
	_cleanup_free_ char *text = NULL;
	va_list args;
	int r;

	if (d.severity == KFG_SEVERITY_ERROR)
		diags->n_errors++;
	if (d.severity == KFG_SEVERITY_NOTE)
		diags->n_notes++;
	if (diags->n >= KFG_DIAGS_MAX) {
		diags->n_more++;
		return;
	}
	va_start(args, format);
	r = vasprintf(&text, format, args);
	va_end(args);
	if (r < 0)
		text = NULL;
	if (!text || !add(diags, &d, spot, text)) {
		diag_done(&d);
		diags->lost = 1;
	}
}

/* Spaces up to the caret: as many columns as the characters before it take. To be freed; NULL: no
 * memory. */
static char *caret_indent(const struct kfg_diag *d)
{
	size_t size = strlen(d->excerpt), columns = 0, i = 0;
	char *out;
	uint32_t c;

	for (unsigned k = 1; k < d->caret; k++) {
		unsigned n = i < size ? kfg_utf8_decode(d->excerpt + i, size - i, &c) : 0;

		columns += n ? kfg_utf8_width(c) : 1;
		i += n ? n : 1;
	}
	out = malloc(columns + 1);
	if (!out)
		return NULL;
	memset(out, ' ', columns);
	out[columns] = 0;
	return out;
}

const char *kfg_severity_str(enum kfg_severity severity)
{
	static const char *const words[KFG_SEVERITY_MAX] = { "error", "warning", "note" };

	return words[severity];
}

char *kfg_diag_format(const struct kfg_diag *d)
{
	const char *word = kfg_severity_str(d->severity);
	_cleanup_free_ char *indent = NULL;
	_cleanup_free_ char *head = NULL;
	char *out;

	if (d->line ? asprintf(&head, "%s:%u:%u: %s: %s\n", d->file, d->line, d->col, word, d->text) < 0 :
		      asprintf(&head, "%s: %s: %s\n", d->file, word, d->text) < 0) {
		head = NULL;
		return NULL;
	}
	if (!d->excerpt || !d->caret)
		return KFG_TAKE_PTR(head);
	indent = caret_indent(d);
	if (!indent)
		return NULL;
	if (asprintf(&out, "%s%5u | %s\n      | %s^\n", head, d->line, d->excerpt, indent) < 0)
		return NULL;
	return out;
}

void kfg_diags_done(struct kfg_diags *diags)
{
	if (!diags)
		return;
	for (size_t i = 0; i < diags->n; i++)
		diag_done(&diags->items[i]);
	free(diags->items);
	*diags = (struct kfg_diags){ 0 };
}
