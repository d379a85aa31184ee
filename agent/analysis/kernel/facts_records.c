/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_records.c - records by kind and name. */
#include "analysis/kernel/facts_records.h"

#include "base/hash.h"
#include <errno.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Where the first record of a kind and name is; most others are told from it by the hash alone. */
struct kfg_facts_slot {
	uint32_t hash, record; /* index plus 1; 0: free */
};

static struct kfg_facts_key key_of(const struct kfg_facts_records *records, uint32_t i)
{
	const struct kfg_facts_record *r = &records->items[i];

	return (struct kfg_facts_key){ .name = records->data + r->name, .len = r->len, .kind = r->kind };
}

static bool is_called(const struct kfg_facts_records *records, uint32_t i, const struct kfg_facts_key *key)
{
	const struct kfg_facts_record *r = &records->items[i];

	return r->kind == key->kind && r->len == key->len && memcmp(records->data + r->name, key->name, key->len) == 0;
}

/* The slot of a key; *ret_hash is what a free one is to be marked with. */
static struct kfg_facts_slot *find_slot(const struct kfg_facts_records *records, const struct kfg_facts_key *key,
					uint32_t *ret_hash)
{
	uint32_t hash = (uint32_t)kfg_hash(records->secret + key->kind, key->name, key->len), at = hash & records->mask;

	*ret_hash = hash;
	for (;; at = (at + 1) & records->mask) {
		struct kfg_facts_slot *slot = &records->slots[at];

		if (!slot->record || (slot->hash == hash && is_called(records, slot->record - 1, key)))
			return slot;
	}
}

uint32_t kfg_facts_records_find(const struct kfg_facts_records *records, const struct kfg_facts_key *key,
				uint32_t ordinal)
{
	uint32_t hash, first = find_slot(records, key, &hash)->record;

	/* those of one kind and name follow each other */
	if (!first || ordinal > records->n - first)
		return records->n;
	if (ordinal && !is_called(records, first - 1 + ordinal, key))
		return records->n;
	return first - 1 + ordinal;
}

static bool is_record_kind(unsigned kind)
{
	static const uint32_t kinds = 1u << BTF_KIND_INT | 1u << BTF_KIND_STRUCT | 1u << BTF_KIND_UNION |
				      1u << BTF_KIND_ENUM | 1u << BTF_KIND_FWD | 1u << BTF_KIND_TYPEDEF |
				      1u << BTF_KIND_FUNC | 1u << BTF_KIND_VAR | 1u << BTF_KIND_FLOAT |
				      1u << BTF_KIND_ENUM64;

	return kind < 32 && kinds >> kind & 1;
}

static int enter_record(struct kfg_facts_records *records, struct kfg_facts_bytes *from, uint32_t i)
{
	struct kfg_facts_key key = key_of(records, i);
	uint32_t hash;
	struct kfg_facts_slot *slot = find_slot(records, &key, &hash);

	if (!slot->record)
		*slot = (struct kfg_facts_slot){ .hash = hash, .record = i + 1 };
	else if (!is_called(records, i - 1, &key))
		return kfg_facts_fail(from, "types of one name do not follow each other");
	return 0;
}

static int read_record(struct kfg_facts_records *records, struct kfg_facts_bytes *from, uint32_t i)
{
	struct kfg_facts_record *r = &records->items[i];
	uint32_t len, name_len;

	r->kind = (uint16_t)kfg_facts_take_byte(from);
	r->name = kfg_facts_take_name_len(from, &name_len);
	r->len = (uint16_t)name_len;
	len = kfg_facts_take_small(from, from->end - from->at, "a type is cut short");
	r->body = (uint32_t)from->at;
	r->body_end = r->body + len;
	if (!is_record_kind(r->kind) || !r->name)
		return kfg_facts_fail(from, "a type of a kind that has no name of its own");
	if (from->error)
		return -EBADMSG;
	from->at += len;
	records->size += len;
	return enter_record(records, from, i);
}

int kfg_facts_records_read(struct kfg_facts_bytes *from, struct kfg_facts_records *ret_records)
{
	/* a record has 4 bytes at least */
	uint32_t n = kfg_facts_take_small(from, (from->end - from->at) / 4, "more types than there is room for");
	uint32_t n_slots = 16;
	int r = from->error ? -EBADMSG : 0;

	while (n_slots < 2 * n)
		n_slots *= 2;
	*ret_records = (struct kfg_facts_records){
		.data = from->data,
		.items = calloc((size_t)n + 1, sizeof(*ret_records->items)),
		.n = n,
		.slots = calloc(n_slots, sizeof(*ret_records->slots)),
		.mask = n_slots - 1,
		.secret = kfg_hash_secret(),
	};
	if (!ret_records->items || !ret_records->slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < n && r == 0; i++)
		r = read_record(ret_records, from, i);
	return r;
}

void kfg_facts_records_done(struct kfg_facts_records *records)
{
	free(records->items);
	free(records->slots);
	*records = (struct kfg_facts_records){ 0 };
}
