/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse_value.c - scalars: words, texts, days, numbers, kernel versions. */
#include "parse.h"
#include "utf8.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int kfg_parse_word(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	int i = kfg_words_find(key->words, value->text);
	const char *near;
	char list[256];
	size_t at = 0;

	if (i >= 0) {
		*(uint8_t *)out = (uint8_t)i;
		return 0;
	}
	list[0] = 0;
	for (size_t k = 0; k < key->words->n && at < sizeof(list); k++)
		if (key->words->items[k])
			at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s",
					       !at		     ? "" :
					       k + 1 < key->words->n ? ", " :
								       " or ",
					       key->words->items[k]);
	near = kfg_words_nearest(key->words, value->text);
	kfg_parse_finding(p, value, KFG_DIAG_BAD_VALUE, "\"%.64s\" is not what \"%s\" can be, which is %s%s%s%s",
			  value->text, key->name, list, near ? ": did you mean \"" : "", near ? near : "",
			  near ? "\"?" : "");
	return 0;
}

int kfg_parse_override(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	uint32_t *overrides = out;

	for (const struct kfg_node *i = value->first; i; i = i->next) {
		uint8_t setting = KFG_SETTING_NONE;

		if (i->kind != KFG_NODE_SCALAR)
			kfg_parse_finding(p, i, KFG_DIAG_BAD_VALUE, "an entry of \"%s\" is the name of one setting",
					  key->name);
		else
			(void)kfg_parse_word(p, key, i, &setting);
		*overrides |= UINT32_C(1) << setting;
	}
	return 0;
}

int kfg_parse_id(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	size_t len = strlen(value->text), ok = 0;
	char *copy;

	while (value->text[ok] && (isalnum((unsigned char)value->text[ok]) || strchr("._:/@+-", value->text[ok])))
		ok++;
	if (!len || ok < len) {
		kfg_parse_finding(p, value, KFG_DIAG_BAD_NAME,
				  "\"%.64s\" cannot be \"%s\", which is made of letters, digits and ._:/@+-",
				  value->text, key->name);
		return 0;
	}
	if (len > key->limit) {
		kfg_parse_finding(p, value, KFG_DIAG_TOO_LARGE, "\"%s\" has %zu characters, and may have %zu",
				  key->name, len, key->limit);
		return 0;
	}
	copy = kfg_arena_strndup(&p->policy->arena, value->text, len);
	if (!copy)
		return -ENOMEM;
	*(const char **)out = copy;
	return 0;
}

/* One line: line breaks and tabs, which folded text may hold, become spaces. */
int kfg_parse_text(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	size_t len = strlen(value->text);
	char *copy;
	uint32_t c;

	if (len > key->limit) {
		kfg_parse_finding(p, value, KFG_DIAG_TOO_LARGE, "\"%s\" has %zu bytes, and may have %zu", key->name,
				  len, key->limit);
		return 0;
	}
	copy = kfg_arena_strndup(&p->policy->arena, value->text, len);
	if (!copy)
		return -ENOMEM;
	while (len && isspace((unsigned char)copy[len - 1]))
		copy[--len] = 0;
	if (!len) {
		kfg_parse_finding(p, value, KFG_DIAG_MISSING_VALUE,
				  "\"%s\" is empty: give it a value or leave the key out", key->name);
		return 0;
	}
	for (size_t i = 0, n; i < len; i += n) {
		n = kfg_utf8_decode(copy + i, len - i, &c);
		if (n == 1 && isspace((int)c))
			copy[i] = ' ';
		else if (!n || !kfg_utf8_printable(c)) {
			kfg_parse_finding(p, value, KFG_DIAG_ENCODING,
					  "\"%s\" holds the invisible character U+%04X: remove it", key->name,
					  (unsigned)c);
			return 0;
		}
	}
	*(const char **)out = copy;
	return 0;
}

int kfg_parse_day(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	if (kfg_day_parse(value->text, out))
		kfg_parse_finding(p, value, KFG_DIAG_BAD_VALUE,
				  "\"%.64s\" is not a day of the calendar: \"%s\" is written YYYY-MM-DD", value->text,
				  key->name);
	return 0;
}

bool kfg_parse_number(struct kfg_parse *p, const struct kfg_node *node, const char *what, uint64_t max,
		      uint64_t *ret_number)
{
	const char *s = node->text;
	uint64_t n = 0;

	if (!node->plain && node->kind == KFG_NODE_SCALAR && isdigit((unsigned char)*s)) {
		kfg_parse_finding(p, node, KFG_DIAG_BAD_VALUE, "\"%s\" is a number: write it without quotes", what);
		return false;
	}
	if (!isdigit((unsigned char)*s) || (*s == '0' && s[1]))
		goto bad;
	for (; isdigit((unsigned char)*s); s++) {
		if (n > (max - (uint64_t)(*s - '0')) / 10)
			goto bad;
		n = n * 10 + (uint64_t)(*s - '0');
	}
	if (*s)
		goto bad;
	*ret_number = n;
	return true;
bad:
	kfg_parse_finding(p, node, KFG_DIAG_BAD_VALUE,
			  "\"%.64s\" is not a whole number from 0 to %" PRIu64 ", which \"%s\" is", node->text, max,
			  what);
	return false;
}

int kfg_parse_serial(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	struct kfg_settings *settings = out;
	uint64_t n;

	settings->has_serial = true; /* also when it is wrong: one finding is enough */
	if (kfg_parse_number(p, value, key->name, INT64_MAX, &n))
		settings->serial = (int64_t)n;
	return 0;
}

int kfg_parse_release(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	struct kfg_release *release = out;
	uint32_t version;
	char hint[16];
	int r = kfg_kernel_version_parse(value->text, &version, hint);

	if (r == -ERANGE) {
		kfg_parse_finding(p, value, KFG_DIAG_UNKNOWN_KERNEL,
				  "there is no kernel %.16s: the numbers went on with %u.0 before "
				  "that, so \"%s\" is probably \"%s\"",
				  value->text, (unsigned)(hint[0] - '0'), key->name, hint);
		return 0;
	}
	if (r) {
		kfg_parse_finding(p, value, KFG_DIAG_BAD_VALUE,
				  "\"%.64s\" is not a kernel version: \"%s\" is written as in \"6.12\"", value->text,
				  key->name);
		return 0;
	}
	release->text = kfg_arena_strndup(&p->policy->arena, value->text, strlen(value->text));
	release->version = version;
	release->place = kfg_node_place(p, value);
	return release->text ? 0 : -ENOMEM;
}

/* A number from 1 to max, or 0. */
static int small_number(const char *text, size_t max)
{
	size_t n = 0;

	for (const char *s = text; *s; s++) {
		if (!isdigit((unsigned char)*s) || n > max)
			return 0;
		n = n * 10 + (size_t)(*s - '0');
	}
	return n <= max && text[0] != '0' ? (int)n : 0;
}

int kfg_parse_errno(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	int number = kfg_errno_parse(value->text);

	if (!number && value->plain)
		number = small_number(value->text, key->limit);
	if (number)
		*(int *)out = number;
	else
		kfg_parse_finding(p, value, KFG_DIAG_BAD_VALUE,
				  "\"%.64s\" is no error that a refused load can get: \"%s\" is "
				  "EACCES, EPERM or a number from 1 to %zu",
				  value->text, key->name, key->limit);
	return 0;
}

/* "180d", or 0 */
int kfg_parse_age(struct kfg_parse *p, const struct kfg_key *key, const struct kfg_node *value, void *out)
{
	size_t len = strlen(value->text);
	char digits[16];
	int days = 0;

	if (len > 1 && len < sizeof(digits) && value->text[len - 1] == 'd') {
		memcpy(digits, value->text, len - 1);
		digits[len - 1] = 0;
		days = small_number(digits, key->limit);
	}
	if (days || !strcmp(value->text, "0"))
		*(int32_t *)out = days;
	else
		kfg_parse_finding(p, value, KFG_DIAG_BAD_VALUE,
				  "\"%.64s\" is no age in days, as in \"180d\": \"%s\" is from 1d to "
				  "%zud, or 0 for any age",
				  value->text, key->name, key->limit);
	return 0;
}
