/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_no_memory.c - each allocation on the way from policy files and events to records and reports
 * fails once, in turn: the answer is -ENOMEM (or a buffer's error), nothing is half done, nothing
 * leaks (that is the sanitizer's part). The linker puts the functions below in place of the real
 * ones.
 */
#include "base/strbuf.h"
#include "config/load.h"
#include "record/event_record.h"
#include "record/json_line.h"
#include "record/notice.h"
#include "gate/status/status.h"
#include "sample_event.h"
#include "scratch_dir.h"

#include <errno.h>

static unsigned long countdown; /* allocations until one fails; 0: none fails */
static bool failed;

static bool fails(void)
{
	if (!countdown || --countdown)
		return false;
	failed = true;
	return true;
}

#define FAIL_OR(name, args, call)                                                                                      \
	void *__real_##name args;                                                                                      \
	void *__wrap_##name args;                                                                                      \
	void *__wrap_##name args                                                                                       \
	{                                                                                                              \
		if (fails())                                                                                           \
			return NULL;                                                                                   \
		return __real_##name call;                                                                             \
	}

FAIL_OR(malloc, (size_t size), (size))
FAIL_OR(calloc, (size_t n, size_t size), (n, size))
FAIL_OR(realloc, (void *p, size_t size), (p, size))
FAIL_OR(strdup, (const char *s), (s))

int __wrap_vasprintf(char **out, const char *format, va_list args);
int __wrap_asprintf(char **out, const char *format, ...);
int __real_vasprintf(char **out, const char *format, va_list args);

int __wrap_vasprintf(char **out, const char *format, va_list args)
{
	return fails() ? -1 : __real_vasprintf(out, format, args);
}

int __wrap_asprintf(char **out, const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = __wrap_vasprintf(out, format, args);
	va_end(args);
	return r;
}

/* Runs step until no allocation fails any more; it must have told of each failure. */
static void fail_each(int (*step)(void))
{
	unsigned long n = 0;
	int r;

	do {
		countdown = ++n;
		failed = false;
		r = step();
		countdown = 0;
		if (failed && r != -ENOMEM)
			fail_msg("allocation %lu failed, and the answer is %d", n, r);
	} while (failed);
	assert_int_equal(r, 0);
	assert_true(n > 1);
}

/* Findings that could not be noted are told of in the findings. */
static int load_step(void)
{
	const char *paths[] = { scratch_path("d"), scratch_path("one.yaml") };
	struct kfg_loaded loaded;
	int r = kfg_config_load(paths, 2, &loaded);

	if (r == 0 || r == -EBADMSG) {
		if (loaded.diags.lost)
			r = -ENOMEM;
		kfg_loaded_done(&loaded);
	}
	return r;
}

static void test_load(void **state)
{
	(void)state;
	assert_int_equal(mkdir(scratch_path("d"), 0755), 0);
	scratch_write("d/1.yaml", "version: 1\nname: t\nserial: 1\n");
	scratch_write("inc.yaml", "version: 1\ndeprecations: [{kfunc: bpf_x}]\n");
	scratch_write("one.yaml", "version: 1\nrules: [{id: r, kfuncs: [x], action: allow}]\n");
	fail_each(load_step);
}

static struct kfg_loaded sample;
static struct kfg_policy_names *names;

static int sample_setup(void **state)
{
	const char *path = KFG_SOURCE_DIR "/tests/golden/records/policy.yaml";

	(void)state;
	if (kfg_config_load(&path, 1, &sample) < 0)
		return -1;
	return kfg_policy_names_new(sample.policy, &names);
}

static int sample_teardown(void **state)
{
	(void)state;
	kfg_loaded_done(&sample);
	kfg_policy_names_free(names);
	return 0;
}

static int names_step(void)
{
	struct kfg_policy_names *copy = NULL;
	int r = kfg_policy_names_new(sample.policy, &copy);

	kfg_policy_names_free(copy);
	return r;
}

static void test_names(void **state)
{
	(void)state;
	fail_each(names_step);
}

static int event_step(void)
{
	const struct kfg_event_record_context context = { names, "7.2" };
	_cleanup_(kfg_record_free_cleanup) struct kfg_record *record = NULL;
	_cleanup_strbuf_ struct kfg_strbuf line = KFG_STRBUF(KFG_RECORD_MAX);
	struct kfg_event e = sample_event();
	int r;

	e.n_kfuncs = 2;
	e.kfuncs[1] = sample_kfunc("scx_bpf_cpu_rq", KFG_WARN, KFG_REASON_DEPRECATED);
	e.kfuncs[1].verdict.dep = 0;
	r = kfg_event_record(&e, &context, &record);
	if (r < 0)
		return r;
	kfg_json_line(record, 1, &line);
	return line.error;
}

static void test_event(void **state)
{
	(void)state;
	fail_each(event_step);
}

static int notice_step(void)
{
	_cleanup_(kfg_record_free_cleanup) struct kfg_record *record = NULL;

	return kfg_notice_policy_rejected("a\nb\n", names, &record);
}

static void test_notice(void **state)
{
	(void)state;
	fail_each(notice_step);
}

static int status_step(void)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(65536), json = KFG_STRBUF(65536);
	const struct kfg_status status = {
		.version = "1",
		.kernel_release = "7.2",
		.policy = "t",
		.digest = "d",
	};

	kfg_status_text(&status, &text);
	kfg_status_json(&status, &json);
	return text.error ? text.error : json.error;
}

static void test_status(void **state)
{
	(void)state;
	fail_each(status_step);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_load, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_names, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(test_event, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(test_notice, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(test_status, sample_setup, sample_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
