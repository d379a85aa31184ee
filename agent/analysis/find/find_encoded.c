/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * find_encoded.c - objects that are written as text: strings with escapes (a C skeleton, Go, Rust, Python), lists of
 * numbers (xxd -i, Go, JavaScript), base64 (JSON packages). What begins as an ELF file or a compressed stream does is
 * decoded and searched.
 */
#include "analysis/find/find_internal.h"

#include "analysis/find/decompress.h"
#include "base/strbuf.h"
#include <errno.h>
#include <string.h>

#define LABEL_MAX (64u << 10)
#define TEXT_HEAD 4096u /* a file whose first bytes have a NUL among them is no source code */
#define ZLIB_TEXT_MIN 64u /* shorter strings hold no packed object */

/* The bytes that a text stands for, and where the text ends. */
struct decoding {
	const uint8_t *text, *end;
	uint8_t quote; /* that ends a string */
	uint8_t *out; /* owned; NULL: they are only counted */
	size_t n;
};

typedef void decode_fn(struct decoding *d);

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void put(struct decoding *d, unsigned byte)
{
	if (d->out)
		d->out[d->n] = (uint8_t)byte;
	d->n++;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Behind the backslash. */
static void escape(struct decoding *d)
{
	static const char names[] = "abfnrtv", values[] = "\a\b\f\n\r\t\v";
	uint8_t c = *d->text++;
	const char *name = c ? strchr(names, c) : NULL;
	unsigned value = 0;

	if (c == 'x') {
		for (unsigned i = 0; i < 2 && d->text < d->end && digit(*d->text) >= 0; i++)
			value = value * 16 + (unsigned)digit(*d->text++);
		put(d, value);
	} else if (c >= '0' && c <= '7') {
		value = c - '0';
		for (unsigned i = 0; i < 2 && d->text < d->end && *d->text >= '0' && *d->text <= '7'; i++)
			value = value * 8 + (unsigned)(*d->text++ - '0');
		put(d, value);
	} else if (c == '\r' && d->text < d->end && *d->text == '\n') {
		d->text++; /* a line goes on in the next one */
	} else if (c != '\n') {
		put(d, name ? (uint8_t)values[name - names] : c);
	}
}

/* From inside of a string; one that follows right behind, or behind a '+', belongs to it. */
static void decode_string(struct decoding *d)
{
	while (d->text < d->end) {
		uint8_t c = *d->text++;
		const uint8_t *next = d->text;

		if (c == '\\' && d->text < d->end) {
			escape(d);
		} else if (c == d->quote) {
			while (next < d->end && (is_space(*next) || *next == '+'))
				next++;
			if (next == d->end || *next != c)
				return;
			d->text = next + 1;
		} else {
			put(d, c);
		}
	}
}

/* Numbers with commas, blanks, and suffixes like u8 between. */
static void decode_list(struct decoding *d)
{
	while (d->text < d->end) {
		unsigned value = 0, base = 10;
		const uint8_t *start;

		while (d->text < d->end && (is_space(*d->text) || *d->text == ','))
			d->text++;
		if (d->end - d->text > 2 && d->text[0] == '0' && (d->text[1] | 0x20) == 'x') {
			base = 16;
			d->text += 2;
		}
		start = d->text;
		for (; d->text < d->end && digit(*d->text) >= 0 && digit(*d->text) < (int)base && value < 256;
		     d->text++)
			value = value * base + (unsigned)digit(*d->text);
		if (d->text == start || value > 255)
			return;
		put(d, value);
		if (d->end - d->text > 1 && *d->text == 'u' && d->text[1] == '8')
			d->text += 2;
	}
}

/* Two digits to a byte. */
static void decode_hex(struct decoding *d)
{
	for (; d->end - d->text > 1 && digit(d->text[0]) >= 0 && digit(d->text[1]) >= 0; d->text += 2)
		put(d, (unsigned)(digit(d->text[0]) * 16 + digit(d->text[1])));
}

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static void decode_base64(struct decoding *d)
{
	unsigned bits = 0, n = 0;

	for (; d->text < d->end; d->text++) {
		int value = base64_value(*d->text);

		if (is_space(*d->text))
			continue;
		if (d->end - d->text > 1 && d->text[0] == '\\' && d->text[1] == 'n') {
			d->text++; /* a line break in JSON */
			continue;
		}
		if (value < 0)
			return;
		bits = (bits << 6 | (unsigned)value) & 0xffffff;
		n += 6;
		if (n >= 8) {
			n -= 8;
			put(d, bits >> n & 0xff);
		}
	}
}

/* What a string begins with that goes on at an offset: the quote before it, or before the line it begins on. */
static uint8_t quote_before(const uint8_t *data, size_t at)
{
	while (at && (is_space(data[at - 1]) || data[at - 1] == '\\'))
		at--;
	return at && (data[at - 1] == '\'' || data[at - 1] == '`') ? data[at - 1] : '"';
}

static const struct encoding {
	const char *start; /* of the text */
	decode_fn *decode;
	const char *name;
	bool source; /* in source code alone */
	bool word; /* begins one: no letter or digit before it */
} encodings[] = {
	{ "\\x7f", decode_string, "string", true, false },
	{ "\\x7F", decode_string, "string", true, false },
	{ "\\177", decode_string, "string", true, false },
	{ "\\x1f\\x8b", decode_string, "string", true, false },
	{ "\\x28\\xb5\\x2f\\xfd", decode_string, "string", true, false },
	{ "\\xfd7zXZ", decode_string, "string", true, false },
	{ "0x7f", decode_list, "list", true, true },
	{ "0x7F", decode_list, "list", true, true },
	{ "0x1f", decode_list, "list", true, true },
	{ "127,", decode_list, "list", true, true },
	{ "31,", decode_list, "list", true, true },
	{ "\\xbf\\x16", decode_string, "string", true, false },
	{ "7f454c46", decode_hex, "hex", false, true },
	{ "7F454C46", decode_hex, "hex", false, true },
	{ "f0VMRg", decode_base64, "base64", false, true },
	{ "H4sI", decode_base64, "base64", false, true },
	{ "KLUv/", decode_base64, "base64", false, true },
	{ "/Td6WFoA", decode_base64, "base64", false, true },
	{ "eJ", decode_base64, "base64", false, true },
	{ "eN", decode_base64, "base64", false, true },
	{ "eA", decode_base64, "base64", false, true },
	{ "eF", decode_base64, "base64", false, true },
};

static bool is_letter(uint8_t c)
{
	return base64_value(c) >= 0 && c != '/' && c != '+' && c != '-';
}

/* Whether bytes begin as what is looked for: an ELF file for BPF, gzip, zstd, xz, zlib, a light skeleton's loader. */
static bool is_promising(const uint8_t *p, size_t n)
{
	static const uint8_t zlib_levels[] = { 0x01, 0x5e, 0x9c, 0xda };
	enum kfg_magic magic;

	if (n >= 20 && !memcmp(p,
			       "\x7f"
			       "ELF\2",
			       5))
		return (p[18] == 0xf7 && !p[19]) || (!p[18] && p[19] == 0xf7);
	if (n >= 18 && (!memcmp(p, "\x1f\x8b\x08", 3) || !memcmp(p, "\x28\xb5\x2f\xfd", 4) ||
			!memcmp(p,
				"\xfd"
				"7zXZ",
				6)))
		return true;
	if (n && p[0] == 0xbf)
		return kfg_search_next(p, n, 0, &magic) == 0 && magic == KFG_MAGIC_LIGHT_SKELETON;
	return n >= ZLIB_TEXT_MIN / 2 && p[0] == 0x78 && memchr(zlib_levels, p[1], sizeof(zlib_levels));
}

/* A zlib stream says neither how long it is nor what it holds: searched if it unpacks to an object. */
static int search_zlib(struct kfg_search *s, const struct kfg_search_piece *piece, const char *label,
		       const uint8_t *packed, size_t size)
{
	_cleanup_strbuf_ struct kfg_strbuf inner = KFG_STRBUF(LABEL_MAX);
	_cleanup_free_ uint8_t *data = NULL;
	size_t max, n = 0;
	int r = kfg_search_may_unpack(s, piece, 0, &max);

	if (r <= 0)
		return r;
	r = kfg_decompress_zlib_object(packed, size, max, &data, &n);
	s->unpacked += r == -ENOMSG ? 4096 : 0;
	if (r == -EFBIG)
		return kfg_search_give_up(s, piece, 0, KFG_FIND_LIMIT_UNPACKED);
	if (r < 0)
		return r == -EBADMSG ? kfg_search_problem(s, piece, 0, "a zlib stream is damaged") :
		       r == -ENOMSG  ? 0 :
				       r;
	kfg_strbuf_printf(&inner, "%s(zlib)", label);
	return inner.error ? -ENOMEM : kfg_search_unpacked(s, kfg_strbuf_text(&inner), data, n);
}

/* The quote before an offset that no backslash stands before; at: there is none. */
static size_t last_quote(const uint8_t *data, size_t at)
{
	for (size_t i = at; i--;) {
		size_t slashes = 0;

		if (data[i] != '"')
			continue;
		while (slashes < i && data[i - 1 - slashes] == '\\')
			slashes++;
		if (slashes % 2 == 0)
			return i;
	}
	return at;
}

/*
 * bpftool writes a light skeleton as two strings, the data and then the loader, with no other between: where the data
 * begins, behind its quote. False: no string is there.
 */
static bool find_skeleton_data(const struct kfg_search_piece *piece, size_t at, struct decoding *ret)
{
	size_t opens = last_quote(piece->data, at), closes = last_quote(piece->data, opens),
	       begins = last_quote(piece->data, closes);

	if (opens == at || closes == opens || begins == closes)
		return false;
	*ret = (struct decoding){ .text = piece->data + begins + 1, .end = piece->data + closes, .quote = '"' };
	return true;
}

/* The text at an offset; *ret_end: where it ends, if it was one. */
static int search_text(struct kfg_search *s, const struct kfg_search_piece *piece, size_t at, const struct encoding *e,
		       size_t *ret_end)
{
	_cleanup_strbuf_ struct kfg_strbuf label = KFG_STRBUF(LABEL_MAX);
	const struct decoding whole = { .text = piece->data + at,
					.end = piece->data + piece->size,
					.quote = quote_before(piece->data, at) };
	struct decoding d = whole, data = { 0 };
	_cleanup_free_ uint8_t *out = NULL;
	uint8_t head[256];
	size_t max, before = 0;
	int r;

	/* its first bytes first: most are none */
	d.end = piece->size - at > sizeof(head) ? d.text + sizeof(head) : d.end;
	d.out = head;
	e->decode(&d);
	if (!is_promising(head, d.n))
		return 0;
	r = kfg_search_may_unpack(s, piece, at, &max);
	if (r <= 0)
		return r;
	d = whole;
	e->decode(&d);
	*ret_end = (size_t)(d.text - piece->data);
	if (head[0] == 0xbf && find_skeleton_data(piece, at, &data)) {
		struct decoding counted = data;

		decode_string(&counted);
		before = counted.n;
	}
	if (d.n > max || before > max - d.n)
		return kfg_search_give_up(s, piece, at, KFG_FIND_LIMIT_UNPACKED);
	out = malloc(before + d.n);
	if (!out)
		return -ENOMEM;
	data.out = out;
	decode_string(&data);
	d = whole;
	d.out = out + before;
	e->decode(&d);
	kfg_strbuf_printf(&label, "%s@0x%zx(%s)", piece->label, at, e->name);
	if (label.error)
		return -ENOMEM;
	if (head[0] == 0x78)
		return search_zlib(s, piece, kfg_strbuf_text(&label), out, d.n);
	return kfg_search_unpacked(s, kfg_strbuf_text(&label), out, before + d.n);
}

static int search_encoding(struct kfg_search *s, const struct kfg_search_piece *piece, const struct encoding *e)
{
	size_t at = 0, len = strlen(e->start);
	const uint8_t *hit;

	while ((hit = memmem(piece->data + at, piece->size - at, e->start, len))) {
		size_t start = (size_t)(hit - piece->data), end = start + len;
		int r = 0;

		/* two letters alone are everywhere: a string begins with them */
		if (len == 2 && (!start || (hit[-1] != '"' && hit[-1] != '\'' && hit[-1] != '\n')))
			r = 0;
		else if (!e->word || !start || !is_letter(hit[-1]))
			r = search_text(s, piece, start, e, &end);
		if (r < 0)
			return r;
		at = end;
	}
	return 0;
}

int kfg_search_encoded(struct kfg_search *s, const struct kfg_search_piece *piece)
{
	bool source = !memchr(piece->data, '\0', piece->size < TEXT_HEAD ? piece->size : TEXT_HEAD);

	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		int r = encodings[i].source && !source ? 0 : search_encoding(s, piece, &encodings[i]);

		if (r < 0)
			return r;
	}
	return 0;
}
