/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history/json_record.h"
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WARNED "59aac7cb383746049458bfe9c34d69ac"
#define DECISION                                                                                                       \
	"\"MESSAGE_ID\":\"" WARNED "\",\"KFGATE_KIND\":\"warned\",\"KFGATE_ACTION\":\"warn\","                         \
	"\"KFGATE_REASON\":\"deprecated\""
#define GATE "\"_UID\":\"0\",\"_SYSTEMD_UNIT\":\"kfgate.service\""
#define TIME "\"__REALTIME_TIMESTAMP\":\"1795262400000001\""
/* the same, in a text within JSON */
#define IN_TEXT                                                                                                        \
	"{\\\"MESSAGE_ID\\\":\\\"" WARNED "\\\",\\\"KFGATE_KIND\\\":\\\"warned\\\",\\\"KFGATE_ACTION\\\":"             \
	"\\\"warn\\\",\\\"KFGATE_REASON\\\":\\\"deprecated\\\",\\\"_UID\\\":\\\"0\\\",\\\"_SYSTEMD_UNIT\\\":"          \
	"\\\"kfgate.service\\\"}"

static struct kfg_entry entry;
static struct kfg_json_record json = { .entry = &entry };

static enum kfg_json_record_class line(const char *text)
{
	return kfg_json_record_read(&json, text, strlen(text));
}

/* Of a record that counts without anybody's trust. */
static enum kfg_entry_class record(const char *text)
{
	assert_int_equal(line(text), KFG_JSON_RECORD_VALID);
	assert_true(json.attested);
	return kfg_entry_end(&entry, "kfgate.service");
}

static void test_journalctl(void **state)
{
	(void)state;
	assert_int_equal(record("{" DECISION "," GATE "," TIME ",\"_HOSTNAME\":\"web-1\",\"KFGATE_DETAIL\":"
				"[\"a: warn, deprecated\",\"b [m]: audit, unlisted\"],\"KFGATE_UID\":12}"),
			 KFG_ENTRY_GATE);
	assert_int_equal(entry.time_usec, 1795262400000001);
	assert_int_equal(entry.kind, KFG_MESSAGE_WARNED);
	assert_string_equal(entry.host, "web-1");
	assert_int_equal(entry.uid, 12);
	assert_int_equal(entry.n_kfuncs, 2);
	assert_string_equal(entry.kfuncs[1].name, "b [m]");
	/* not UTF-8: numbers; one field of several may be */
	assert_int_equal(record("{" DECISION "," GATE ",\"KFGATE_COMM\":[97,255,98],\"KFGATE_DETAIL\":"
				"[[97,58,32,119,97,114,110,44,32,100,101,112,114,101,99,97,116,101,100]]}"),
			 KFG_ENTRY_GATE);
	assert_string_equal(entry.comm, "a\\xffb");
	assert_string_equal(entry.kfuncs[0].name, "a");
	assert_int_equal(entry.time_usec, 0);
}

/* What is there and cannot be read makes a record malformed: it is not left out in silence. */
static void test_unreadable_fields(void **state)
{
	static const char *const values[] = { "null",  "{}",   "true",	"1.5",	      "-1",	"1e300",
					      "[256]", "[-1]", "[1.5]", "[97,\"b\"]", "[null]", "[[97],[300]]" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		snprintf(text, sizeof(text), "{" DECISION "," GATE ",\"KFGATE_UNIT\":%s}", values[i]);
		assert_int_equal(record(text), KFG_ENTRY_MALFORMED);
	}
	assert_int_equal(record("{" DECISION "," GATE ",\"_BOOT_ID\":null,\"x\":{}}"), KFG_ENTRY_GATE);
}

static void test_shippers(void **state)
{
	(void)state;
	/* Vector */
	assert_int_equal(record("{" DECISION "," GATE ",\"host\":\"web-2\",\"timestamp\":\"2026-11-21T12:00:00.5Z\","
				"\"KFGATE_DETAIL\":\"[\\\"a: warn, deprecated\\\",\\\"b: audit, unlisted\\\"]\"}"),
			 KFG_ENTRY_GATE);
	assert_string_equal(entry.host, "web-2");
	assert_int_equal(entry.n_kfuncs, 2);
	assert_int_equal(entry.time_usec, 1795262400500000);
	/* Elasticsearch */
	assert_int_equal(record("{\"_index\":\"j\",\"_source\":{" DECISION "," GATE ",\"_UID\":0,"
				"\"host\":{\"name\":\"web-3\"},\"@timestamp\":\"2026-11-21T13:00:00+01:00\"}}"),
			 KFG_ENTRY_GATE);
	assert_string_equal(entry.host, "web-3");
	assert_int_equal(entry.time_usec, 1795262400000000);
	/* a pipeline that dropped MESSAGE_ID */
	assert_int_equal(record("{" GATE ",\"KFGATE_KIND\":\"events-lost\"}"), KFG_ENTRY_GATE);
	assert_int_equal(entry.kind, KFG_MESSAGE_EVENTS_LOST);
}

/* A text may be written by anybody who logs: what it says of its writer is no proof. */
static void test_texts(void **state)
{
	(void)state;
	assert_int_equal(line("{\"labels\":{\"host\":\"web-4\"},\"line\":\"" IN_TEXT "\","
			      "\"timestamp\":\"2026-11-21T12:00:00.123456789Z\"}"),
			 KFG_JSON_RECORD_VALID);
	assert_false(json.attested);
	assert_string_equal(entry.host, "web-4");
	assert_int_equal(entry.time_usec, 1795262400123456);
	assert_int_equal(kfg_entry_end(&entry, "kfgate.service"), KFG_ENTRY_GATE);
	/* around it stands what journald says: a user's process, or the gate itself (--log=json) */
	assert_int_equal(record("{\"_UID\":\"1000\",\"_SYSTEMD_UNIT\":\"user@1000.service\",\"MESSAGE\":\"" IN_TEXT
				"\"}"),
			 KFG_ENTRY_FOREIGN);
	assert_int_equal(record("{" GATE ",\"MESSAGE\":\"" IN_TEXT "\"}"), KFG_ENTRY_GATE);
	assert_int_equal(line("{\"_UID\":\"1000\",\"message\":\"" IN_TEXT "\"}"), KFG_JSON_RECORD_VALID);
	assert_false(json.attested);
	assert_int_equal(kfg_entry_end(&entry, "kfgate.service"), KFG_ENTRY_FOREIGN);
	/* kfgate run --log=json says nothing of it */
	assert_int_equal(line("{" DECISION "," TIME "}"), KFG_JSON_RECORD_VALID);
	assert_false(json.attested);
}

static void test_other(void **state)
{
	static const char *const others[] = { "",
					      " \r",
					      "{}",
					      "{\"MESSAGE\":\"x\"}",
					      "{\"KFGATE_X\":1}",
					      "{\"MESSAGE_ID\":\"0\",\"KFGATE_KIND\":\"warned\"}",
					      "{\"MESSAGE\":\"{KFGATE_\"}",
					      "{\"KFGATE_KIND\":\"mine\"}" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(line(others[i]), KFG_JSON_RECORD_OTHER);
	assert_int_equal(line("\x1e{" DECISION "}"), KFG_JSON_RECORD_VALID);
	assert_int_equal(line("data: {" DECISION "} \r"), KFG_JSON_RECORD_VALID);
	assert_int_equal(line("@cee: {" DECISION "}"), KFG_JSON_RECORD_VALID);
}

static void test_invalid(void **state)
{
	static const char *const bad[] = { "x",
					   "{",
					   "[]",
					   "[{}]",
					   "{\"a\":1},",
					   "{\"KFGATE_A\" 1}",
					   "{\"KFGATE_A\":1}}",
					   "{\"KFGATE_A\":\"\\u0000\"}",
					   "{\"KFGATE_A\":\"\\ud800\"}",
					   "{\"KFGATE_A\":1} {}" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(line(bad[i]), KFG_JSON_RECORD_INVALID);
		assert_non_null(json.error);
	}
	assert_int_equal(kfg_json_record_read(&json, "{\"KFGATE_A\":\"\0\"}", 15), KFG_JSON_RECORD_INVALID);
}

/* What costs the parser most: it gives up, and the next line is read as any other. */
static void test_limits(void **state)
{
	char *text = malloc(KFG_JSON_RECORD_LINE_MAX);

	(void)state;
	assert_non_null(text);
	memset(text, '[', KFG_JSON_RECORD_LINE_MAX);
	memcpy(text, "{\"KFGATE_A\":", 12);
	text[KFG_JSON_RECORD_LINE_MAX - 1] = '}';
	assert_int_equal(kfg_json_record_read(&json, text, KFG_JSON_RECORD_LINE_MAX), KFG_JSON_RECORD_INVALID);
	for (size_t i = 13; i < KFG_JSON_RECORD_LINE_MAX - 2; i++)
		text[i] = i % 2 ? '1' : ',';
	memcpy(text + KFG_JSON_RECORD_LINE_MAX - 2, "]}", 2);
	assert_int_equal(kfg_json_record_read(&json, text, KFG_JSON_RECORD_LINE_MAX), KFG_JSON_RECORD_INVALID);
	free(text);
	assert_int_equal(record("{" DECISION "," GATE "}"), KFG_ENTRY_GATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_journalctl), cmocka_unit_test(test_unreadable_fields),
		cmocka_unit_test(test_shippers),   cmocka_unit_test(test_texts),
		cmocka_unit_test(test_other),	   cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
