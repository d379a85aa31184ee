/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_record.h - one line of JSON taken as a record of kfgate: fields as journalctl(1) prints them by -o json, and as
 * `kfgate run --log=json` does, plain or inside what log shippers and stores put around them:
 *
 *   {"_source": {...}}, {"result": {...}}       Elasticsearch and OpenSearch, Splunk: the record is an object
 *   {"line": "{...}"}, {"message": "{...}"},    Loki, Vector, Docker: the record is a text, of which nobody says that
 *   {"log": "{...}"}                            journald wrote it
 *
 * journalctl prints what is no UTF-8 as an array of numbers, and fields that come several times as an array (of texts
 * or of such arrays); Vector makes a text of that array (src/sources/journald.rs, decode_array()), and "host" of
 * _HOSTNAME.
 *
 * Who wrote a record is said by _UID and _SYSTEMD_UNIT, which journald adds. In a text they may be anybody's, who
 * wrote them to his log: there they are no proof, but what stands around the text is.
 */
#pragma once

#include "history/entry.h"

#define KFG_JSON_RECORD_LINE_MAX (1024u * 1024) /* bytes of a line, without the newline */

enum kfg_json_record_class {
	KFG_JSON_RECORD_VALID, /* its fields are in *entry, for kfg_entry_end() */
	KFG_JSON_RECORD_OTHER, /* an object that is no record of kfgate, and does not claim to be */
	KFG_JSON_RECORD_INVALID, /* no JSON object */
};

struct kfg_json_record {
	struct kfg_entry *entry; /* not owned: filled in */
	bool attested; /* out: it has trusted fields, which are not from a text */
	const char *error; /* out: KFG_JSON_RECORD_INVALID: why; static */
};

/*
 * Reads one line of at most KFG_JSON_RECORD_LINE_MAX bytes, any bytes. A record without a time has time_usec 0. What it
 * allocates is freed when it returns, and has a bound. Not for several threads at once: the parser's allocator is the
 * process's.
 */
enum kfg_json_record_class kfg_json_record_read(struct kfg_json_record *j, const char *line, size_t size);
