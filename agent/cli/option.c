/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option.c - see option.h. */
#include "cli/option.h"

#include "base/log.h"
#include "base/strbuf.h"
#include "policy/policy.h"
#include <errno.h>
#include <string.h>
#include <time.h>

#define TEXT_MAX 512u

int kfg_option_word(const struct kfg_args *args, const char *verb, const char *name, const char *const *words, size_t n)
{
	_cleanup_strbuf_ struct kfg_strbuf all = KFG_STRBUF(TEXT_MAX);
	const char *value = kfg_args_value(args, name, words[0]);

	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i], value) == 0)
			return (int)i;
	for (size_t i = 0; i < n; i++)
		kfg_strbuf_printf(&all, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " or ", words[i]);
	kfg_log_error("%s: --%s=%s: must be %s", verb, name, value, kfg_strbuf_text(&all));
	return -EINVAL;
}

int kfg_option_day(const struct kfg_args *args, const char *verb, int32_t *ret_day)
{
	const char *at = kfg_args_value(args, "at", NULL);

	*ret_day = time(NULL) / 86400;
	if (!at || kfg_day_parse(at, ret_day) == 0)
		return 0;
	kfg_log_error("%s: --at=%s: not a date like 2027-01-15", verb, at);
	return -EINVAL;
}
