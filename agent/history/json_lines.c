/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json_lines.c - a file or a pipe of JSON lines, perhaps compressed, read line by line. */
#include "base/cleanup.h"
#include "history/json_record.h"
#include "history/read_internal.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <zlib.h>

#define CHUNK (256u * 1024)

struct lines {
	struct kfg_history_reader *r;
	struct kfg_json_record json;
	uint64_t number; /* of the line at hand, from 1 */
	bool too_long; /* it is; the rest of it is passed over */
};

static void count_invalid(struct lines *l, const char *why)
{
	struct kfg_history_stats *stats = l->r->stats;

	stats->invalid_lines++;
	if (!stats->first_invalid[0])
		snprintf(stats->first_invalid, sizeof(stats->first_invalid), "%s:%" PRIu64 ": %s",
			 strcmp(l->r->path, "-") == 0 ? "standard input" : l->r->path, l->number, why);
}

static int take_record(struct lines *l)
{
	const struct kfg_history_source *source = l->r->source;
	struct kfg_entry *entry = &l->r->entry;
	enum kfg_entry_class class;

	if (entry->time_usec && (entry->time_usec < source->since_usec || entry->time_usec > source->until_usec))
		return 0;
	if (!l->json.attested && !source->trust_pipeline) {
		l->r->stats->unattested++;
		return 0;
	}
	if (!entry->sender_uid[0])
		entry->sender_uid = "0";
	if (!entry->sender_unit[0])
		entry->sender_unit = source->unit;
	class = kfg_entry_end(entry, source->unit);
	if (class == KFG_ENTRY_GATE && !entry->time_usec)
		class = KFG_ENTRY_MALFORMED;
	if (class == KFG_ENTRY_GATE && !(source->kinds & 1u << entry->kind))
		return 0;
	return kfg_history_take(l->r, class);
}

static int take_line(struct lines *l, const char *line, size_t size)
{
	l->number++;
	if (l->too_long) {
		l->too_long = false;
		count_invalid(l, "longer than 1 MiB");
		return 0;
	}
	switch (kfg_json_record_read(&l->json, line, size)) {
	case KFG_JSON_RECORD_VALID:
		return take_record(l);
	case KFG_JSON_RECORD_INVALID:
		count_invalid(l, l->json.error);
		return 0;
	default:
		l->r->stats->other_lines += size > 0;
		return 0;
	}
}

/* The whole lines of buf[0..*used); what is left of it moves to its beginning. */
static int take_lines(struct lines *l, char *buf, size_t *used)
{
	char *at = buf, *end = buf + *used, *newline;
	int e = 0;

	while (e == 0 && (newline = memchr(at, '\n', end - at))) {
		e = take_line(l, at, newline - at);
		at = newline + 1;
	}
	*used = end - at;
	memmove(buf, at, *used);
	if (*used > KFG_JSON_RECORD_LINE_MAX) {
		l->too_long = true;
		*used = 0;
	}
	return e;
}

static int read_stream(struct lines *l, gzFile stream)
{
	_cleanup_free_ char *buf = malloc(KFG_JSON_RECORD_LINE_MAX + CHUNK + 1);
	size_t used = 0;
	int n = 1, e = 0, now, problem = Z_OK;

	if (!buf)
		return -ENOMEM;
	while (e == 0 && n > 0) {
		n = gzread(stream, buf + used, CHUNK);
		/* each time: with zlib 1.3.2 the next call forgets that the data was cut off */
		gzerror(stream, &now);
		problem = problem ? problem : now;
		used += n > 0 ? n : 0;
		if (n > 0)
			e = take_lines(l, buf, &used);
	}
	if (e == 0 && (used || l->too_long)) /* the last line has no newline */
		e = take_line(l, buf, used);
	if (e < 0)
		return e;
	if (problem == Z_ERRNO)
		return errno ? -errno : -EIO;
	if (problem == Z_MEM_ERROR)
		return -ENOMEM;
	return n < 0 || problem < 0 ? -EBADMSG : 0; /* compressed data that is damaged, or cut off */
}

int kfg_history_read_json(struct kfg_history_reader *r)
{
	struct lines l = { .r = r, .json.entry = &r->entry };
	_cleanup_close_ int fd = strcmp(r->path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) :
							     open(r->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	gzFile stream;
	int e;

	if (fd < 0)
		return -errno;
	stream = gzdopen(fd, "r"); /* reads what is not compressed as it is */
	if (!stream)
		return -ENOMEM;
	(void)KFG_TAKE_FD(fd);
	gzbuffer(stream, CHUNK);
	e = read_stream(&l, stream);
	gzclose_r(stream);
	return e;
}
