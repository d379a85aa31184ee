/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history/past.h"

#include "base/text.h"
#include "history/detail.h"
#include "journal/record.h"
#include <errno.h>
#include <kfgate/policy.h>
#include <kfgate/verdict.h>
#include <stdlib.h>
#include <string.h>

struct wanted {
	const char *name;
	size_t len;
	size_t offset; /* of the const char * in struct kfg_past */
};

#define FIELD(name, member) { name, sizeof(name) - 1, offsetof(struct kfg_past, member) }

static const struct wanted wanted[] = {
	FIELD("MESSAGE_ID", message_id),
	FIELD("_UID", sender_uid),
	FIELD("_SYSTEMD_UNIT", sender_unit),
	FIELD("_HOSTNAME", host),
	FIELD("_MACHINE_ID", machine),
	FIELD("KFGATE_PROG_NAME", prog),
	FIELD("KFGATE_PROG_TYPE", type),
	FIELD("KFGATE_UNIT", unit),
	FIELD("KFGATE_EXE", exe),
	FIELD("KFGATE_COMM", comm),
	FIELD("KFGATE_UID", loader_uid),
	FIELD("KFGATE_PID", pid),
	FIELD("KFGATE_USERNS", userns),
	FIELD("KFGATE_TOKEN", token_word),
	FIELD("KFGATE_RULE", rule),
	FIELD("KFGATE_ACTION", action_word),
	FIELD("KFGATE_REASON", reason_word),
	FIELD("KFGATE_DEPRECATED_IN", deprecated_in),
	FIELD("KFGATE_REMOVED_IN", removed_in),
	FIELD("KFGATE_REPLACEMENT", replacement),
	FIELD("KFGATE_WAIVER_UNTIL", until_text),
	FIELD("KFGATE_POLICY", policy),
	FIELD("KFGATE_KERNEL_RELEASE", release),
	FIELD("KFGATE_COUNT", count_text),
	FIELD("KFGATE_MORE", more_text),
};
#define N_WANTED (sizeof(wanted) / sizeof(wanted[0]))

static const char **member(struct kfg_past *p, const struct wanted *w)
{
	return (const char **)(void *)((char *)p + w->offset);
}

void kfg_past_begin(struct kfg_past *past, uint64_t time_usec)
{
	memset(past, 0, offsetof(struct kfg_past, text));
	past->time_usec = time_usec;
	past->prog_type = past->uid = UINT32_MAX;
	past->waiver_until = KFG_DAY_MAX;
	for (size_t i = 0; i < N_WANTED; i++)
		*member(past, &wanted[i]) = "";
}

static bool is_ascii(const char *value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (value[i] < ' ' || value[i] > '~')
			return false;
	return true;
}

/* A clean copy of the value in the record's memory; NULL: no room. */
static char *keep(struct kfg_past *p, const char *value, size_t size)
{
	size_t room = sizeof(p->text) - p->used, most = 4 * size + 1; /* every byte as \xNN */
	char *copy = p->text + p->used;

	if (memchr(value, '\0', size) || room < most) {
		p->broken = true;
		return NULL;
	}
	if (is_ascii(value, size)) { /* as nearly all are */
		memcpy(copy, value, size);
		copy[size] = '\0';
		p->used += size + 1;
		return copy;
	}
	kfg_text_clean(value, size, copy, most);
	p->used += strlen(copy) + 1;
	return copy;
}

static void add_detail(struct kfg_past *p, const char *value, size_t size)
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

static void add_waiver(struct kfg_past *p, const char *value, size_t size)
{
	char *copy = p->n_waivers < KFG_EVENT_KFUNCS ? keep(p, value, size) : NULL;

	if (copy)
		p->waivers[p->n_waivers++] = copy;
	else
		p->broken = true;
}

static bool is(const char *field, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(field, name, len) == 0;
}

void kfg_past_field(struct kfg_past *past, const void *data, size_t size)
{
	const char *field = data, *equals;
	size_t len;

	/* most fields are not wanted, and this is asked of each field of each record */
	if (size < 5 || (field[0] != 'K' && field[0] != '_' && field[0] != 'M'))
		return;
	equals = memchr(field, '=', size);
	if (!equals)
		return;
	len = equals - field;
	if (is(field, len, "KFGATE_DETAIL")) {
		add_detail(past, equals + 1, size - len - 1);
		return;
	}
	if (is(field, len, "KFGATE_WAIVER")) {
		add_waiver(past, equals + 1, size - len - 1);
		return;
	}
	for (size_t i = 0; i < N_WANTED; i++) {
		char *copy;

		if (wanted[i].len != len || memcmp(wanted[i].name, field, len) != 0)
			continue;
		copy = keep(past, equals + 1, size - len - 1);
		if (copy)
			*member(past, &wanted[i]) = copy;
		return;
	}
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

static bool find_kind(struct kfg_past *p)
{
	for (size_t i = 0; i < KFG_MESSAGE_MAX; i++)
		if (strcmp(p->message_id, kfg_message_kinds[i].id) == 0) {
			p->kind = i;
			return true;
		}
	return false;
}

static bool finish_decision(struct kfg_past *p)
{
	uint64_t uid = UINT32_MAX;
	uint32_t type;

	if (kfg_action_parse(p->action_word, &p->action) < 0 ||
	    kfg_reason_parse(p->reason_word, &p->reason) < 0 ||
	    !number(p->loader_uid, UINT32_MAX, &uid) || !day(p->until_text, &p->waiver_until) ||
	    !number(p->more_text, UINT32_MAX, &p->more))
		return false;
	if (p->type[0] && kfg_prog_type_parse(p->type, &type) == 0)
		p->prog_type = type;
	if (p->n_waivers != 1)
		p->waiver_until = KFG_DAY_MAX;
	p->uid = uid;
	p->loader_known = p->pid[0];
	p->initial = strcmp(p->userns, "initial") == 0 && strcmp(p->token_word, "no") == 0;
	p->token = strcmp(p->token_word, "yes") == 0;
	p->worst = 0;
	while (p->worst < p->n_kfuncs && (p->kfuncs[p->worst].action != p->action ||
					  p->kfuncs[p->worst].reason != p->reason))
		p->worst++;
	return true;
}

enum kfg_past_class kfg_past_end(struct kfg_past *past, const char *unit)
{
	if (strcmp(past->sender_uid, "0") != 0 || strcmp(past->sender_unit, unit) != 0)
		return KFG_PAST_FOREIGN;
	if (past->broken || !find_kind(past) || !number(past->count_text, UINT64_MAX, &past->count))
		return KFG_PAST_MALFORMED;
	if (past->kind < KFG_PAST_DECISIONS && !finish_decision(past))
		return KFG_PAST_MALFORMED;
	return KFG_PAST_GATE;
}
