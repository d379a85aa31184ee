/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.h - writes one JSON document (RFC 8259) into a string buffer, compact or indented. Keys are
 * given with each member, NULL inside arrays and for the outermost value. Strings are taken as
 * bytes: what is no UTF-8 becomes U+FFFD. Failures stick in the buffer (strbuf.h).
 */
#pragma once

#include "base/strbuf.h"
#include <stdbool.h>
#include <stdint.h>

struct kfg_json {
	struct kfg_strbuf *out; /* not owned */
	bool indent;
	bool filled; /* the container at hand has a member already */
	unsigned depth;
};

void kfg_json_object(struct kfg_json *j, const char *key);
void kfg_json_object_end(struct kfg_json *j);
void kfg_json_array(struct kfg_json *j, const char *key);
void kfg_json_array_end(struct kfg_json *j);
void kfg_json_string(struct kfg_json *j, const char *key, const char *value); /* NULL value: null */
void kfg_json_stringn(struct kfg_json *j, const char *key, const char *value, size_t size);
void kfg_json_int(struct kfg_json *j, const char *key, int64_t value);
void kfg_json_uint(struct kfg_json *j, const char *key, uint64_t value);
void kfg_json_bool(struct kfg_json *j, const char *key, bool value);
void kfg_json_null(struct kfg_json *j, const char *key);
