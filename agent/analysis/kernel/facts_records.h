/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_records.h - the records of a facts file's types, of which the names are read, and what is in them is not. */
#pragma once

#include "analysis/kernel/facts_bytes.h"

struct kfg_facts_record {
	uint32_t name, body, body_end; /* offsets in the data */
	uint16_t kind, len; /* of the name */
};

struct kfg_facts_records {
	const char *data; /* the names; outlives this */
	struct kfg_facts_record *items; /* owned */
	uint32_t n;
	uint32_t size; /* bytes of all bodies */
	struct kfg_facts_slot *slots; /* owned: by hash of kind and name */
	uint32_t mask;
	uint64_t secret;
};

/* What a record is found by. */
struct kfg_facts_key {
	const char *name; /* need not be terminated */
	uint32_t len, kind;
};

/* Also to be done after a failure. Returns 0; -EBADMSG with from->error; -ENOMEM. */
int kfg_facts_records_read(struct kfg_facts_bytes *from, struct kfg_facts_records *ret_records);
void kfg_facts_records_done(struct kfg_facts_records *records);
/* The index of a record: of those of one kind and name the one of that ordinal. n: there is none. */
uint32_t kfg_facts_records_find(const struct kfg_facts_records *records, const struct kfg_facts_key *key,
				uint32_t ordinal);
