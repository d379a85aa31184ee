/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record.c - a list of fields, as the journal takes them. */
#include "record/record.h"

#include "base/text.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct kfg_message_kind kfg_message_kinds[KFG_MESSAGE_MAX] = {
#define KIND(name, w, p, i) [KFG_MESSAGE_##name] = { .word = w, .id = i, .priority = p },
	KFG_MESSAGES(KIND)
#undef KIND
};

int kfg_record_new(enum kfg_message kind, int priority, struct kfg_record **ret_record)
{
	_cleanup_(kfg_record_free_cleanup) struct kfg_record *record = calloc(1, sizeof(*record));
	int r;

	if (!record)
		return -ENOMEM;
	record->fields.max = KFG_RECORD_MAX;
	kfg_record_add(record, "MESSAGE_ID", kfg_message_kinds[kind].id);
	kfg_record_addf(record, "PRIORITY", "%d", priority < 0 ? kfg_message_kinds[kind].priority : priority);
	kfg_record_add(record, "KFGATE_KIND", kfg_message_kinds[kind].word);
	r = kfg_record_error(record);
	if (r < 0)
		return r;
	*ret_record = KFG_TAKE_PTR(record);
	return 0;
}

void kfg_record_free(struct kfg_record *record)
{
	if (!record)
		return;
	kfg_strbuf_done(&record->fields);
	free(record);
}

void kfg_record_add(struct kfg_record *record, const char *name, const char *value)
{
	_cleanup_free_ char *clean = NULL;
	size_t size;

	if (!value || !value[0])
		return;
	if (record->n >= KFG_RECORD_FIELDS_MAX) {
		record->fields.error = record->fields.error ? record->fields.error : -E2BIG;
		return;
	}
	size = 4 * strlen(value) + 1; /* every byte as \xNN */
	clean = malloc(size);
	if (!clean) {
		record->fields.error = -ENOMEM;
		return;
	}
	kfg_text_clean(value, size, clean, size);
	kfg_strbuf_printf(&record->fields, "%s=%s", name, clean);
	kfg_strbuf_add(&record->fields, "", 1);
	record->n++;
}

void kfg_record_addf(struct kfg_record *record, const char *name, const char *format, ...)
{
	_cleanup_free_ char *value = NULL;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vasprintf(&value, format, ap);
	va_end(ap);
	if (n < 0) {
		value = NULL;
		record->fields.error = -ENOMEM;
		return;
	}
	kfg_record_add(record, name, value);
}

int kfg_record_error(const struct kfg_record *record)
{
	return record->fields.error;
}

const char *kfg_record_next(const struct kfg_record *record, const char *field)
{
	const char *data = kfg_strbuf_text(&record->fields);
	const char *next = field ? field + strlen(field) + 1 : data;

	return next < data + record->fields.size ? next : NULL;
}

const char *kfg_record_get(const struct kfg_record *record, const char *name)
{
	size_t len = strlen(name);
	const char *field = NULL;

	while ((field = kfg_record_next(record, field)))
		if (strncmp(field, name, len) == 0 && field[len] == '=')
			return field + len + 1;
	return NULL;
}

size_t kfg_record_size(const struct kfg_record *record)
{
	return sizeof(*record) + record->fields.allocated;
}
