/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json_line.c - a record as one line of JSON. */
#include "record/json_line.h"

#include "base/json.h"
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <poll.h>
#include <time.h>

#define LINE_MAX_BYTES (8u * KFG_RECORD_MAX)
#define NAME_MAX_BYTES 65u /* systemd.journal-fields(7): 64 characters */

static bool same_name(const char *a, const char *b)
{
	size_t len = strcspn(a, "=") + 1;

	return strncmp(a, b, len) == 0;
}

/* First field of that name before this one, or this one itself. */
static bool is_first(const struct kfg_record *record, const char *field)
{
	const char *f = NULL;

	while ((f = kfg_record_next(record, f)))
		if (same_name(f, field))
			return f == field;
	return true;
}

static const char *next_same(const struct kfg_record *record, const char *field)
{
	const char *f = field;

	while ((f = kfg_record_next(record, f)))
		if (same_name(f, field))
			return f;
	return NULL;
}

static void add_member(struct kfg_json *j, const struct kfg_record *record, const char *field)
{
	size_t len = strcspn(field, "=");
	char name[NAME_MAX_BYTES];

	if (len >= sizeof(name) || !is_first(record, field))
		return;
	memcpy(name, field, len);
	name[len] = '\0';
	if (!next_same(record, field)) {
		kfg_json_string(j, name, field + len + 1);
		return;
	}
	kfg_json_array(j, name);
	for (const char *f = field; f; f = next_same(record, f))
		kfg_json_string(j, NULL, f + len + 1);
	kfg_json_array_end(j);
}

void kfg_json_line(const struct kfg_record *record, uint64_t realtime_usec, struct kfg_strbuf *out)
{
	struct kfg_json j = { .out = out };
	const char *field = NULL;
	char stamp[24];

	snprintf(stamp, sizeof(stamp), "%" PRIu64, realtime_usec);
	kfg_json_object(&j, NULL);
	kfg_json_string(&j, "__REALTIME_TIMESTAMP", stamp);
	while ((field = kfg_record_next(record, field)))
		add_member(&j, record, field);
	kfg_json_object_end(&j);
	kfg_strbuf_adds(out, "\n");
}

/* *ret_begun: something of it may have been written. */
static int write_all(int fd, const char *data, size_t size, bool *ret_begun)
{
	*ret_begun = false;
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EAGAIN) {
			struct pollfd p = { .fd = fd, .events = POLLOUT };

			if (poll(&p, 1, -1) < 0 && errno != EINTR)
				return -errno;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		*ret_begun = true;
		if (!n || (size_t)n > size)
			return -EIO; /* a program on the way of write(2) may lie: it takes not more than there is */
		data += n;
		size -= n;
	}
	return 0;
}

int kfg_json_line_write(void *userdata, const struct kfg_record *record)
{
	/* the last line has no end: this one must not be taken for the rest of it */
	static bool torn;
	_cleanup_strbuf_ struct kfg_strbuf line = KFG_STRBUF(LINE_MAX_BYTES);
	struct timespec now;
	bool begun;
	int r;

	clock_gettime(CLOCK_REALTIME, &now);
	if (torn)
		kfg_strbuf_adds(&line, "\n");
	kfg_json_line(record, now.tv_sec * 1000000ull + now.tv_nsec / 1000, &line);
	if (line.error)
		return line.error;
	r = write_all(*(const int *)userdata, line.data, line.size, &begun);
	torn = r < 0 && (torn || begun);
	return r;
}
