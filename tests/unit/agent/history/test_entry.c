/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history/entry.h"
#include "base/text.h"
#include "cmocka_all.h"
#include "record/event_record.h"
#include "sample_event.h"

#include <string.h>

static struct kfg_entry entry;

static void field(const char *text)
{
	kfg_entry_field(&entry, text, strlen(text));
}

/* A record as the agent makes it of that event, as journald hands it out. */
static void feed(const struct kfg_event *event, const char *uid, const char *unit)
{
	const struct kfg_event_record_context context = { NULL, "7.2" };
	struct kfg_record *record;
	const char *f = NULL;

	assert_int_equal(kfg_event_record(event, &context, &record), 0);
	kfg_entry_begin(&entry, 1795262400000000);
	field(uid);
	field(unit);
	field("_HOSTNAME=web-1");
	field("_MACHINE_ID=0123");
	while ((f = kfg_record_next(record, f)))
		field(f);
	kfg_record_free(record);
}

static enum kfg_entry_class end(void)
{
	return kfg_entry_end(&entry, "kfgate.service");
}

static void test_record(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	feed(&e, "_UID=0", "_SYSTEMD_UNIT=kfgate.service");
	assert_int_equal(end(), KFG_ENTRY_GATE);
	assert_int_equal(entry.kind, KFG_MESSAGE_REFUSED);
	assert_string_equal(entry.host, "web-1");
	assert_string_equal(entry.unit, "cilium.service");
	assert_string_equal(entry.exe, "/usr/bin/cilium-agent");
	assert_string_equal(entry.prog, "cil_from_netdev");
	assert_string_equal(entry.rule, "default:unlisted");
	assert_string_equal(entry.removed_in, "");
	assert_int_equal(entry.prog_type, BPF_PROG_TYPE_XDP);
	assert_int_equal(entry.uid, 0);
	assert_true(entry.loader_known && entry.initial && !entry.token);
	assert_int_equal(entry.n_kfuncs, 1);
	assert_int_equal(entry.worst, 0);
	assert_string_equal(entry.kfuncs[0].name, "bpf_ct_insert_entry");
}

/* journald keeps no order among fields of one name */
static void test_the_kfunc_that_decided_is_found_anywhere(void **state)
{
	(void)state;
	kfg_entry_begin(&entry, 1);
	field("MESSAGE_ID=59aac7cb383746049458bfe9c34d69ac");
	field("KFGATE_DETAIL=bpf_a: audit, unlisted");
	field("KFGATE_DETAIL=bpf_b: warn, deprecated, deadline 2027-01-14, use bpf_c");
	field("KFGATE_ACTION=warn");
	field("KFGATE_REASON=deprecated");
	field("_UID=0");
	field("_SYSTEMD_UNIT=kfgate.service");
	assert_int_equal(end(), KFG_ENTRY_GATE);
	assert_int_equal(entry.worst, 1);
}

/* Of two with the same outcome, it is the one of which the record says the replacement. */
static void test_the_kfunc_that_decided_is_told_by_more(void **state)
{
	(void)state;
	kfg_entry_begin(&entry, 1);
	field("MESSAGE_ID=59aac7cb383746049458bfe9c34d69ac");
	field("KFGATE_DETAIL=bpf_a: warn, deprecated, use bpf_d");
	field("KFGATE_DETAIL=bpf_b: warn, deprecated, use bpf_c");
	field("KFGATE_ACTION=warn");
	field("KFGATE_REASON=deprecated");
	field("KFGATE_REPLACEMENT=bpf_c");
	field("_UID=0");
	field("_SYSTEMD_UNIT=kfgate.service");
	assert_int_equal(end(), KFG_ENTRY_GATE);
	assert_int_equal(entry.worst, 1);
}

static void test_tampering(void **state)
{
	(void)state;
	for (int bad = 1; bad >= 0; bad--) {
		kfg_entry_begin(&entry, 1);
		field("MESSAGE_ID=0ccf4b1b27d44030976c968d5b478dbf");
		field("KFGATE_ATTEMPT=signal");
		field("KFGATE_COMM=sh");
		field("KFGATE_EXE_NAME=dash");
		field("KFGATE_UID=1000");
		field(bad ? "KFGATE_UNTOLD=many" : "KFGATE_UNTOLD=7");
		field("_UID=0");
		field("_SYSTEMD_UNIT=kfgate.service");
		assert_int_equal(end(), bad ? KFG_ENTRY_MALFORMED : KFG_ENTRY_GATE);
	}
	assert_string_equal(entry.attempt, "signal");
	assert_string_equal(entry.comm, "sh");
	assert_string_equal(entry.exe_name, "dash");
	assert_int_equal(entry.uid, 1000);
	assert_int_equal(entry.suppressed, 7);
}

static void test_forged(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	feed(&e, "_UID=1000", "_SYSTEMD_UNIT=kfgate.service");
	assert_int_equal(end(), KFG_ENTRY_FOREIGN);
	feed(&e, "_UID=0", "_SYSTEMD_UNIT=kfgate.service.evil");
	assert_int_equal(end(), KFG_ENTRY_FOREIGN);
	feed(&e, "UID=0", "SYSTEMD_UNIT=kfgate.service");
	assert_int_equal(end(), KFG_ENTRY_FOREIGN);
}

static void broken_by(const char *text)
{
	struct kfg_event e = sample_event();

	feed(&e, "_UID=0", "_SYSTEMD_UNIT=kfgate.service");
	field(text);
	assert_int_equal(end(), KFG_ENTRY_MALFORMED);
}

static void test_malformed(void **state)
{
	static char longest[KFG_ENTRY_TEXT];

	(void)state;
	broken_by("MESSAGE_ID=00000000000000000000000000000000");
	broken_by("KFGATE_ACTION=maybe");
	broken_by("KFGATE_REASON=");
	broken_by("KFGATE_UID=-1");
	broken_by("KFGATE_UID=4294967296");
	broken_by("KFGATE_COUNT=1x");
	broken_by("KFGATE_WAIVER_UNTIL=soon");
	broken_by("KFGATE_DETAIL=what?");
	memset(longest, 'x', sizeof(longest) - 1);
	memcpy(longest, "KFGATE_EXE=", 11);
	broken_by(longest);
}

static void test_text_is_clean(void **state)
{
	struct kfg_event e = sample_event();

	(void)state;
	feed(&e, "_UID=0", "_SYSTEMD_UNIT=kfgate.service");
	field("KFGATE_EXE=/tmp/\x1b[31m\xff");
	assert_int_equal(end(), KFG_ENTRY_GATE);
	assert_string_equal(entry.exe, "/tmp/\\x1b[31m\\xff");
}

/* Each byte, at each place of a text: as it is, or in its clean form. */
static void test_every_byte_is_clean(void **state)
{
	char text[] = "KFGATE_EXE=0123456789abcdefghi", clean[128], *value = text + 11;
	size_t size = strlen(value);

	(void)state;
	for (size_t at = 0; at < size; at++)
		for (unsigned byte = 1; byte < 256; byte++) {
			char before = value[at];

			value[at] = (char)byte;
			kfg_text_clean(value, size, clean, sizeof(clean));
			kfg_entry_begin(&entry, 1);
			field(text);
			assert_string_equal(entry.exe, clean);
			value[at] = before;
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_the_kfunc_that_decided_is_found_anywhere),
		cmocka_unit_test(test_the_kfunc_that_decided_is_told_by_more),
		cmocka_unit_test(test_tampering),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_text_is_clean),
		cmocka_unit_test(test_every_byte_is_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
