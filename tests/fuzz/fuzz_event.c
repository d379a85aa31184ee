/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_event.c - bytes as they come out of the ring buffer, all the way to a line of JSON. Whatever
 * they are, the record is whole: each value is one line, and none adds a field.
 */
#include "gate/events/check.h"
#include "gate/events/dedup.h"
#include "record/event_record.h"
#include "record/json_line.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void look_at(const struct kfg_record *record)
{
	_cleanup_strbuf_ struct kfg_strbuf line = KFG_STRBUF(8u * KFG_RECORD_MAX);
	const char *field = NULL;
	size_t n = 0;

	while ((field = kfg_record_next(record, field))) {
		must(strchr(field, '=') != NULL && !strpbrk(field, "\n\r\x1b"));
		n++;
	}
	must(n == record->n);
	must(kfg_record_get(record, "MESSAGE") && kfg_record_get(record, "MESSAGE_ID"));
	kfg_json_line(record, 1, &line);
	must(!line.error && strchr(line.data, '\n') == line.data + line.size - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kfg_dedup *dedup; /* lives as long as the process, as in the agent */
	const struct kfg_event_record_context context = { NULL, "6.12" };
	struct kfg_record *record = NULL;
	struct kfg_event event;

	if (!dedup && kfg_dedup_new(&dedup) < 0)
		return 0;
	if (kfg_event_check(data, size, &event) < 0)
		return 0;
	(void)kfg_dedup_repeats(dedup, &event);
	(void)kfg_event_is_canary(&event);
	must(kfg_event_record(&event, &context, &record) == 0);
	look_at(record);
	kfg_record_free(record);
	return 0;
}
