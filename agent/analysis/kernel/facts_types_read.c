/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts_types_read.c - records of types to BTF. First the names, each of which gets an id, then the records; unnamed
 * types get ids behind the named ones. What comes out is checked once more, as all BTF is, by kfg_btf_open().
 */
#include "analysis/kernel/facts_types.h"

#include "base/hash.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BTF_MAX ((size_t)128 << 20)

struct record {
	uint32_t name, body, body_end; /* offsets in the data */
	uint32_t kind;
};

/* An unnamed type that refers to one other: made once. */
struct link {
	uint32_t kind, to, id;
};

struct kfg_facts_reader {
	struct kfg_facts_bytes *from;
	const struct kfg_facts_reader *base;
	const char *data; /* the names */
	uint32_t first; /* id of the first record */
	struct record *records; /* owned */
	uint32_t n;
	uint32_t *slots; /* owned: index of a record plus 1, by hash of kind and name; the first of several */
	uint32_t mask;
	struct link *links; /* owned: a table; kind 0: free */
	uint32_t n_links, links_mask;
	struct kfg_strbuf named, unnamed; /* BTF */
	uint32_t n_unnamed;
	uint64_t secret;
};

int kfg_facts_fail(struct kfg_facts_bytes *from, const char *why)
{
	if (!from->error) {
		from->error = why;
		from->error_at = from->at;
	}
	from->at = from->end;
	return -EBADMSG;
}

static unsigned take_byte(struct kfg_facts_bytes *from)
{
	if (from->at >= from->end) {
		kfg_facts_fail(from, "cut short");
		return 0;
	}
	return (uint8_t)from->data[from->at++];
}

uint64_t kfg_facts_take_number(struct kfg_facts_bytes *from)
{
	uint64_t number = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		unsigned byte = take_byte(from);

		number |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return number;
	}
	kfg_facts_fail(from, "a number is too long");
	return 0;
}

static int64_t take_signed(struct kfg_facts_bytes *from)
{
	uint64_t number = kfg_facts_take_number(from);

	return (int64_t)(number >> 1 ^ -(number & 1));
}

static uint32_t take_small(struct kfg_facts_bytes *from, uint64_t max, const char *why)
{
	uint64_t number = kfg_facts_take_number(from);

	if (number > max) {
		kfg_facts_fail(from, why);
		return 0;
	}
	return (uint32_t)number;
}

uint32_t kfg_facts_take_name(struct kfg_facts_bytes *from)
{
	size_t at = from->at, left = from->end - from->at;
	size_t len = strnlen(from->data + at, left < KFG_FACTS_NAME_MAX + 1 ? left : KFG_FACTS_NAME_MAX + 1);

	if (len == left || len > KFG_FACTS_NAME_MAX) {
		kfg_facts_fail(from, len == left ? "a name is cut short" : "a name is too long");
		return 0;
	}
	from->at = at + len + 1;
	return len ? (uint32_t)at : 0;
}

static uint32_t *find_slot(const struct kfg_facts_reader *rd, unsigned kind, const char *name)
{
	uint32_t at = (uint32_t)kfg_hash(rd->secret + kind, name, strlen(name)) & rd->mask;

	for (;; at = (at + 1) & rd->mask) {
		const struct record *r = rd->slots[at] ? &rd->records[rd->slots[at] - 1] : NULL;

		if (!r || (r->kind == kind && strcmp(rd->data + r->name, name) == 0))
			return &rd->slots[at];
	}
}

uint32_t kfg_facts_reader_find(const struct kfg_facts_reader *rd, unsigned kind, const char *name, uint32_t ordinal)
{
	uint32_t slot = *find_slot(rd, kind, name);
	const struct record *r;

	/* those of one kind and name follow each other */
	if (!slot || ordinal >= rd->n - (slot - 1))
		return 0;
	r = &rd->records[slot - 1 + ordinal];
	return r->kind == kind && strcmp(rd->data + r->name, name) == 0 ? rd->first + slot - 1 + ordinal : 0;
}

static bool is_record_kind(unsigned kind)
{
	static const uint32_t kinds = 1u << BTF_KIND_INT | 1u << BTF_KIND_STRUCT | 1u << BTF_KIND_UNION |
				      1u << BTF_KIND_ENUM | 1u << BTF_KIND_FWD | 1u << BTF_KIND_TYPEDEF |
				      1u << BTF_KIND_FUNC | 1u << BTF_KIND_VAR | 1u << BTF_KIND_FLOAT |
				      1u << BTF_KIND_ENUM64;

	return kind < 32 && kinds >> kind & 1;
}

static int enter_record(struct kfg_facts_reader *rd, uint32_t i)
{
	const struct record *r = &rd->records[i];
	uint32_t *slot = find_slot(rd, r->kind, rd->data + r->name);

	if (!*slot)
		*slot = i + 1;
	else if (rd->records[i - 1].kind != r->kind ||
		 strcmp(rd->data + rd->records[i - 1].name, rd->data + r->name) != 0)
		return kfg_facts_fail(rd->from, "types of one name do not follow each other");
	return 0;
}

static int read_names(struct kfg_facts_reader *rd)
{
	struct kfg_facts_bytes *from = rd->from;
	uint32_t n_slots = 16;
	int r = 0;

	/* a record has 4 bytes at least */
	rd->n = take_small(from, (from->end - from->at) / 4, "more types than there is room for");
	while (n_slots < 2 * rd->n)
		n_slots *= 2;
	rd->mask = n_slots - 1;
	rd->records = calloc((size_t)rd->n + 1, sizeof(*rd->records));
	rd->slots = calloc(n_slots, sizeof(*rd->slots));
	if (!rd->records || !rd->slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < rd->n && r == 0; i++) {
		struct record *record = &rd->records[i];
		uint32_t len;

		record->kind = take_byte(from);
		record->name = kfg_facts_take_name(from);
		len = take_small(from, from->end - from->at, "a type is cut short");
		record->body = (uint32_t)from->at;
		record->body_end = record->body + len;
		if (!is_record_kind(record->kind) || !record->name)
			return kfg_facts_fail(from, "a type of a kind that has no name of its own");
		from->at += from->error ? 0 : len;
		r = from->error ? -EBADMSG : enter_record(rd, i);
	}
	return r;
}

/* Room for n bytes; where they are in the buffer. */
static size_t make_room(struct kfg_strbuf *buf, size_t n)
{
	static const char zeros[256];
	size_t at = buf->size;

	for (; n && !buf->error; n -= n < sizeof(zeros) ? n : sizeof(zeros))
		kfg_strbuf_add(buf, zeros, n < sizeof(zeros) ? n : sizeof(zeros));
	return at;
}

/* A type that is being filled in, somewhere in a buffer that may move. */
struct place {
	struct kfg_strbuf *buf;
	size_t at;
};

static void set_word(const struct place *p, size_t index, uint32_t word)
{
	if (!p->buf->error)
		memcpy(p->buf->data + p->at + index * sizeof(word), &word, sizeof(word));
}

static struct place start_type(struct kfg_facts_reader *rd, bool named, size_t n_words)
{
	struct kfg_strbuf *buf = named ? &rd->named : &rd->unnamed;

	return (struct place){ buf, make_room(buf, (n_words + 3) * sizeof(uint32_t)) };
}

static void set_type(const struct place *p, uint32_t name, uint32_t info, uint32_t size_or_type)
{
	set_word(p, 0, name);
	set_word(p, 1, info);
	set_word(p, 2, size_or_type);
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
	struct place p = start_type(rd, name != 0, 3 * (size_t)n);
	int64_t at = 0, size;

	for (unsigned i = 0; i < n && !rd->from->error; i++) {
		uint32_t member = kfg_facts_take_name(rd->from), bits = 0, type;

		at += take_signed(rd->from);
		bits = flag ? take_byte(rd->from) : 0;
		if (at < 0 || at > (flag ? 0xffffff : UINT32_MAX))
			kfg_facts_fail(rd->from, "a member beyond what BTF can hold");
		type = read_type(rd, depth + 1);
		set_word(&p, 3 + 3 * (size_t)i, member);
		set_word(&p, 4 + 3 * (size_t)i, type);
		set_word(&p, 5 + 3 * (size_t)i, bits << 24 | (uint32_t)at);
	}
	size = at + take_signed(rd->from);
	if (size < 0 || size % 8 || size / 8 > UINT32_MAX)
		kfg_facts_fail(rd->from, "a size that no struct has");
	set_type(&p, name, info_of(kind, n, flag), (uint32_t)(size / 8));
}

static void read_enum(struct kfg_facts_reader *rd, unsigned kind, uint32_t name)
{
	bool flag, wide = kind == BTF_KIND_ENUM64;
	unsigned n = take_vlen(rd, &flag);
	uint32_t size = take_small(rd->from, 8, "a size that no enum has");
	struct place p = start_type(rd, name != 0, (wide ? 3 : 2) * (size_t)n);
	uint64_t value = (uint64_t)-1;

	set_type(&p, name, info_of(kind, n, flag), size);
	for (unsigned i = 0; i < n && !rd->from->error; i++) {
		size_t at = 3 + (wide ? 3 : 2) * (size_t)i;

		set_word(&p, at, kfg_facts_take_name(rd->from));
		value += (uint64_t)take_signed(rd->from);
		set_word(&p, at + 1, (uint32_t)value);
		if (wide)
			set_word(&p, at + 2, (uint32_t)(value >> 32));
	}
}

static void read_proto(struct kfg_facts_reader *rd, unsigned depth)
{
	unsigned n = take_vlen(rd, NULL);
	struct place p = start_type(rd, false, 2 * (size_t)n);
	uint32_t returns;

	for (unsigned i = 0; i < n && !rd->from->error; i++) {
		uint32_t name = kfg_facts_take_name(rd->from), type = read_type(rd, depth + 1);

		set_word(&p, 3 + 2 * (size_t)i, name);
		set_word(&p, 4 + 2 * (size_t)i, type);
	}
	returns = read_type(rd, depth + 1);
	set_type(&p, 0, info_of(BTF_KIND_FUNC_PROTO, n, false), returns);
}

static void read_array(struct kfg_facts_reader *rd, unsigned depth)
{
	uint32_t n = take_small(rd->from, UINT32_MAX, "an array of more than BTF can hold");
	struct place p = start_type(rd, false, 3);
	uint32_t index = read_type(rd, depth + 1), type = read_type(rd, depth + 1);

	set_type(&p, 0, info_of(BTF_KIND_ARRAY, 0, false), 0);
	set_word(&p, 3, type);
	set_word(&p, 4, index);
	set_word(&p, 5, n);
}

static int grow_links(struct kfg_facts_reader *rd)
{
	uint32_t mask = rd->links_mask ? 2 * rd->links_mask + 1 : 4095;
	struct link *links = calloc((size_t)mask + 1, sizeof(*links));

	if (!links)
		return -ENOMEM;
	for (uint32_t i = 0; rd->links && i <= rd->links_mask; i++) {
		const struct link *l = &rd->links[i];
		uint32_t at = l->kind ? (uint32_t)kfg_hash(rd->secret, l, 8) & mask : 0;

		while (l->kind && links[at].kind)
			at = (at + 1) & mask;
		if (l->kind)
			links[at] = *l;
	}
	free(rd->links);
	rd->links = links;
	rd->links_mask = mask;
	return 0;
}

/* The id that the next unnamed type gets. */
static uint32_t next_id(const struct kfg_facts_reader *rd)
{
	return rd->first + rd->n + rd->n_unnamed;
}

static uint32_t add_link(struct kfg_facts_reader *rd, unsigned kind, uint32_t to)
{
	struct link wanted = { .kind = kind, .to = to };
	struct place p;
	uint32_t at;

	if (2 * rd->n_links >= rd->links_mask && grow_links(rd) < 0) {
		rd->unnamed.error = -ENOMEM;
		return 0;
	}
	at = (uint32_t)kfg_hash(rd->secret, &wanted, 8) & rd->links_mask;
	for (; rd->links[at].kind; at = (at + 1) & rd->links_mask)
		if (rd->links[at].kind == kind && rd->links[at].to == to)
			return rd->links[at].id;
	wanted.id = next_id(rd);
	rd->n_unnamed++;
	rd->n_links++;
	rd->links[at] = wanted;
	p = start_type(rd, false, 0);
	set_type(&p, 0, info_of(kind, 0, false), to);
	return wanted.id;
}

static uint32_t read_named(struct kfg_facts_reader *rd, unsigned code)
{
	const struct kfg_facts_reader *in = code & KFG_FACTS_OF_BASE ? rd->base : rd;
	uint32_t name = kfg_facts_take_name(rd->from), ordinal = 0, id = 0;

	if (code & KFG_FACTS_ORDINAL)
		ordinal = take_small(rd->from, UINT32_MAX, "a number is too long");
	if (in && !rd->from->error)
		id = kfg_facts_reader_find(in, code & KFG_FACTS_KIND, rd->data + name, ordinal);
	if (!id)
		kfg_facts_fail(rd->from, "a type that is not there");
	return id;
}

/*
 * An unnamed type gets its id before those inside of it, and its place in the buffer, too: so places are in the order
 * of ids. One that refers to one other is looked for first, and comes after it.
 */
static uint32_t read_unnamed(struct kfg_facts_reader *rd, unsigned kind, unsigned depth)
{
	uint32_t id = next_id(rd), name;
	struct place p;

	switch (kind) {
	case BTF_KIND_PTR:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
		return add_link(rd, kind, read_type(rd, depth + 1));
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		rd->n_unnamed++;
		read_composite(rd, kind, 0, depth);
		return id;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		rd->n_unnamed++;
		read_enum(rd, kind, 0);
		return id;
	case BTF_KIND_FUNC_PROTO:
		rd->n_unnamed++;
		read_proto(rd, depth);
		return id;
	case BTF_KIND_ARRAY:
		rd->n_unnamed++;
		read_array(rd, depth);
		return id;
	case BTF_KIND_TYPE_TAG:
		rd->n_unnamed++;
		name = kfg_facts_take_name(rd->from);
		p = start_type(rd, false, 0);
		set_type(&p, name, info_of(kind, 0, false), read_type(rd, depth + 1));
		return id;
	default:
		kfg_facts_fail(rd->from, "a type of a kind that is not known here");
		return 0;
	}
}

static uint32_t read_type(struct kfg_facts_reader *rd, unsigned depth)
{
	unsigned code = take_byte(rd->from);

	if (depth > KFG_FACTS_DEPTH_MAX)
		kfg_facts_fail(rd->from, "types too deep inside of each other");
	if (!code || rd->from->error || rd->unnamed.error)
		return 0;
	return code & KFG_FACTS_NAMED ? read_named(rd, code) : read_unnamed(rd, code, depth);
}

static void read_variable(struct kfg_facts_reader *rd, const struct record *r)
{
	struct place p = start_type(rd, true, 1);
	uint32_t linkage = take_byte(rd->from);

	set_type(&p, r->name, info_of(BTF_KIND_VAR, 0, false), read_type(rd, 1));
	set_word(&p, 3, linkage);
}

/* What refers to a prototype alone must find one. */
static void read_function(struct kfg_facts_reader *rd, const struct record *r)
{
	struct place p = start_type(rd, true, 0);
	unsigned linkage = take_byte(rd->from);

	if (rd->from->at < rd->from->end && rd->from->data[rd->from->at] != BTF_KIND_FUNC_PROTO)
		kfg_facts_fail(rd->from, "a function without a prototype");
	set_type(&p, r->name, info_of(BTF_KIND_FUNC, linkage, false), read_type(rd, 1));
}

static void read_record(struct kfg_facts_reader *rd, const struct record *r)
{
	struct place p;
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
		set_type(&p, r->name, info_of(r->kind, 0, false), read_type(rd, 1));
		break;
	case BTF_KIND_FWD:
		p = start_type(rd, true, 0);
		set_type(&p, r->name, info_of(r->kind, 0, take_byte(rd->from)), 0);
		break;
	default: /* BTF_KIND_INT, BTF_KIND_FLOAT */
		word = take_small(rd->from, 255, "a size that no number has");
		p = start_type(rd, true, r->kind == BTF_KIND_INT);
		set_type(&p, r->name, info_of(r->kind, 0, false), word);
		if (r->kind == BTF_KIND_INT)
			set_word(&p, 3, take_small(rd->from, UINT32_MAX, "a number is too long"));
	}
}

static int read_records(struct kfg_facts_reader *rd)
{
	struct kfg_facts_bytes *from = rd->from;
	size_t at = from->at, end = from->end;

	for (uint32_t i = 0; i < rd->n && !from->error; i++) {
		from->at = rd->records[i].body;
		from->end = rd->records[i].body_end;
		read_record(rd, &rd->records[i]);
		if (!from->error && from->at != from->end)
			kfg_facts_fail(from, "a type is longer than what it holds");
	}
	from->end = end;
	from->at = from->error ? end : at;
	if (from->error)
		return -EBADMSG;
	return rd->named.error ? rd->named.error : rd->unnamed.error;
}

int kfg_facts_reader_new(struct kfg_facts_bytes *from, const struct kfg_facts_reader *base,
			 struct kfg_facts_reader **ret_reader)
{
	struct kfg_facts_reader *rd = calloc(1, sizeof(*rd));
	int r;

	if (!rd)
		return -ENOMEM;
	*rd = (struct kfg_facts_reader){
		.from = from,
		.base = base,
		.data = from->data,
		.first = base ? next_id(base) : 1,
		.named = KFG_STRBUF(BTF_MAX),
		.unnamed = KFG_STRBUF(BTF_MAX),
		.secret = kfg_hash_secret(),
	};
	r = read_names(rd);
	if (r == 0)
		r = read_records(rd);
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
	free(rd->records);
	free(rd->slots);
	free(rd->links);
	kfg_strbuf_done(&rd->named);
	kfg_strbuf_done(&rd->unnamed);
	free(rd);
}

void kfg_facts_reader_tag(struct kfg_facts_reader *rd, uint32_t name, uint32_t id)
{
	struct place p = start_type(rd, false, 1);

	rd->n_unnamed++;
	set_type(&p, name, info_of(BTF_KIND_DECL_TAG, 0, false), id);
	set_word(&p, 3, (uint32_t)-1);
}

int kfg_facts_reader_btf(struct kfg_facts_reader *rd, const char *strings, size_t n, struct kfg_strbuf *out)
{
	struct btf_header h = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(h),
		.type_len = (uint32_t)(rd->named.size + rd->unnamed.size),
		.str_off = (uint32_t)(rd->named.size + rd->unnamed.size),
		.str_len = (uint32_t)n,
	};

	kfg_strbuf_add(out, &h, sizeof(h));
	kfg_strbuf_add(out, rd->named.data, rd->named.size);
	kfg_strbuf_add(out, rd->unnamed.data, rd->unnamed.size);
	kfg_strbuf_add(out, strings, n);
	if (rd->named.error || rd->unnamed.error)
		return rd->named.error ? rd->named.error : rd->unnamed.error;
	return out->error;
}
