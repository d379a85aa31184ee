/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json_record.c - see json_record.h. */
#include "history/json_record.h"

#include "history/when.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_SIZE (16u * 1024 * 1024) /* for the values of one line */
#define NESTED_MAX 4u /* records in texts in objects ... */
#define BYTES_MAX (64u * 1024) /* of a field that comes as numbers */

/* Memory of the parser: values of a line live together, and are dropped together. */
static struct {
	char *memory;
	size_t used;
} arena;

static void *arena_take(size_t size)
{
	void *p = arena.memory + arena.used;

	if (size > ARENA_SIZE - arena.used)
		return NULL;
	arena.used += (size + 15) & ~(size_t)15;
	if (arena.used > ARENA_SIZE)
		arena.used = ARENA_SIZE;
	return p;
}

static void arena_give(void *p)
{
	(void)p;
}

static bool arena_begin(void)
{
	cJSON_Hooks hooks = { arena_take, arena_give };

	if (!arena.memory)
		arena.memory = malloc(ARENA_SIZE); /* touched as far as it is used; kept until the process ends */
	cJSON_InitHooks(&hooks); /* others may have used it since */
	arena.used = 0;
	return arena.memory;
}

struct view {
	struct kfg_json_record *j;
	const char *uid, *unit; /* trusted, of the outermost object that has one of them */
	const char *host, *stamp; /* what a shipper or a store says of it */
	bool in_text;
};

static const char *text_member(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	if (cJSON_IsObject(item)) /* {"host": {"name": ...}} of Elastic's agents */
		item = cJSON_GetObjectItemCaseSensitive(item, "name");
	return cJSON_IsString(item) && item->valuestring[0] ? item->valuestring : NULL;
}

static const char *first_member(const cJSON *object, const char *const *names)
{
	const char *text = NULL;

	while (!text && *names)
		text = text_member(object, *names++);
	return text;
}

static cJSON *parse(const char *text, size_t size)
{
	const char *end = NULL;
	cJSON *json = cJSON_ParseWithLengthOpts(text, size, &end, false);

	while (json && end < text + size && strchr(" \t\r\n", *end))
		end++;
	return json && end >= text + size ? json : NULL;
}

/* [102, 255, ...]: the bytes of a text that is no UTF-8. */
static void add_bytes(struct kfg_entry *entry, const char *name, const cJSON *array)
{
	static char bytes[BYTES_MAX];
	const cJSON *item;
	size_t n = 0;

	cJSON_ArrayForEach(item, array)
	{
		if (!cJSON_IsNumber(item) || item->valuedouble < 0 || item->valuedouble > 255 ||
		    item->valuedouble != item->valueint || n == sizeof(bytes)) {
			kfg_entry_value(entry, name, NULL, 0);
			return;
		}
		bytes[n++] = item->valueint;
	}
	kfg_entry_value(entry, name, bytes, n);
}

static void add_text(struct kfg_entry *entry, const char *name, const char *text)
{
	const cJSON *item, *array = NULL;

	if (text[0] == '[' && text[1] == '"' && kfg_entry_wants(name, strlen(name)) == KFG_ENTRY_SEVERAL)
		array = parse(text, strlen(text));
	if (!array) {
		kfg_entry_value(entry, name, text, strlen(text));
		return;
	}
	cJSON_ArrayForEach(item, array)
	{
		const char *value = cJSON_GetStringValue(item);

		kfg_entry_value(entry, name, value, value ? strlen(value) : 0);
	}
}

static void add_number(struct kfg_entry *entry, const char *name, double number)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%.0f", number);
	bool whole = number >= 0 && number < 9007199254740992.0 && number == (double)(uint64_t)number;

	kfg_entry_value(entry, name, whole ? text : NULL, n);
}

static void add_field(struct kfg_entry *entry, const cJSON *field)
{
	const cJSON *item;

	if (cJSON_IsString(field)) {
		add_text(entry, field->string, field->valuestring);
	} else if (cJSON_IsNumber(field)) {
		add_number(entry, field->string, field->valuedouble);
	} else if (!cJSON_IsArray(field)) { /* null: journalctl left it out, as too long */
		kfg_entry_value(entry, field->string, NULL, 0);
	} else if (cJSON_IsNumber(field->child)) {
		add_bytes(entry, field->string, field);
	} else {
		cJSON_ArrayForEach(item, field)
		{
			if (cJSON_IsArray(item))
				add_bytes(entry, field->string, item);
			else
				kfg_entry_value(entry, field->string, cJSON_GetStringValue(item),
						cJSON_IsString(item) ? strlen(item->valuestring) : 0);
		}
	}
}

/* Its MESSAGE_ID is one of kfgate's; where a pipeline dropped that, its KFGATE_KIND is. */
static const char *message_id(const cJSON *object)
{
	const char *id = text_member(object, "MESSAGE_ID"), *word = text_member(object, "KFGATE_KIND");

	for (size_t i = 0; i < KFG_MESSAGE_MAX; i++)
		if (id ? strcmp(id, kfg_message_kinds[i].id) == 0 :
			 word && strcmp(word, kfg_message_kinds[i].word) == 0)
			return kfg_message_kinds[i].id;
	return NULL;
}

static uint64_t time_of(const cJSON *object, const char *stamp)
{
	static const char *const names[] = { "__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP" };
	uint64_t usec;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, names[i]);

		if (cJSON_IsNumber(item) && item->valuedouble > 0 && item->valuedouble < 9e15)
			return item->valuedouble;
		if (cJSON_IsString(item) && kfg_when_parse_usec(item->valuestring, &usec) == 0)
			return usec;
	}
	return stamp && kfg_when_parse_rfc3339(stamp, &usec) == 0 ? usec : 0;
}

static enum kfg_json_record_class take_record(struct view *v, const cJSON *object, const char *id)
{
	struct kfg_entry *entry = v->j->entry;
	const cJSON *field;

	kfg_entry_begin(entry, time_of(object, v->stamp));
	cJSON_ArrayForEach(field, object) if (kfg_entry_wants(field->string, strlen(field->string)))
		add_field(entry, field);
	entry->message_id = id;
	if (!entry->host[0] && v->host)
		kfg_entry_value(entry, "_HOSTNAME", v->host, strlen(v->host));
	if (v->in_text && v->uid)
		kfg_entry_value(entry, "_UID", v->uid, strlen(v->uid));
	if (v->in_text && v->unit)
		kfg_entry_value(entry, "_SYSTEMD_UNIT", v->unit, strlen(v->unit));
	v->j->attested = v->in_text ? v->uid && v->unit : entry->sender_uid[0] && entry->sender_unit[0];
	return KFG_JSON_RECORD_VALID;
}

static void look_around(struct view *v, const cJSON *object)
{
	static const char *const hosts[] = { "host", "hostname", "nodename", NULL };
	static const char *const stamps[] = { "timestamp", "@timestamp", "time", NULL };
	const cJSON *labels = cJSON_GetObjectItemCaseSensitive(object, "labels");
	const char *host = first_member(object, hosts), *stamp = first_member(object, stamps);

	if (!host && cJSON_IsObject(labels))
		host = first_member(labels, hosts);
	v->host = host ? host : v->host;
	v->stamp = stamp ? stamp : v->stamp;
	if (v->in_text || v->uid || v->unit)
		return;
	v->uid = text_member(object, "_UID");
	v->unit = text_member(object, "_SYSTEMD_UNIT");
}

static enum kfg_json_record_class look_inside(struct view *v, const cJSON *object, unsigned depth);

static enum kfg_json_record_class look_at(struct view *v, const cJSON *object, unsigned depth)
{
	const char *id = message_id(object);

	look_around(v, object);
	if (id)
		return take_record(v, object, id);
	return depth < NESTED_MAX ? look_inside(v, object, depth + 1) : KFG_JSON_RECORD_OTHER;
}

static enum kfg_json_record_class look_inside(struct view *v, const cJSON *object, unsigned depth)
{
	static const char *const objects[] = { "_source", "result", NULL };
	static const char *const texts[] = { "line", "message", "MESSAGE", "log", NULL };
	const cJSON *inner;

	for (const char *const *name = objects; *name; name++) {
		inner = cJSON_GetObjectItemCaseSensitive(object, *name);
		if (cJSON_IsObject(inner))
			return look_at(v, inner, depth);
	}
	for (const char *const *name = texts; *name; name++) {
		const char *text = text_member(object, *name);

		inner = text && text[0] == '{' ? parse(text, strlen(text)) : NULL;
		if (!cJSON_IsObject(inner))
			continue;
		v->in_text = true;
		return look_at(v, inner, depth);
	}
	return KFG_JSON_RECORD_OTHER;
}

/* journalctl -o json-seq and -o json-sse, and CEE, put something before the object. */
static void skip_prefix(const char **line, size_t *size)
{
	static const char *const prefixes[] = { "\x1e", "data:", "@cee:", " " };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i]);

		if (*size < len || memcmp(*line, prefixes[i], len) != 0)
			continue;
		*line += len;
		*size -= len;
		i = -1;
	}
}

static enum kfg_json_record_class invalid(struct kfg_json_record *j, const char *why)
{
	j->error = why;
	return KFG_JSON_RECORD_INVALID;
}

enum kfg_json_record_class kfg_json_record_read(struct kfg_json_record *j, const char *line, size_t size)
{
	struct view v = { .j = j };
	const cJSON *json;

	j->attested = false;
	j->error = NULL;
	skip_prefix(&line, &size);
	while (size && strchr(" \t\r", line[size - 1]) && line[size - 1])
		size--;
	if (!size)
		return KFG_JSON_RECORD_OTHER;
	if (size < 2 || line[0] != '{' || line[size - 1] != '}')
		return invalid(j, "not an object in one line (jq -c makes lines of other JSON)");
	/* most lines of a whole journal are none of kfgate's: they are not parsed */
	if (!memmem(line, size, "KFGATE_", 7))
		return KFG_JSON_RECORD_OTHER;
	if (memchr(line, '\0', size) || memmem(line, size, "\\u0000", 6))
		return invalid(j, "a NUL is in it");
	if (!arena_begin())
		return invalid(j, "no memory");
	json = parse(line, size);
	if (!cJSON_IsObject(json))
		return invalid(j, "not valid JSON");
	return look_at(&v, json, 0);
}
