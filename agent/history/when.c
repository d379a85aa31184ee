/* SPDX-License-Identifier: GPL-2.0-or-later */
/* when.c - points in time parsed. */
#include "history/when.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define USEC 1000000ull
#define NUMBER_MAX 100000000ull

static const struct {
	const char *word;
	unsigned seconds;
} units[] = {
	{ "s", 1 },	  { "sec", 1 },	      { "second", 1 },	   { "seconds", 1 }, { "m", 60 },
	{ "min", 60 },	  { "minute", 60 },   { "minutes", 60 },   { "h", 3600 },    { "hr", 3600 },
	{ "hour", 3600 }, { "hours", 3600 },  { "d", 86400 },	   { "day", 86400 }, { "days", 86400 },
	{ "w", 604800 },  { "week", 604800 }, { "weeks", 604800 },
};

static bool parse_number(const char **at, uint64_t max, uint64_t *ret_number)
{
	unsigned long long n;
	char *end;

	if (!isdigit((unsigned char)**at))
		return false;
	errno = 0;
	n = strtoull(*at, &end, 10);
	if (errno || n > max)
		return false;
	*at = end;
	*ret_number = n;
	return true;
}

/* "7d", "2 hours" before now, with "ago" behind it or not */
static int before_now(const char *at, uint64_t now_usec, bool wants_ago, uint64_t *ret_usec)
{
	uint64_t n, seconds = 0;
	size_t len;

	if (!parse_number(&at, NUMBER_MAX, &n))
		return -EINVAL;
	at += strspn(at, " ");
	len = strspn(at, "abcdefghijklmnopqrstuvwxyz");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].word) == len && strncmp(units[i].word, at, len) == 0)
			seconds = n * units[i].seconds;
	if (!seconds && n)
		return -EINVAL;
	at += len;
	if (strcmp(at, wants_ago ? " ago" : "") != 0)
		return -EINVAL;
	*ret_usec = seconds * USEC < now_usec ? now_usec - seconds * USEC : 0;
	return 0;
}

static int midnight(uint64_t now_usec, int days_back, uint64_t *ret_usec)
{
	time_t now = now_usec / USEC, t;
	struct tm tm;

	if (!localtime_r(&now, &tm))
		return -EINVAL;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_mday -= days_back;
	tm.tm_isdst = -1;
	t = mktime(&tm);
	if (t < 0)
		return -EINVAL;
	*ret_usec = t * USEC;
	return 0;
}

static int calendar(const char *text, uint64_t *ret_usec)
{
	static const char *const formats[] = { "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S" };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct tm tm = { .tm_isdst = -1 };
		const char *end = strptime(text, formats[i], &tm);
		int mday = tm.tm_mday;
		time_t t;

		if (!end || *end)
			continue;
		t = mktime(&tm);
		if (t < 0 || tm.tm_mday != mday) /* no 30th of February */
			return -EINVAL;
		*ret_usec = t * USEC;
		return 0;
	}
	return -EINVAL;
}

int kfg_when_parse(const char *text, uint64_t now_usec, uint64_t *ret_usec)
{
	const char *at = text + 1;
	uint64_t n;

	if (strcmp(text, "now") == 0) {
		*ret_usec = now_usec;
		return 0;
	}
	if (strcmp(text, "today") == 0)
		return midnight(now_usec, 0, ret_usec);
	if (strcmp(text, "yesterday") == 0)
		return midnight(now_usec, 1, ret_usec);
	if (text[0] == '-')
		return before_now(at, now_usec, false, ret_usec);
	if (text[0] == '@') {
		if (!parse_number(&at, UINT64_MAX / USEC, &n) || *at)
			return -EINVAL;
		*ret_usec = n * USEC;
		return 0;
	}
	if (before_now(text, now_usec, true, ret_usec) == 0)
		return 0;
	return calendar(text, ret_usec);
}

/* ".123456789": microseconds, what is finer is dropped */
static const char *fraction(const char *at, uint64_t *usec)
{
	uint64_t scale = USEC / 10;

	if (*at != '.')
		return at;
	for (at++; isdigit((unsigned char)*at); at++, scale /= 10)
		*usec += (*at - '0') * scale;
	return at;
}

/* "Z", "+01:00" or "-0800" */
static bool zone(const char *at, int64_t *ret_seconds)
{
	unsigned hours, minutes;
	int end = 0;

	*ret_seconds = 0;
	if (strcmp(at, "Z") == 0 || strcmp(at, "z") == 0)
		return true;
	if ((at[0] != '+' && at[0] != '-') || !isdigit((unsigned char)at[1]) ||
	    (sscanf(at + 1, "%2u:%2u%n", &hours, &minutes, &end) != 2 &&
	     sscanf(at + 1, "%2u%2u%n", &hours, &minutes, &end) != 2) ||
	    at[1 + end] || hours > 23 || minutes > 59)
		return false;
	*ret_seconds = (int64_t)(hours * 3600 + minutes * 60) * (at[0] == '-' ? -1 : 1);
	return true;
}

int kfg_when_parse_rfc3339(const char *text, uint64_t *ret_usec)
{
	struct tm tm = { 0 };
	const char *at = strptime(text, "%Y-%m-%d", &tm);
	uint64_t usec = 0;
	int64_t offset, seconds;

	if (!at || (*at != 'T' && *at != 't' && *at != ' '))
		return -EINVAL;
	at = strptime(at + 1, "%H:%M:%S", &tm);
	if (!at || !zone(fraction(at, &usec), &offset))
		return -EINVAL;
	seconds = timegm(&tm) - offset;
	if (seconds < 0)
		return -EINVAL;
	*ret_usec = seconds * USEC + usec;
	return 0;
}

int kfg_when_parse_usec(const char *text, uint64_t *ret_usec)
{
	return parse_number(&text, INT64_MAX, ret_usec) && !*text ? 0 : -EINVAL;
}
