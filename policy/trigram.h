/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trigram.h - which names hold three given characters in a row: few of many, for patterns that
 * begin with '*'. */
#pragma once

#include "intern.h"

#include <stdbool.h>

struct kfg_trigrams {
	uint32_t *starts; /* owned; per bucket, of postings; one more at the end */
	uint32_t *postings; /* owned; indexes of texts, ascending in each bucket */
};

/* All zero before; to be given to _done also after a failure. 0 or -ENOMEM. */
int kfg_trigrams_build(struct kfg_trigrams *t, const struct kfg_intern_texts *texts);
void kfg_trigrams_done(struct kfg_trigrams *t);

/*
 * The shortest list of texts among which all that a pattern of '*' and '?' can match are; they are
 * still to be compared. False: the pattern has no three literal characters in a row.
 */
bool kfg_trigrams_find(const struct kfg_trigrams *t, const char *pattern, const uint32_t **ret_texts, uint32_t *ret_n);
