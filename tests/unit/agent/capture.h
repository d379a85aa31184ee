/* SPDX-License-Identifier: GPL-2.0-or-later */
/* capture.h - what a function writes to standard output and standard error. */
#pragma once

#include "cmocka_all.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char captured[64 * 1024];

static int capture_saved[2];
static FILE *capture_file;

static void capture_begin(void)
{
	fflush(stdout);
	capture_file = tmpfile();
	assert_non_null(capture_file);
	for (int fd = 1; fd <= 2; fd++) {
		capture_saved[fd - 1] = dup(fd);
		dup2(fileno(capture_file), fd);
	}
}

static void capture_end(void)
{
	ssize_t n;

	fflush(stdout);
	for (int fd = 1; fd <= 2; fd++) {
		dup2(capture_saved[fd - 1], fd);
		close(capture_saved[fd - 1]);
	}
	n = pread(fileno(capture_file), captured, sizeof(captured) - 1, 0);
	fclose(capture_file);
	assert_true(n >= 0);
	captured[n] = '\0';
}
