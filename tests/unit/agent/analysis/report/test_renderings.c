/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_renderings.c - each rendering of the sample against tests/golden/report/; KFGATE_GOLDEN=write in the environment
 * writes those files instead.
 */
#include "base/read_file.h"
#include "analysis/report/sample_report.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

typedef void render_fn(const struct kfg_report *report, bool quiet, struct kfg_strbuf *out);

static void against(const char *name, render_fn *render, const struct kfg_report *report, bool quiet)
{
	_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(1u << 20);
	_cleanup_free_ char *expected = NULL;
	char path[512];
	size_t size;

	snprintf(path, sizeof(path), "%s/tests/golden/report/%s", KFG_SOURCE_DIR, name);
	render(report, quiet, &out);
	assert_int_equal(out.error, 0);
	if (getenv("KFGATE_GOLDEN") && strcmp(getenv("KFGATE_GOLDEN"), "write") == 0) {
		FILE *file = fopen(path, "we");

		assert_non_null(file);
		assert_int_equal(fwrite(out.data, 1, out.size, file), out.size);
		fclose(file);
		return;
	}
	assert_int_equal(kfg_read_file(AT_FDCWD, path, 1u << 20, &expected, &size), 0);
	assert_string_equal(kfg_strbuf_text(&out), expected);
	assert_int_equal(out.size, size);
}

static void the_sample_in_each_format(void **state)
{
	(void)state;
	against("sample.txt", kfg_report_table, &sample_report, false);
	against("sample.json", kfg_report_json, &sample_report, false);
	against("sample.sarif", kfg_report_sarif, &sample_report, false);
	against("sample.md", kfg_report_markdown, &sample_report, false);
	against("sample.csv", kfg_report_csv, &sample_report, false);
}

static void quietly(void **state)
{
	(void)state;
	against("quiet.txt", kfg_report_table, &sample_report, true);
	against("quiet.csv", kfg_report_csv, &sample_report, true);
}

static void in_audit_mode(void **state)
{
	struct kfg_report report = sample_report;

	(void)state;
	report.mode = KFG_MODE_AUDIT;
	report.n_problems = 0;
	against("audit.txt", kfg_report_table, &report, true);
}

static void nothing_found(void **state)
{
	struct kfg_report report = sample_report;

	(void)state;
	report.n_objects = report.n_problems = 0;
	against("nothing.txt", kfg_report_table, &report, false);
	against("nothing.sarif", kfg_report_sarif, &report, false);
}

static void no_rendering_lets_control_characters_through(void **state)
{
	static render_fn *const renders[] = { kfg_report_table, kfg_report_json, kfg_report_sarif, kfg_report_markdown,
					      kfg_report_csv };

	(void)state;
	for (size_t i = 0; i < sizeof(renders) / sizeof(renders[0]); i++) {
		_cleanup_strbuf_ struct kfg_strbuf out = KFG_STRBUF(1u << 20);

		renders[i](&sample_report, false, &out);
		assert_null(strpbrk(out.data, "\x1b\xff"));
	}
}

static void counts(void **state)
{
	(void)state;
	assert_int_equal(kfg_report_worst(&sample_report), KFG_REPORT_FAILS);
	assert_int_equal(kfg_report_count(&sample_report, KFG_REPORT_FAILS), 2);
	assert_int_equal(kfg_report_count(&sample_report, KFG_REPORT_UNCHECKED), 1);
	assert_string_equal(kfg_report_state_str(KFG_REPORT_STATE_MAX), "?");
	assert_string_equal(kfg_report_kernel_name(&sample_report, 0), "7.3.4-amd64");
	assert_string_equal(kfg_report_kernel_name(&sample_report, 1), "old/vmlinux.btf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sample_in_each_format),
		cmocka_unit_test(quietly),
		cmocka_unit_test(in_audit_mode),
		cmocka_unit_test(nothing_found),
		cmocka_unit_test(no_rendering_lets_control_characters_through),
		cmocka_unit_test(counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
