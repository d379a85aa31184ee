/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record/attempt_record.h"
#include "cmocka_all.h"

#include <string.h>

static void test_fields(void **state)
{
	const struct kfg_attempt a = {
		.kind = KFG_ATTEMPT_SIGNAL,
		.time_ns = 5,
		.cgroup_id = 77,
		.pid = 10,
		.tid = 11,
		.uid = 0,
		.gid = 12,
		.detail = 9,
		.comm = "evil\nname",
		.exe = "attack",
	};
	struct kfg_record *r;

	(void)state;
	assert_int_equal(kfg_attempt_record(&a, 3, NULL, &r), 0);
	assert_string_equal(kfg_record_get(r, "KFGATE_KIND"), "tampering");
	assert_string_equal(kfg_record_get(r, "PRIORITY"), "1");
	assert_string_equal(kfg_record_get(r, "KFGATE_ATTEMPT"), "signal");
	assert_string_equal(kfg_record_get(r, "KFGATE_SIGNAL"), "9");
	assert_string_equal(kfg_record_get(r, "KFGATE_PID"), "10");
	assert_string_equal(kfg_record_get(r, "OBJECT_PID"), "10");
	assert_string_equal(kfg_record_get(r, "KFGATE_EXE_NAME"), "attack");
	assert_string_equal(kfg_record_get(r, "KFGATE_UNTOLD"), "3");
	assert_null(strchr(kfg_record_get(r, "MESSAGE"), '\n'));
	assert_null(kfg_record_get(r, "KFGATE_POLICY"));
	kfg_record_free(r);
}

/* Names that fill their field have no end. */
static void test_unterminated(void **state)
{
	struct kfg_attempt a = { .kind = KFG_ATTEMPT_MAP_FD };
	struct kfg_record *r;

	(void)state;
	memset(a.comm, 'c', sizeof(a.comm));
	memset(a.exe, 'e', sizeof(a.exe));
	assert_int_equal(kfg_attempt_record(&a, 0, NULL, &r), 0);
	assert_int_equal(strlen(kfg_record_get(r, "KFGATE_COMM")), sizeof(a.comm));
	assert_int_equal(strlen(kfg_record_get(r, "KFGATE_EXE_NAME")), sizeof(a.exe));
	assert_null(kfg_record_get(r, "KFGATE_UNTOLD"));
	kfg_record_free(r);
}

/* Who looks at all objects met ours: no attempt on the gate. */
static void test_listing(void **state)
{
	static const char *const words[] = { "map", "program", "link", "object" };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const struct kfg_attempt a = { .kind = KFG_ATTEMPT_LISTING, .detail = i, .pid = 7, .comm = "bpftool" };
		struct kfg_record *r;

		assert_int_equal(kfg_attempt_record(&a, 2, NULL, &r), 0);
		assert_string_equal(kfg_record_get(r, "KFGATE_KIND"), "listing");
		assert_string_equal(kfg_record_get(r, "PRIORITY"), "6");
		assert_string_equal(kfg_record_get(r, "KFGATE_LISTED"), words[i]);
		assert_string_equal(kfg_record_get(r, "KFGATE_COMM"), "bpftool");
		assert_string_equal(kfg_record_get(r, "KFGATE_UNTOLD"), "2");
		assert_null(kfg_record_get(r, "KFGATE_ATTEMPT"));
		kfg_record_free(r);
	}
}

static void test_manager(void **state)
{
	const struct kfg_attempt a = { .kind = KFG_ATTEMPT_MANAGER, .pid = 1, .comm = "systemd" };
	struct kfg_record *r;

	(void)state;
	assert_int_equal(kfg_attempt_record(&a, 0, NULL, &r), 0);
	assert_string_equal(kfg_record_get(r, "KFGATE_KIND"), "manager");
	assert_non_null(strstr(kfg_record_get(r, "MESSAGE"), "systemd[1] (uid 0)"));
	kfg_record_free(r);
}

static void test_every_kind(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind <= KFG_ATTEMPT_MAX; kind++) {
		const struct kfg_attempt a = { .kind = kind, .comm = "c" };
		struct kfg_record *r;

		if (kind < KFG_ATTEMPT_MAX && kfg_attempt_is_usual(kind))
			continue;
		assert_int_equal(kfg_attempt_record(&a, 0, NULL, &r), 0);
		assert_non_null(strstr(kfg_record_get(r, "MESSAGE"), "Refused "));
		assert_string_equal(kfg_record_get(r, "KFGATE_ATTEMPT"), kfg_attempt_record_word(kind));
		kfg_record_free(r);
	}
	assert_string_equal(kfg_attempt_record_word(KFG_ATTEMPT_MAX), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),	cmocka_unit_test(test_unterminated), cmocka_unit_test(test_listing),
		cmocka_unit_test(test_manager), cmocka_unit_test(test_every_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
