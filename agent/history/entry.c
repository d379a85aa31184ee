/* SPDX-License-Identifier: GPL-2.0-or-later */
/* entry.c - fields of a journal entry checked and put together to one record. */
#include "history/entry.h"

#include "base/text.h"
#include "history/detail.h"
#include "record/record.h"
#include <errno.h>
#include "policy/policy.h"
#include "policy/verdict.h"
#include <stdlib.h>
#include <string.h>

typedef void add_fn(struct kfg_entry *p, const char *value, size_t size);
static add_fn add_detail, add_waiver;

struct wanted {
	const char *name;
	size_t offset; /* of the const char * in struct kfg_entry */
	add_fn *add; /* for a field that comes several times */
};

#define FIELD(name, member)                                                                                            \
	{                                                                                                              \
		name, offsetof(struct kfg_entry, member), NULL                                                         \
	}

/* By the length of the name: most fields of a record are not wanted, and this is asked of each of them. */
#define NAME_MAX_LEN 21
static const struct wanted wanted[NAME_MAX_LEN + 1][11] = {
	[4] = { FIELD("_UID", sender_uid) },
	[9] = { FIELD("_HOSTNAME", host) },
	[10] = { FIELD("MESSAGE_ID", message_id), FIELD("KFGATE_EXE", exe), FIELD("KFGATE_UID", loader_uid),
		 FIELD("KFGATE_PID", pid) },
	[11] = { FIELD("_MACHINE_ID", machine), FIELD("KFGATE_UNIT", unit), FIELD("KFGATE_COMM", comm),
		 FIELD("KFGATE_RULE", rule), FIELD("KFGATE_MORE", more_text) },
	[12] = { FIELD("KFGATE_TOKEN", token_word), FIELD("KFGATE_COUNT", count_text) },
	[13] = { FIELD("_SYSTEMD_UNIT", sender_unit),
		 FIELD("KFGATE_CGROUP", cgroup),
		 FIELD("KFGATE_SIGNED", signed_word),
		 FIELD("KFGATE_USERNS", userns),
		 FIELD("KFGATE_ACTION", action_word),
		 FIELD("KFGATE_REASON", reason_word),
		 FIELD("KFGATE_POLICY", policy),
		 { "KFGATE_DETAIL", 0, add_detail },
		 { "KFGATE_WAIVER", 0, add_waiver },
		 FIELD("KFGATE_UNTOLD", suppressed_text) },
	[14] = { FIELD("KFGATE_ATTEMPT", attempt), FIELD("KFGATE_KEYRING", signature) },
	[15] = { FIELD("KFGATE_EXE_NAME", exe_name) },
	[16] = { FIELD("KFGATE_PROG_NAME", prog), FIELD("KFGATE_PROG_TYPE", type) },
	[17] = { FIELD("KFGATE_REMOVED_IN", removed_in) },
	[18] = { FIELD("KFGATE_REPLACEMENT", replacement) },
	[19] = { FIELD("KFGATE_WAIVER_UNTIL", until_text) },
	[20] = { FIELD("KFGATE_DEPRECATED_IN", deprecated_in) },
	[21] = { FIELD("KFGATE_KERNEL_RELEASE", release) },
};

static const char **member(struct kfg_entry *p, const struct wanted *w)
{
	return (const char **)(void *)((char *)p + w->offset);
}

void kfg_entry_begin(struct kfg_entry *entry, uint64_t time_usec)
{
	memset(entry, 0, offsetof(struct kfg_entry, text));
	entry->time_usec = time_usec;
	entry->prog_type = entry->uid = UINT32_MAX;
	entry->waiver_until = KFG_DAY_MAX;
	for (size_t len = 0; len <= NAME_MAX_LEN; len++)
		for (const struct wanted *w = wanted[len]; w->name; w++)
			if (!w->add)
				*member(entry, w) = "";
}

/* From ' ' to '~', all of them; eight at a time, as this is asked of half of a record. */
static bool is_ascii(const char *value, size_t size)
{
	const uint64_t each = UINT64_MAX / 255;
	uint64_t bad = 0, word;

	for (; size >= sizeof(word); value += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, value, sizeof(word));
		bad |= (word - each * ' ') & ~word; /* the high bit of some byte: one is below ' ' */
		bad |= (word + each * (127 - '~')) | word; /* ... one is above '~' */
	}
	bad &= each * 128;
	for (size_t i = 0; i < size; i++)
		bad |= value[i] < ' ' || value[i] > '~';
	return !bad;
}

/* A clean copy of the value in the record's memory; NULL: no room. */
static char *keep(struct kfg_entry *p, const char *value, size_t size)
{
	size_t room = sizeof(p->text) - p->used, most = 4 * size + 1; /* every byte as \xNN */
	char *copy = p->text + p->used;

	if (room >= most && is_ascii(value, size)) { /* as nearly all are */
		memcpy(copy, value, size);
		copy[size] = '\0';
		p->used += size + 1;
		return copy;
	}
	if (memchr(value, '\0', size) || room < most) {
		p->broken = true;
		return NULL;
	}
	kfg_text_clean(value, size, copy, most);
	p->used += strlen(copy) + 1;
	return copy;
}

static void add_detail(struct kfg_entry *p, const char *value, size_t size)
{
	char *copy;

	if (p->n_kfuncs >= KFG_EVENT_KFUNCS) {
		p->broken = true;
		return;
	}
	copy = keep(p, value, size);
	if (!copy || kfg_detail_parse(copy, &p->kfuncs[p->n_kfuncs]) < 0)
		p->broken = true;
	else
		p->n_kfuncs++;
}

static void add_waiver(struct kfg_entry *p, const char *value, size_t size)
{
	char *copy = p->n_waivers < KFG_EVENT_KFUNCS ? keep(p, value, size) : NULL;

	if (copy)
		p->waivers[p->n_waivers++] = copy;
	else
		p->broken = true;
}

/* journald's own fields, _PID and others, are half of a record: four are wanted. */
static const struct wanted *find_wanted(const char *name, size_t len)
{
	if (len < 4 || len > NAME_MAX_LEN || (name[0] != '_' && name[0] != 'K' && name[0] != 'M') ||
	    (name[0] == '_' && name[1] != 'U' && name[1] != 'H' && name[1] != 'M' && name[1] != 'S'))
		return NULL;
	for (const struct wanted *w = wanted[len]; w->name; w++)
		if (w->name[len - 1] == name[len - 1] && memcmp(w->name, name, len) == 0)
			return w;
	return NULL;
}

enum kfg_entry_wants kfg_entry_wants(const char *name, size_t len)
{
	const struct wanted *w = find_wanted(name, len);

	return !w ? KFG_ENTRY_UNWANTED : w->add ? KFG_ENTRY_SEVERAL : KFG_ENTRY_ONE;
}

static void add_value(struct kfg_entry *entry, const struct wanted *w, const char *value, size_t size)
{
	const char *copy;

	if (w->add) {
		w->add(entry, value, size);
		return;
	}
	copy = keep(entry, value, size);
	if (copy)
		*member(entry, w) = copy;
}

void kfg_entry_value(struct kfg_entry *entry, const char *name, const char *value, size_t size)
{
	const struct wanted *w = find_wanted(name, strlen(name));

	if (w && value)
		add_value(entry, w, value, size);
	else if (w)
		entry->broken = true;
}

void kfg_entry_field(struct kfg_entry *entry, const void *data, size_t size)
{
	const char *field = data, *equals;
	const struct wanted *w;

	if (size < 5 || (field[0] != '_' && field[0] != 'K' && field[0] != 'M'))
		return;
	equals = memchr(field, '=', size < NAME_MAX_LEN + 1 ? size : NAME_MAX_LEN + 1);
	w = equals ? find_wanted(field, equals - field) : NULL;
	if (w)
		add_value(entry, w, equals + 1, field + size - equals - 1);
}

/* True with the number, or with *ret_number untouched where the text is empty. */
static bool number(const char *text, uint64_t max, uint64_t *ret_number)
{
	unsigned long long n;
	char *end;

	if (!text[0])
		return true;
	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || *end || n > max)
		return false;
	*ret_number = n;
	return true;
}

static bool day(const char *text, int32_t *ret_day)
{
	return !text[0] || kfg_day_parse(text, ret_day) == 0;
}

static bool find_kind(struct kfg_entry *p)
{
	for (size_t i = 0; i < KFG_MESSAGE_MAX; i++)
		if (strcmp(p->message_id, kfg_message_kinds[i].id) == 0) {
			p->kind = i;
			return true;
		}
	return false;
}

/* The kfunc that decided, by what the record says of it: the order in which kfuncs come says nothing. */
static void find_worst(struct kfg_entry *p)
{
	p->worst = p->n_kfuncs;
	for (size_t i = p->n_kfuncs; i-- > 0;) {
		const struct kfg_entry_kfunc *k = &p->kfuncs[i];
		bool exact = strcmp(k->replacement, p->replacement) == 0;

		if (k->action == p->action && k->reason == p->reason && (exact || p->worst == p->n_kfuncs))
			p->worst = i;
	}
}

static bool finish_decision(struct kfg_entry *p)
{
	uint64_t uid = UINT32_MAX;
	uint32_t type;

	if (kfg_detail_action_parse(p->action_word, &p->action) < 0 ||
	    kfg_detail_reason_parse(p->reason_word, &p->reason) < 0 || !number(p->loader_uid, UINT32_MAX, &uid) ||
	    !day(p->until_text, &p->waiver_until) || !number(p->more_text, UINT32_MAX, &p->more))
		return false;
	if (p->type[0] && kfg_prog_type_parse(p->type, &type) == 0)
		p->prog_type = type;
	if (p->n_waivers != 1)
		p->waiver_until = KFG_DAY_MAX;
	p->uid = uid;
	p->loader_known = p->pid[0];
	p->initial = strcmp(p->userns, "initial") == 0 && strcmp(p->token_word, "no") == 0;
	p->token = strcmp(p->token_word, "yes") == 0;
	if (strcmp(p->signed_word, "yes") != 0)
		p->signature = strcmp(p->signed_word, "no") == 0 ? "no" : "";
	find_worst(p);
	return true;
}

static bool finish_tampering(struct kfg_entry *p)
{
	uint64_t uid = UINT32_MAX;

	if (!p->attempt[0] || !number(p->loader_uid, UINT32_MAX, &uid) ||
	    !number(p->suppressed_text, UINT32_MAX, &p->suppressed))
		return false;
	p->uid = uid;
	return true;
}

enum kfg_entry_class kfg_entry_end(struct kfg_entry *entry, const char *unit)
{
	if (strcmp(entry->sender_uid, "0") != 0 || strcmp(entry->sender_unit, unit) != 0)
		return KFG_ENTRY_FOREIGN;
	if (entry->broken || !find_kind(entry) || !number(entry->count_text, UINT64_MAX, &entry->count))
		return KFG_ENTRY_MALFORMED;
	if (entry->kind < KFG_ENTRY_DECISIONS && !finish_decision(entry))
		return KFG_ENTRY_MALFORMED;
	if (entry->kind == KFG_MESSAGE_TAMPERING && !finish_tampering(entry))
		return KFG_ENTRY_MALFORMED;
	return KFG_ENTRY_GATE;
}
