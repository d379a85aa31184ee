/* SPDX-License-Identifier: GPL-2.0-or-later */
/* detail.c - a KFGATE_DETAIL field parsed. */
#include "history/detail.h"

#include <errno.h>
#include "policy/policy.h"
#include "policy/verdict.h"
#include <string.h>

int kfg_detail_action_parse(const char *word, enum kfg_action *ret_action)
{
	for (unsigned i = 0; i < KFG_ACTION_MAX; i++)
		if (strcmp(word, kfg_action_str(i)) == 0) {
			*ret_action = i;
			return 0;
		}
	return -EINVAL;
}

int kfg_detail_reason_parse(const char *word, enum kfg_reason *ret_reason)
{
	for (unsigned i = 0; i < KFG_REASON_MAX; i++)
		if (strcmp(word, kfg_reason_str(i)) == 0) {
			*ret_reason = i;
			return 0;
		}
	return -EINVAL;
}

/* Cuts the word at *at, which ends before one of the separators, and moves behind it. */
static char *take(char **at, const char *separators, char *ret_separator)
{
	char *word = *at;
	size_t len = strcspn(word, separators);

	*ret_separator = word[len];
	*at = word + len + (word[len] != '\0');
	word[len] = '\0';
	return word;
}

/* Cuts the suffix off. */
static bool cut_end(char *text, const char *suffix)
{
	size_t len = strlen(text), n = strlen(suffix);

	if (len < n || strcmp(text + len - n, suffix) != 0)
		return false;
	text[len - n] = '\0';
	return true;
}

/* "RULE", "by WAIVER" or "2026-12-31", as the reason has it, with what separated it from the reason. */
static int take_object(char **at, char *separator, struct kfg_entry_kfunc *k)
{
	char *word;

	if (*separator != ' ')
		return 0;
	if (k->reason == KFG_REASON_WAIVED) {
		if (strncmp(*at, "by ", 3) != 0)
			return -EINVAL;
		*at += 3;
	}
	word = take(at, ",", separator);
	if (k->reason == KFG_REASON_RULE)
		k->rule = word;
	else if (k->reason == KFG_REASON_WAIVED)
		k->waiver = word;
	else
		return kfg_day_parse(word, &k->deadline);
	return 0;
}

/* "deadline DAY, use REPLACEMENT" */
static int take_rest(char *at, char separator, struct kfg_entry_kfunc *k)
{
	if (separator == ',' && strncmp(at, " deadline ", 10) == 0) {
		at += 10;
		if (kfg_day_parse(take(&at, ",", &separator), &k->deadline) < 0)
			return -EINVAL;
	}
	if (separator == ',' && strncmp(at, " use ", 5) == 0)
		k->replacement = at + 5;
	else if (separator)
		return -EINVAL;
	return 0;
}

int kfg_detail_parse(char *text, struct kfg_entry_kfunc *ret_kfunc)
{
	struct kfg_entry_kfunc k = {
		.name = text,
		.rule = "",
		.waiver = "",
		.replacement = "",
		.deadline = KFG_DAY_MAX,
	};
	char *at = strstr(text, ": "), *place = strstr(text, "; at "), separator;

	if (!at || at == text || (place && place < at))
		return -EINVAL;
	if (place)
		*place = '\0';
	*at = '\0';
	at += 2;
	k.live = !cut_end(at, ", by presence");
	if (kfg_detail_action_parse(take(&at, ",", &separator), &k.action) < 0 || separator != ',' || *at++ != ' ')
		return -EINVAL;
	if (kfg_detail_reason_parse(take(&at, " ,", &separator), &k.reason) < 0 ||
	    take_object(&at, &separator, &k) < 0 || take_rest(at, separator, &k) < 0)
		return -EINVAL;
	*ret_kfunc = k;
	return 0;
}
