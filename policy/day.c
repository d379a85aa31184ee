/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * day.c - whole days, UTC, counted from 1970-01-01. The calendar arithmetic is Howard Hinnant's
 * (https://howardhinnant.github.io/date_algorithms.html), with years that begin in March.
 */
#include "policy.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

static int32_t days_from_civil(int32_t y, unsigned m, unsigned d)
{
	int32_t era;
	unsigned yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = (unsigned)(y - era * 400);
	doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + (int32_t)doe - 719468;
}

static unsigned month_days(unsigned y, unsigned m)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return m == 2 && leap ? 29 : days[m - 1];
}

int kfg_day_parse(const char *text, int32_t *ret_day)
{
	static const char shape[] = "dddd-dd-dd";
	unsigned y, m, d;

	for (size_t i = 0; i < sizeof(shape); i++)
		if (shape[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
			return -EINVAL;
	y = (unsigned)(text[0] - '0') * 1000 + (unsigned)(text[1] - '0') * 100 + (unsigned)(text[2] - '0') * 10 +
	    (unsigned)(text[3] - '0');
	m = (unsigned)(text[5] - '0') * 10 + (unsigned)(text[6] - '0');
	d = (unsigned)(text[8] - '0') * 10 + (unsigned)(text[9] - '0');
	if (y < 1970 || m < 1 || m > 12 || d < 1 || d > month_days(y, m))
		return -EINVAL;
	*ret_day = days_from_civil((int32_t)y, m, d);
	return 0;
}

const char *kfg_day_format(int32_t day, char buf[static KFG_DAY_TEXT])
{
	int64_t z = (int64_t)day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, y;
	unsigned doe = (unsigned)(z - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	unsigned d = doy - (153 * mp + 2) / 5 + 1, m = mp < 10 ? mp + 3 : mp - 9;

	y = (int64_t)yoe + era * 400 + (m <= 2);
	if (day == KFG_DAY_MAX)
		(void)snprintf(buf, KFG_DAY_TEXT, "never");
	else
		(void)snprintf(buf, KFG_DAY_TEXT, "%04d-%02u-%02u", (int)(y % 10000000), m % 100, d % 100);
	return buf;
}
