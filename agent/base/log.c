/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log.c - messages to standard error, with their priority where that is the journal. */
#include "base/log.h"

#include "base/text.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048

static int log_max_level = LOG_INFO;
static bool log_to_journal, log_to_socket;
static _Thread_local char last_error[256];

/*
 * Standard error is the journal's stream if its device and inode are those that the manager named.
 */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

const char *kfg_log_last_error(void)
{
	return last_error;
}

void kfg_log_open(int max_level)
{
	struct stat st;

	log_max_level = max_level;
	log_to_journal = stderr_is_journal();
	log_to_socket = log_to_journal && fstat(STDERR_FILENO, &st) == 0 && S_ISSOCK(st.st_mode);
}

bool kfg_log_is_journal(void)
{
	return log_to_journal;
}

/*
 * The journal may be full, or stopped: nobody waits for it. What it did not take is counted, and told when it takes
 * lines again. Nobody is left to tell when standard error fails.
 */
static void put_to_socket(struct iovec *iov, int n)
{
	static _Atomic unsigned lost;
	char text[64];
	struct msghdr line = { .msg_iov = iov, .msg_iovlen = n };
	struct iovec about = { text, 0 };
	struct msghdr told = { .msg_iov = &about, .msg_iovlen = 1 };
	unsigned untold = atomic_exchange(&lost, 0);

	about.iov_len =
		snprintf(text, sizeof(text), "<%d>lines that the journal did not take: %u\n", LOG_WARNING, untold);
	if (untold && sendmsg(STDERR_FILENO, &told, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		lost += untold;
	if (sendmsg(STDERR_FILENO, &line, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		lost++;
}

static void __attribute__((format(printf, 2, 0))) write_line(int level, const char *format, va_list ap)
{
	char raw[LINE_MAX_BYTES], line[LINE_MAX_BYTES], prefix[16] = "kfgate: ";
	struct iovec iov[3];
	int n;

	if (level > log_max_level && level > LOG_ERR)
		return;
	if (vsnprintf(raw, sizeof(raw), format, ap) < 0)
		return;
	if (level <= LOG_ERR)
		kfg_text_clean(raw, sizeof(raw), last_error, sizeof(last_error));
	if (level > log_max_level)
		return;
	kfg_text_clean(raw, sizeof(raw), line, sizeof(line));
	if (log_to_journal)
		snprintf(prefix, sizeof(prefix), "<%d>", level);
	n = 0;
	iov[n++] = (struct iovec){ prefix, __builtin_strlen(prefix) };
	iov[n++] = (struct iovec){ line, __builtin_strlen(line) };
	iov[n++] = (struct iovec){ "\n", 1 };
	if (log_to_socket)
		put_to_socket(iov, n);
	else if (writev(STDERR_FILENO, iov, n) < 0)
		return;
}

void kfg_log(int level, const char *format, ...)
{
	int saved = errno;
	va_list ap;

	va_start(ap, format);
	write_line(level, format, ap);
	va_end(ap);
	errno = saved;
}

int kfg_log_errno(int error, const char *format, ...)
{
	int saved = errno;
	va_list ap;

	errno = -error;
	va_start(ap, format);
	write_line(LOG_ERR, format, ap);
	va_end(ap);
	errno = saved;
	return error;
}

void kfg_log_lines(int level, const char *text)
{
	while (*text) {
		int len = strcspn(text, "\n");

		kfg_log(level, "%.*s", len, text);
		text += len + (text[len] == '\n');
	}
}

void kfg_log_progress(const char *format, ...)
{
	static bool shown;
	char raw[256], line[81] = "", out[100];
	va_list ap;
	int n;

	if ((!format && !shown) || !isatty(STDERR_FILENO))
		return;
	if (format) {
		va_start(ap, format);
		vsnprintf(raw, sizeof(raw), format, ap);
		va_end(ap);
		kfg_text_clean(raw, sizeof(raw), line, sizeof(line) - 2);
	}
	shown = format != NULL;
	n = snprintf(out, sizeof(out), "\r\033[K%s", line);
	if (n > 0 && write(STDERR_FILENO, out, n) < 0)
		return; /* as above */
}
