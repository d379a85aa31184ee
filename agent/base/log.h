/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - lines for whoever operates the agent, on standard error. log.c is the only writer there.
 * When standard error is the journal (JOURNAL_STREAM, systemd.exec(5)) each line starts with its
 * level as "<N>" (sd-daemon(3)), else with the program's name. Records about BPF programs do not go
 * this way, see agent/record/.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <syslog.h>

/*
 * Looks at the environment once; max_level is the least important level (LOG_ERR .. LOG_DEBUG)
 * still written.
 */
void kfg_log_open(int max_level);

/* Whether lines go to the journal. */
bool kfg_log_is_journal(void);

/* One line, no newline in it; control characters are replaced. errno is kept. */
void kfg_log(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Each line of a text. */
void kfg_log_lines(int level, const char *text);

/*
 * As kfg_log() at LOG_ERR; returns its first argument, a negative errno, whose text may be named by
 * %m.
 */
int kfg_log_errno(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The last line of this thread at LOG_ERR or worse, cut to fit, "" if there was none; valid until the next. */
const char *kfg_log_last_error(void);

/*
 * Where standard error is a terminal: one line that the next call overwrites, and NULL clears. Nothing elsewhere.
 */
void kfg_log_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define kfg_log_error(...) kfg_log(LOG_ERR, __VA_ARGS__)
#define kfg_log_warning(...) kfg_log(LOG_WARNING, __VA_ARGS__)
#define kfg_log_notice(...) kfg_log(LOG_NOTICE, __VA_ARGS__)
#define kfg_log_info(...) kfg_log(LOG_INFO, __VA_ARGS__)
#define kfg_log_debug(...) kfg_log(LOG_DEBUG, __VA_ARGS__)
