/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts_types_read.c - records of types to BTF. First the names, each of which gets an id; a record is read when its
 * type is first asked for. Unnamed types get ids behind the named ones, in the order in which they are read.
 *
 * Every type that is handed out is whole: its names are in the data, its ids exist, and it has all its members. Of a
 * record with an error it has what was read before the error, and nulls.
 */
#include "analysis/kernel/facts_types.h"

#include "analysis/kernel/facts_records.h"
#include "base/hash.h"
#include "policy/slots.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX ((size_t)32 << 20)

/* Memory for types, which stay where they are. */
struct chunk {
	struct chunk *next; /* owned */
	uint32_t words[];
};
#define CHUNK_WORDS 8192u

struct kfg_facts_reader {
	struct kfg_facts_bytes *from; /* the record at hand */
	const struct kfg_facts_reader *base;
	uint32_t first; /* id of the first record */
	struct kfg_facts_records records;
	uint32_t **named; /* owned: by record, in chunks; NULL: not read yet */
	uint32_t **unnamed; /* owned: in chunks */
	uint32_t n_unnamed, unnamed_room, unnamed_max;
	struct kfg_slots links; /* index + 1 of an unnamed type that refers to one other: each is made once */
	uint32_t n_tags; /* the first of the unnamed */
	uint32_t current; /* index of the record at hand */
	struct chunk *chunks; /* owned */
	size_t n_words, room, left; /* of all chunks; of the first one, and of it not used yet */
	int error; /* -ENOMEM, -E2BIG; sticks */
	struct kfg_facts_bytes bad; /* the first error of a record */
	uint64_t secret;
};

/* So many words, all 0; NULL: there is no memory. */
static uint32_t *take_words(struct kfg_facts_reader *rd, size_t n)
{
	size_t room = n > CHUNK_WORDS ? n : CHUNK_WORDS;

	if (rd->left < n) {
		bool fits = room <= WORDS_MAX && rd->n_words <= WORDS_MAX - room;
		struct chunk *chunk = fits ? calloc(1, sizeof(*chunk) + room * sizeof(uint32_t)) : NULL;

		if (!chunk) {
			rd->error = fits ? -ENOMEM : -E2BIG;
			return NULL;
		}
		chunk->next = rd->chunks;
		rd->chunks = chunk;
		rd->n_words += room;
		rd->left = room;
		rd->room = room;
	}
	rd->left -= n;
	return rd->chunks->words + (rd->room - rd->left - n);
}

static int grow_unnamed(struct kfg_facts_reader *rd)
{
	uint32_t room = rd->unnamed_room ? 2 * rd->unnamed_room : 256;
	uint32_t **more = reallocarray(rd->unnamed, room, sizeof(*more));

	if (!more)
		return -ENOMEM;
	rd->unnamed = more;
	rd->unnamed_room = room;
	return 0;
}

/*
 * A type with so many words behind its first three: of the record at hand, or an unnamed one, which gets the next id.
 * NULL: there is no memory.
 */
static uint32_t *start_type(struct kfg_facts_reader *rd, bool named, size_t n_words)
{
	uint32_t *words;

	if (!named && !rd->error && rd->n_unnamed == rd->unnamed_room)
		rd->error = grow_unnamed(rd);
	words = rd->error ? NULL : take_words(rd, n_words + 3);
	if (!words)
		return NULL;
	if (named)
		rd->named[rd->current] = words;
	else
		rd->unnamed[rd->n_unnamed++] = words;
	return words;
}

static void set_word(uint32_t *type, size_t index, uint32_t word)
{
	if (type)
		type[index] = word;
}

static void set_type(uint32_t *type, uint32_t name, uint32_t info, uint32_t size_or_type)
{
	set_word(type, 0, name);
	set_word(type, 1, info);
	set_word(type, 2, size_or_type);
}

static uint32_t info_of(unsigned kind, unsigned vlen, bool flag)
{
	return (uint32_t)flag << 31 | (uint32_t)kind << 24 | vlen;
}

static uint32_t read_type(struct kfg_facts_reader *rd, unsigned depth);

/* n: entries of at least 2 bytes. */
static unsigned take_vlen(struct kfg_facts_reader *rd, bool *ret_flag)
{
	uint64_t number = kfg_facts_take_number(rd->from), n = ret_flag ? number >> 1 : number;

	if (ret_flag)
		*ret_flag = number & 1;
	if (n <= KFG_FACTS_VLEN_MAX && n <= (rd->from->end - rd->from->at) / 2)
		return (unsigned)n;
	kfg_facts_fail(rd->from, "more members than there is room for");
	return 0;
}

static void read_composite(struct kfg_facts_reader *rd, unsigned kind, uint32_t name, unsigned depth)
{
	bool flag;
	unsigned n = take_vlen(rd, &flag);
	uint32_t *p = start_type(rd, name != 0, 3 * (size_t)n);
	int64_t at = 0, size;

	for (unsigned i = 0; i < n && !rd->from->error; i++) {
		uint32_t member = kfg_facts_take_name(rd->from), bits = 0, type;

		at += kfg_facts_take_signed(rd->from);
		bits = flag ? kfg_facts_take_byte(rd->from) : 0;
		if (at < 0 || at > (flag ? 0xffffff : UINT32_MAX))
			kfg_facts_fail(rd->from, "a member beyond what BTF can hold");
		type = read_type(rd, depth + 1);
		set_word(p, 3 + 3 * (size_t)i, member);
		set_word(p, 4 + 3 * (size_t)i, type);
		set_word(p, 5 + 3 * (size_t)i, bits << 24 | (uint32_t)at);
	}
	size = at + kfg_facts_take_signed(rd->from);
	if (size < 0 || size % 8 || size / 8 > UINT32_MAX)
		kfg_facts_fail(rd->from, "a size that no struct has");
	set_type(p, name, info_of(kind, n, flag), (uint32_t)(size / 8));
}

static void read_enum(struct kfg_facts_reader *rd, unsigned kind, uint32_t name)
{
	bool flag, wide = kind == BTF_KIND_ENUM64;
	unsigned n = take_vlen(rd, &flag);
	uint32_t size = kfg_facts_take_small(rd->from, 8, "a size that no enum has");
	uint32_t *p = start_type(rd, name != 0, (wide ? 3 : 2) * (size_t)n);
	uint64_t value = (uint64_t)-1;

	set_type(p, name, info_of(kind, n, flag), size);
	for (unsigned i = 0; i < n && !rd->from->error; i++) {
		size_t at = 3 + (wide ? 3 : 2) * (size_t)i;

		set_word(p, at, kfg_facts_take_name(rd->from));
		value += (uint64_t)kfg_facts_take_signed(rd->from);
		set_word(p, at + 1, (uint32_t)value);
		if (wide)
			set_word(p, at + 2, (uint32_t)(value >> 32));
	}
}

static void read_proto(struct kfg_facts_reader *rd, unsigned depth)
{
	unsigned n = take_vlen(rd, NULL);
	uint32_t *p = start_type(rd, false, 2 * (size_t)n);
	uint32_t returns;

	for (unsigned i = 0; i < n && !rd->from->error; i++) {
		uint32_t name = kfg_facts_take_name(rd->from), type = read_type(rd, depth + 1);

		set_word(p, 3 + 2 * (size_t)i, name);
		set_word(p, 4 + 2 * (size_t)i, type);
	}
	returns = read_type(rd, depth + 1);
	set_type(p, 0, info_of(BTF_KIND_FUNC_PROTO, n, false), returns);
}

static void read_array(struct kfg_facts_reader *rd, unsigned depth)
{
	uint32_t n = kfg_facts_take_small(rd->from, UINT32_MAX, "an array of more than BTF can hold");
	uint32_t *p = start_type(rd, false, 3);
	uint32_t index = read_type(rd, depth + 1), type = read_type(rd, depth + 1);

	set_type(p, 0, info_of(BTF_KIND_ARRAY, 0, false), 0);
	set_word(p, 3, type);
	set_word(p, 4, index);
	set_word(p, 5, n);
}

struct link_key {
	uint32_t info, to;
};

static uint32_t hash_link(const struct kfg_facts_reader *rd, const struct link_key *key)
{
	return (uint32_t)kfg_hash_number(rd->secret, (uint64_t)key->info << 32 | key->to);
}

static uint32_t hash_of(const void *reader, uint32_t number)
{
	const struct kfg_facts_reader *rd = reader;
	const uint32_t *type = rd->unnamed[number - 1];

	return hash_link(rd, &(struct link_key){ .info = type[1], .to = type[2] });
}

static bool is_link(const void *reader, uint32_t number, const void *key)
{
	const struct kfg_facts_reader *rd = reader;
	const struct link_key *k = key;
	const uint32_t *type = rd->unnamed[number - 1];

	return type[1] == k->info && type[2] == k->to;
}

static uint32_t unnamed_id(const struct kfg_facts_reader *rd, uint32_t index)
{
	return rd->first + rd->records.n + index;
}

/* The id that the next unnamed type gets. */
static uint32_t next_id(const struct kfg_facts_reader *rd)
{
	return unnamed_id(rd, rd->n_unnamed);
}

static uint32_t add_link(struct kfg_facts_reader *rd, unsigned kind, uint32_t to)
{
	struct link_key key = { .info = info_of(kind, 0, false), .to = to };
	uint32_t *p, *slot;

	if (!rd->error)
		rd->error = kfg_slots_reserve(&rd->links, 1, hash_of, rd);
	/* so a link is to a type without an error, and may be used again */
	if (rd->error || rd->from->error)
		return 0;
	slot = kfg_slots_find(&rd->links, hash_link(rd, &key), is_link, rd, &key);
	if (*slot)
		return unnamed_id(rd, *slot - 1);
	p = start_type(rd, false, 0);
	if (!p)
		return 0;
	set_type(p, 0, key.info, to);
	kfg_slots_take(&rd->links, slot, rd->n_unnamed);
	return unnamed_id(rd, *slot - 1);
}

/* 0: there is none. */
static uint32_t find(const struct kfg_facts_reader *rd, const struct kfg_facts_key *key, uint32_t ordinal)
{
	uint32_t i = kfg_facts_records_find(&rd->records, key, ordinal);

	return i < rd->records.n ? rd->first + i : 0;
}

uint32_t kfg_facts_reader_find(const struct kfg_facts_reader *rd, unsigned kind, const char *name, uint32_t ordinal)
{
	struct kfg_facts_key key = { .name = name, .len = (uint32_t)strlen(name), .kind = kind };

	return find(rd, &key, ordinal);
}

static uint32_t read_named(struct kfg_facts_reader *rd, unsigned code)
{
	const struct kfg_facts_reader *in = code & KFG_FACTS_OF_BASE ? rd->base : rd;
	struct kfg_facts_key key = { .kind = code & KFG_FACTS_KIND };
	uint32_t ordinal = 0, id = 0;

	key.name = rd->records.data + kfg_facts_take_name_len(rd->from, &key.len);
	if (code & KFG_FACTS_ORDINAL)
		ordinal = kfg_facts_take_small(rd->from, UINT32_MAX, "a number is too long");
	if (in && !rd->from->error)
		id = find(in, &key, ordinal);
	if (!id)
		kfg_facts_fail(rd->from, "a type that is not there");
	return id;
}

/* It gets its id before those inside of it; one that refers to one other is looked for first, and comes after it. */
static uint32_t read_unnamed(struct kfg_facts_reader *rd, unsigned kind, unsigned depth)
{
	uint32_t id = next_id(rd), name;
	uint32_t *p;

	switch (kind) {
	case BTF_KIND_PTR:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
		return add_link(rd, kind, read_type(rd, depth + 1));
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		read_composite(rd, kind, 0, depth);
		return id;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		read_enum(rd, kind, 0);
		return id;
	case BTF_KIND_FUNC_PROTO:
		read_proto(rd, depth);
		return id;
	case BTF_KIND_ARRAY:
		read_array(rd, depth);
		return id;
	case BTF_KIND_TYPE_TAG:
		name = kfg_facts_take_name(rd->from);
		p = start_type(rd, false, 0);
		set_type(p, name, info_of(kind, 0, false), read_type(rd, depth + 1));
		return id;
	default:
		kfg_facts_fail(rd->from, "a type of a kind that is not known here");
		return 0;
	}
}

static uint32_t read_type(struct kfg_facts_reader *rd, unsigned depth)
{
	unsigned code = kfg_facts_take_byte(rd->from);

	if (depth > KFG_FACTS_DEPTH_MAX)
		kfg_facts_fail(rd->from, "types too deep inside of each other");
	if (!code || rd->from->error || rd->error)
		return 0;
	return code & KFG_FACTS_NAMED ? read_named(rd, code) : read_unnamed(rd, code, depth);
}

static void read_variable(struct kfg_facts_reader *rd, const struct kfg_facts_record *r)
{
	uint32_t *p = start_type(rd, true, 1);
	uint32_t linkage = kfg_facts_take_byte(rd->from);

	set_type(p, r->name, info_of(BTF_KIND_VAR, 0, false), read_type(rd, 1));
	set_word(p, 3, linkage);
}

/* What refers to a prototype alone must find one. */
static void read_function(struct kfg_facts_reader *rd, const struct kfg_facts_record *r)
{
	uint32_t *p = start_type(rd, true, 0);
	unsigned linkage = kfg_facts_take_byte(rd->from);

	if (rd->from->at < rd->from->end && rd->from->data[rd->from->at] != BTF_KIND_FUNC_PROTO)
		kfg_facts_fail(rd->from, "a function without a prototype");
	set_type(p, r->name, info_of(BTF_KIND_FUNC, linkage, false), read_type(rd, 1));
}

static void read_record(struct kfg_facts_reader *rd, const struct kfg_facts_record *r)
{
	uint32_t *p;
	uint32_t word;

	switch (r->kind) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		read_composite(rd, r->kind, r->name, 0);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		read_enum(rd, r->kind, r->name);
		break;
	case BTF_KIND_FUNC:
		read_function(rd, r);
		break;
	case BTF_KIND_VAR:
		read_variable(rd, r);
		break;
	case BTF_KIND_TYPEDEF:
		p = start_type(rd, true, 0);
		set_type(p, r->name, info_of(r->kind, 0, false), read_type(rd, 1));
		break;
	case BTF_KIND_FWD:
		p = start_type(rd, true, 0);
		set_type(p, r->name, info_of(r->kind, 0, kfg_facts_take_byte(rd->from)), 0);
		break;
	default: /* BTF_KIND_INT, BTF_KIND_FLOAT */
		word = kfg_facts_take_small(rd->from, 255, "a size that no number has");
		p = start_type(rd, true, r->kind == BTF_KIND_INT);
		set_type(p, r->name, info_of(r->kind, 0, false), word);
		if (r->kind == BTF_KIND_INT)
			set_word(p, 3, kfg_facts_take_small(rd->from, UINT32_MAX, "a number is too long"));
	}
}

/* Reads the record i, and notes its error. */
static void read_one(struct kfg_facts_reader *rd, uint32_t i)
{
	const struct kfg_facts_record *r = &rd->records.items[i];
	struct kfg_facts_bytes from = { .data = rd->records.data, .at = r->body, .end = r->body_end };

	rd->from = &from;
	rd->current = i;
	read_record(rd, r);
	rd->from = NULL;
	if (!from.error && from.at != from.end)
		kfg_facts_fail(&from, "a type is longer than what it holds");
	if (from.error && !rd->bad.error)
		rd->bad = from;
}

/* What stands for a type for which there was no memory: of no kind, with nothing behind it. */
static const uint32_t no_type[6];

const struct btf_type *kfg_facts_reader_type(struct kfg_facts_reader *rd, uint32_t id)
{
	uint32_t i = id - rd->first;
	const uint32_t *type = NULL;

	if (id < rd->first || i >= rd->records.n + rd->unnamed_max)
		return NULL;
	if (i < rd->records.n) {
		if (!rd->named[i])
			read_one(rd, i);
		type = rd->named[i];
	} else if (i - rd->records.n < rd->n_unnamed) {
		type = rd->unnamed[i - rd->records.n];
	} else if (!rd->error) {
		return NULL;
	}
	return (const struct btf_type *)(type ? type : no_type);
}

uint32_t kfg_facts_reader_all(struct kfg_facts_reader *rd)
{
	for (uint32_t i = 0; i < rd->records.n && !rd->error; i++)
		if (!rd->named[i])
			read_one(rd, i);
	return next_id(rd);
}

int kfg_facts_reader_error(const struct kfg_facts_reader *rd, struct kfg_facts_bytes *from)
{
	if (!rd->bad.error)
		return rd->error;
	from->error = rd->bad.error;
	from->error_at = rd->bad.error_at;
	return -EBADMSG;
}

int kfg_facts_reader_new(struct kfg_facts_bytes *from, const struct kfg_facts_reader *base,
			 struct kfg_facts_reader **ret_reader)
{
	struct kfg_facts_reader *rd = calloc(1, sizeof(*rd));
	int r;

	if (!rd)
		return -ENOMEM;
	rd->base = base;
	rd->first = base ? base->first + base->records.n + base->unnamed_max : 1;
	rd->secret = kfg_hash_secret();
	r = kfg_facts_records_read(from, &rd->records);
	rd->unnamed_max = rd->records.size; /* each has a byte at least */
	rd->named = calloc((size_t)rd->records.n + 1, sizeof(*rd->named));
	if (r == 0 && !rd->named)
		r = -ENOMEM;
	if (r < 0) {
		kfg_facts_reader_free(rd);
		return r;
	}
	*ret_reader = rd;
	return 0;
}

void kfg_facts_reader_free(struct kfg_facts_reader *rd)
{
	if (!rd)
		return;
	while (rd->chunks) {
		struct chunk *next = rd->chunks->next;

		free(rd->chunks);
		rd->chunks = next;
	}
	kfg_facts_records_done(&rd->records);
	kfg_slots_done(&rd->links);
	free(rd->named);
	free(rd->unnamed);
	free(rd);
}

uint32_t kfg_facts_reader_first(const struct kfg_facts_reader *rd)
{
	return rd->first;
}

int kfg_facts_reader_tag(struct kfg_facts_reader *rd, uint32_t name, uint32_t id)
{
	uint32_t *p = start_type(rd, false, 1);

	if (!p)
		return rd->error;
	rd->unnamed_max++;
	rd->n_tags++;
	set_type(p, name, info_of(BTF_KIND_DECL_TAG, 0, false), id);
	set_word(p, 3, (uint32_t)-1);
	return 0;
}

uint32_t kfg_facts_reader_tags(const struct kfg_facts_reader *rd, uint32_t *ret_n)
{
	*ret_n = rd->n_tags;
	return rd->first + rd->records.n;
}
