/* SPDX-License-Identifier: GPL-2.0-or-later */
/* btf.c - BTF of any hand checked once, so that all else may follow its indexes and offsets. */
#include "analysis/btf/btf_internal.h"

#include "base/cleanup.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One reading of bytes that nobody has checked. */
struct reading {
	struct kfg_btf *btf;
	struct kfg_btf_error *error;
	size_t types_at; /* the offset of the types in the bytes given */
	uint32_t types_size;
	uint32_t highest; /* the highest id that a type refers to, and the type that does */
	size_t highest_at;
	const uint8_t *layout; /* what the file says of its kinds; NULL: nothing */
	uint32_t layout_size;
};

static int __attribute__((format(printf, 3, 4)))
refuse(struct kfg_btf_error *error, size_t offset, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(error->text, sizeof(error->text), format, ap);
	va_end(ap);
	error->offset = offset;
	return -EBADMSG;
}

/* What follows struct btf_type: so many bytes, and so many for each of its vlen records. */
struct shape {
	const char *name; /* NULL: no such kind */
	uint8_t fixed, each;
	bool refers; /* btf_type.type is an id */
};

static const struct shape shapes[] = {
	[BTF_KIND_INT] = { "int", 4, 0, false },
	[BTF_KIND_PTR] = { "pointer", 0, 0, true },
	[BTF_KIND_ARRAY] = { "array", sizeof(struct btf_array), 0, false },
	[BTF_KIND_STRUCT] = { "struct", 0, sizeof(struct btf_member), false },
	[BTF_KIND_UNION] = { "union", 0, sizeof(struct btf_member), false },
	[BTF_KIND_ENUM] = { "enum", 0, sizeof(struct btf_enum), false },
	[BTF_KIND_FWD] = { "forward declaration", 0, 0, false },
	[BTF_KIND_TYPEDEF] = { "typedef", 0, 0, true },
	[BTF_KIND_VOLATILE] = { "volatile", 0, 0, true },
	[BTF_KIND_CONST] = { "const", 0, 0, true },
	[BTF_KIND_RESTRICT] = { "restrict", 0, 0, true },
	[BTF_KIND_FUNC] = { "function", 0, 0, true },
	[BTF_KIND_FUNC_PROTO] = { "prototype", 0, sizeof(struct btf_param), true },
	[BTF_KIND_VAR] = { "variable", sizeof(struct btf_var), 0, true },
	[BTF_KIND_DATASEC] = { "section", 0, sizeof(struct btf_var_secinfo), false },
	[BTF_KIND_FLOAT] = { "float", 0, 0, false },
	[BTF_KIND_DECL_TAG] = { "decl tag", sizeof(struct btf_decl_tag), 0, true },
	[BTF_KIND_TYPE_TAG] = { "type tag", 0, 0, true },
	[BTF_KIND_ENUM64] = { "enum64", 0, sizeof(struct btf_enum64), false },
};
#define N_SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static size_t offset_of(const struct reading *rd, const void *p)
{
	return rd->types_at + (size_t)((const uint8_t *)p - rd->btf->types);
}

static void note_id(struct reading *rd, uint32_t id, const void *at)
{
	if (id > rd->highest) {
		rd->highest = id;
		rd->highest_at = offset_of(rd, at);
	}
}

static int check_name(const struct reading *rd, uint32_t name, const void *at)
{
	if (name < rd->btf->strings_end)
		return 0;
	return refuse(rd->error, offset_of(rd, at), "name at 0x%" PRIx32 " is beyond the strings", name);
}

/* Records whose first word is a name and whose second one, if typed, is an id. */
static int check_named(struct reading *rd, const void *records, size_t n, size_t each, bool typed)
{
	for (size_t i = 0; i < n; i++) {
		const uint32_t *word = (const uint32_t *)((const uint8_t *)records + i * each);
		int r = check_name(rd, word[0], word);

		if (r < 0)
			return r;
		if (typed)
			note_id(rd, word[1], word);
	}
	return 0;
}

static int check_records(struct reading *rd, const struct btf_type *t, const struct shape *shape)
{
	const void *records = t + 1;
	size_t n = KFG_BTF_INFO_VLEN(t->info);

	switch (KFG_BTF_INFO_KIND(t->info)) {
	case BTF_KIND_ARRAY:
		note_id(rd, ((const struct btf_array *)records)->type, t);
		note_id(rd, ((const struct btf_array *)records)->index_type, t);
		return 0;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_FUNC_PROTO:
		return check_named(rd, records, n, shape->each, true);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return check_named(rd, records, n, shape->each, false);
	case BTF_KIND_DATASEC:
		for (size_t i = 0; i < n; i++)
			note_id(rd, ((const struct btf_var_secinfo *)records)[i].type, t);
		return 0;
	default:
		return 0;
	}
}

/* One entry of a layout (struct btf_layout): how long types of a kind are. */
struct layout {
	uint8_t fixed, each;
	uint16_t flags; /* unused */
};

/* Kind 0 has no name. *other: of a kind that the file alone knows; its name and ids are nobody's business. */
static const struct shape *shape_of(const struct reading *rd, uint32_t kind, struct shape *other)
{
	struct layout entry;

	if (kind < N_SHAPES && shapes[kind].name)
		return &shapes[kind];
	if (!kind || kind >= rd->layout_size / sizeof(entry))
		return &shapes[0];
	memcpy(&entry, rd->layout + kind * sizeof(entry), sizeof(entry));
	/* a record of words stays one */
	*other = (struct shape){ "another kind", entry.fixed, entry.each, false };
	return entry.fixed % 4 || entry.each % 4 ? &shapes[0] : other;
}

/* The type at `at`, its own id being `id`. ret_size: of the whole record. */
static int check_type(struct reading *rd, uint32_t at, uint32_t id, uint32_t *ret_size)
{
	const struct btf_type *t = (const struct btf_type *)(rd->btf->types + at);
	uint32_t left = rd->types_size - at, kind;
	const struct shape *shape;
	uint64_t size = sizeof(*t);
	struct shape other;
	int r;

	if (left < size)
		return refuse(rd->error, rd->types_at + at, "type %" PRIu32 " is cut short", id);
	kind = KFG_BTF_INFO_KIND(t->info);
	shape = shape_of(rd, kind, &other);
	if (!shape->name)
		return refuse(rd->error, rd->types_at + at,
			      "type %" PRIu32 " is of kind %" PRIu32 ", which is not known here", id, kind);
	size += shape->fixed + (uint64_t)shape->each * KFG_BTF_INFO_VLEN(t->info);
	if (left < size)
		return refuse(rd->error, rd->types_at + at, "type %" PRIu32 " (%s) is cut short", id, shape->name);
	r = check_name(rd, t->name_off, t);
	if (r < 0)
		return r;
	if (shape->refers)
		note_id(rd, t->type, t);
	*ret_size = (uint32_t)size;
	return check_records(rd, t, shape);
}

/* The table of where types are: as large as it can get while reading, then as large as it is. */
static int read_types(struct reading *rd)
{
	_cleanup_free_ uint32_t *offsets =
		reallocarray(NULL, rd->types_size / sizeof(struct btf_type) + 1, sizeof(*offsets));
	struct kfg_btf *btf = rd->btf;
	uint32_t at = 0, n = 0, size = 0;
	uint32_t *less;

	if (!offsets)
		return -ENOMEM;
	while (at < rd->types_size) {
		int r = check_type(rd, at, btf->first + n, &size);

		if (r < 0)
			return r;
		offsets[n++] = at;
		at += size;
	}
	btf->end = btf->first + n;
	if (rd->highest >= btf->end)
		return refuse(rd->error, rd->highest_at, "refers to type %" PRIu32 ", but there are only %" PRIu32,
			      rd->highest, btf->end - 1);
	less = realloc(offsets, (n + 1) * sizeof(*offsets));
	btf->offsets = less ? less : offsets;
	offsets = NULL;
	return 0;
}

/* A part of the file that the header says is at `off` after it, `len` long. */
static int check_part(const struct kfg_btf_header *h, size_t size, uint32_t off, uint32_t len)
{
	uint64_t start = (uint64_t)h->hdr_len + off;

	return start > size || len > size - start ? -EBADMSG : 0;
}

static int check_header(const struct kfg_btf_header *h, size_t size, struct kfg_btf_error *error)
{
	if (size < sizeof(*h))
		return refuse(error, 0, "%zu bytes are too few for a BTF header", size);
	if (size > KFG_BTF_SIZE_MAX)
		return refuse(error, 0, "%zu bytes are more than any BTF has", size);
	if (h->magic != BTF_MAGIC)
		return refuse(error, 0, "not BTF: it starts with 0x%04x", h->magic);
	if (h->version != BTF_VERSION)
		return refuse(error, 2, "BTF of version %u, which is not known here", h->version);
	if (h->hdr_len < sizeof(*h) || h->hdr_len > size)
		return refuse(error, 4, "header of %" PRIu32 " bytes", h->hdr_len);
	if (check_part(h, size, h->type_off, h->type_len) < 0)
		return refuse(error, 8, "types are beyond the end");
	if (((uint64_t)h->hdr_len + h->type_off) % 4)
		return refuse(error, 8, "types are not aligned");
	if (check_part(h, size, h->str_off, h->str_len) < 0)
		return refuse(error, 16, "strings are beyond the end");
	return 0;
}

/* The layout that may follow in the header: an offset and a length. One that lies badly is none. */
static void find_layout(struct reading *rd, const struct kfg_btf_header *h, size_t size)
{
	uint32_t place[2];

	if (h->hdr_len < sizeof(*h) + sizeof(place))
		return;
	memcpy(place, h + 1, sizeof(place));
	if (check_part(h, size, place[0], place[1]) < 0)
		return;
	rd->layout = rd->btf->data + h->hdr_len + place[0];
	rd->layout_size = place[1];
}

/* Empty strings are what the kernel itself takes for a split BTF only (kernel/bpf/btf.c, btf_parse_str_sec()). */
static int check_strings(const struct kfg_btf *btf, uint32_t len, size_t at, struct kfg_btf_error *error)
{
	if (!len)
		return btf->base ? 0 : refuse(error, 20, "no strings");
	if (btf->strings[len - 1])
		return refuse(error, at + len - 1, "strings do not end in NUL");
	if (!btf->base && btf->strings[0])
		return refuse(error, at, "strings do not start with an empty one");
	if (len > UINT32_MAX - btf->strings_first)
		return refuse(error, 20, "too many strings");
	return 0;
}

static bool is_foreign(const void *data, size_t size)
{
	uint16_t magic;

	if (size < sizeof(struct kfg_btf_header))
		return false;
	memcpy(&magic, data, sizeof(magic));
	return magic == __builtin_bswap16(BTF_MAGIC);
}

static void turn_words(uint8_t *p, size_t size)
{
	for (; size >= 4; size -= 4, p += 4) {
		uint32_t word;

		memcpy(&word, p, sizeof(word));
		word = __builtin_bswap32(word);
		memcpy(p, &word, sizeof(word));
	}
}

/*
 * From the other byte order: behind the magic, the version and the flags, the header and all records of types are words
 * of 32 bits. A layout is of bytes.
 */
static void turn(uint8_t *data, size_t size)
{
	struct kfg_btf_header h;
	uint64_t types_at;

	memcpy(&h, data, sizeof(h));
	h.magic = __builtin_bswap16(h.magic);
	memcpy(data, &h, sizeof(h.magic));
	turn_words(data + offsetof(struct kfg_btf_header, hdr_len),
		   sizeof(h) - offsetof(struct kfg_btf_header, hdr_len));
	memcpy(&h, data, sizeof(h));
	if (h.hdr_len >= sizeof(h) && h.hdr_len <= size)
		turn_words(data + sizeof(h), h.hdr_len - sizeof(h));
	types_at = (uint64_t)h.hdr_len + h.type_off;
	if (h.hdr_len >= sizeof(h) && types_at <= size && h.type_len <= size - types_at)
		turn_words(data + types_at, h.type_len);
}

/* Types are read as words: bytes that lie badly, or are of the other byte order, are copied. */
static int settle(struct kfg_btf *btf, const void *data, size_t size)
{
	btf->data = data;
	btf->foreign = is_foreign(data, size);
	if (((uintptr_t)data % _Alignof(struct btf_type) == 0 && !btf->foreign) || size > KFG_BTF_SIZE_MAX)
		return 0;
	btf->copy = malloc(size);
	if (!btf->copy)
		return -ENOMEM;
	memcpy(btf->copy, data, size);
	if (btf->foreign)
		turn(btf->copy, size);
	btf->data = btf->copy;
	return 0;
}

KFG_DEFINE_CLEANUP(struct kfg_btf *, kfg_btf_free)

int kfg_btf_open(const void *data, size_t size, const struct kfg_btf *base, struct kfg_btf **ret_btf,
		 struct kfg_btf_error *ret_error)
{
	_cleanup_(kfg_btf_free_cleanup) struct kfg_btf *btf = calloc(1, sizeof(*btf));
	struct reading rd = { .btf = btf, .error = ret_error };
	const struct kfg_btf_header *h;
	int r;

	if (!btf)
		return -ENOMEM;
	r = settle(btf, data, size);
	if (r < 0)
		return r;
	h = (const struct kfg_btf_header *)btf->data;
	r = check_header(h, size, ret_error);
	if (r < 0)
		return r;
	btf->base = base;
	btf->first = base ? kfg_btf_n_types(base) : 1;
	btf->strings_first = base ? base->strings_end : 0;
	btf->strings = (const char *)btf->data + h->hdr_len + h->str_off;
	r = check_strings(btf, h->str_len, (size_t)h->hdr_len + h->str_off, ret_error);
	if (r < 0)
		return r;
	btf->strings_end = btf->strings_first + h->str_len;
	rd.types_at = (size_t)h->hdr_len + h->type_off;
	rd.types_size = h->type_len;
	find_layout(&rd, h, size);
	btf->types = btf->data + rd.types_at;
	r = read_types(&rd);
	if (r < 0)
		return r;
	*ret_btf = KFG_TAKE_PTR(btf);
	return 0;
}

int kfg_btf_open_source(const struct kfg_btf_source *source, const struct kfg_btf *base, struct kfg_btf **ret_btf)
{
	struct kfg_btf *btf = calloc(1, sizeof(*btf));

	if (!btf)
		return -ENOMEM;
	*btf = (struct kfg_btf){
		.base = base,
		.source = *source,
		.first = source->first,
		.strings = source->strings,
		.strings_first = base ? base->strings_end : 0,
	};
	btf->strings_end = btf->strings_first + source->n_strings;
	*ret_btf = btf;
	return 0;
}

void kfg_btf_free(struct kfg_btf *btf)
{
	if (!btf)
		return;
	kfg_btf_index_done(btf);
	free(btf->offsets);
	free(btf->copy);
	free(btf);
}
