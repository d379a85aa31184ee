/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record/json_line.h"
#include "cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static struct kfg_record *record;

static int setup(void **state)
{
	(void)state;
	return kfg_record_new(KFG_MESSAGE_REFUSED, -1, &record);
}

static int teardown(void **state)
{
	(void)state;
	kfg_record_free(record);
	return 0;
}

static void test_line(void **state)
{
	_cleanup_strbuf_ struct kfg_strbuf line = KFG_STRBUF(4096);

	(void)state;
	kfg_record_add(record, "KFGATE_KFUNC", "bpf_a");
	kfg_record_add(record, "KFGATE_DETAIL", "bpf_a: \"x\"");
	kfg_record_add(record, "KFGATE_KFUNC", "bpf_b");
	kfg_record_add(record, "KFGATE_KFUNCS", "other name");
	kfg_json_line(record, 1700000000000001, &line);
	assert_string_equal(line.data, "{\"__REALTIME_TIMESTAMP\":\"1700000000000001\","
				       "\"MESSAGE_ID\":\"b6a967b7927f45bbbf00fecec511cfb3\",\"PRIORITY\":\"3\","
				       "\"KFGATE_KIND\":\"refused\",\"KFGATE_KFUNC\":[\"bpf_a\",\"bpf_b\"],"
				       "\"KFGATE_DETAIL\":\"bpf_a: \\\"x\\\"\",\"KFGATE_KFUNCS\":\"other name\"}\n");
}

static void test_write(void **state)
{
	char text[4096];
	int fds[2];
	ssize_t n;

	(void)state;
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	assert_int_equal(kfg_json_line_write(&fds[1], record), 0);
	n = read(fds[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, "\"KFGATE_KIND\":\"refused\"}\n"));
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(kfg_json_line_write(&fds[1], record), -EPIPE);
	close(fds[1]);
}

/* A line that broke off is no beginning of the next one. */
static void test_a_torn_line_is_ended(void **state)
{
	const struct rlimit little = { 10, RLIM_INFINITY }, any = { RLIM_INFINITY, RLIM_INFINITY };
	char text[4096];
	FILE *file = tmpfile();
	int fd = file ? fileno(file) : -1;
	ssize_t n;

	(void)state;
	assert_non_null(file);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	assert_int_equal(kfg_json_line_write(&fd, record), -EFBIG);
	assert_int_equal(kfg_json_line_write(&fd, record), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &any), 0);
	assert_int_equal(kfg_json_line_write(&fd, record), 0);
	assert_int_equal(kfg_json_line_write(&fd, record), 0);
	n = pread(fd, text, sizeof(text) - 1, 0);
	assert_true(n > 10);
	text[n] = '\0';
	assert_memory_equal(text + 9, "I\n{\"__REALTIME", 14);
	assert_memory_equal(strstr(text + 11, "\n"), "\n{\"__REALTIME", 13);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_torn_line_is_ended, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
