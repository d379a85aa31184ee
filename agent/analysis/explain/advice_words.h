/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice_words.h - see advice_words.c. */
#pragma once

#include "analysis/explain/advice.h"

struct kfg_advice_words {
	const char *word; /* in JSON: never changes */
	const char *title;
	enum kfg_blame blame;
	const char *what;
	const char *todo; /* "": depends on more than the kind */
};

extern const struct kfg_advice_words kfg_advice_words[KFG_LOG_KIND_MAX];
