/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - one journal record: an ordered list of NAME=value fields, as systemd.journal-fields(7)
 * has it. A name may come several times. Names and values are UTF-8 without control characters,
 * whatever went in.
 */
#pragma once

#include "base/strbuf.h"
#include "record/message_ids.h"
#include <stdbool.h>
#include <stddef.h>

#define KFG_RECORD_MAX (64u * 1024)
#define KFG_RECORD_FIELDS_MAX 256u

struct kfg_record {
	struct kfg_strbuf fields; /* "NAME=value", each with its NUL */
	size_t n;
};

/*
 * A record of that kind with MESSAGE_ID, PRIORITY (-1: the kind's usual one) and KFGATE_KIND.
 * -ENOMEM.
 */
int kfg_record_new(enum kfg_message kind, int priority, struct kfg_record **ret_record);
void kfg_record_free(struct kfg_record *record); /* accepts NULL */
KFG_DEFINE_CLEANUP(struct kfg_record *, kfg_record_free)

/* Adds a field; an empty or NULL value adds none. Failures stick, see kfg_record_error(). */
void kfg_record_add(struct kfg_record *record, const char *name, const char *value);
void kfg_record_addf(struct kfg_record *record, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* 0, or what went wrong while fields were added: -ENOMEM, -E2BIG. */
int kfg_record_error(const struct kfg_record *record);

/* Walks the fields: the first for NULL, then the next; NULL after the last. */
const char *kfg_record_next(const struct kfg_record *record, const char *field);
/* Value of the first field of that name, or NULL. */
const char *kfg_record_get(const struct kfg_record *record, const char *name);
/* Memory that the record holds, in bytes. */
size_t kfg_record_size(const struct kfg_record *record);
