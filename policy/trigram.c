/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trigram.c - see trigram.h. Buckets are hashes: what shares one is found too much, never too
 * little. */
#include "trigram.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 16384u

static uint32_t bucket(const char *s)
{
	uint32_t three = (uint32_t)(unsigned char)s[0] << 16 | (uint32_t)(unsigned char)s[1] << 8 | (unsigned char)s[2];

	return three * 0x9e3779b1u >> 18;
}

/* Calls for each bucket of each text once: counts into starts[bucket + 1], or fills in from there.
 */
static void each_bucket(struct kfg_trigrams *t, const struct kfg_intern_texts *texts, uint32_t *seen, bool fill)
{
	memset(seen, 0, BUCKETS * sizeof(*seen));
	for (uint32_t i = 0; i < texts->slots.n; i++) {
		for (uint32_t k = 0; k + 3 <= texts->items[i].len; k++) {
			uint32_t b = bucket(texts->items[i].text + k);

			if (seen[b] == i + 1)
				continue;
			seen[b] = i + 1;
			if (fill)
				t->postings[t->starts[b]++] = i;
			else
				t->starts[b + 1]++;
		}
	}
}

int kfg_trigrams_build(struct kfg_trigrams *t, const struct kfg_intern_texts *texts)
{
	uint32_t *seen = calloc(BUCKETS, sizeof(*seen));

	t->starts = calloc(BUCKETS + 1, sizeof(*t->starts));
	if (!seen || !t->starts) {
		free(seen);
		return -ENOMEM;
	}
	each_bucket(t, texts, seen, false);
	for (uint32_t i = 0; i < BUCKETS; i++)
		t->starts[i + 1] += t->starts[i];
	t->postings = calloc(t->starts[BUCKETS] + 1, sizeof(*t->postings));
	if (t->postings) {
		each_bucket(t, texts, seen, true);
		/* filling in moved each start to the next bucket's */
		memmove(t->starts + 1, t->starts, BUCKETS * sizeof(*t->starts));
		t->starts[0] = 0;
	}
	free(seen);
	return t->postings ? 0 : -ENOMEM;
}

void kfg_trigrams_done(struct kfg_trigrams *t)
{
	free(t->starts);
	free(t->postings);
	*t = (struct kfg_trigrams){ 0 };
}

bool kfg_trigrams_find(const struct kfg_trigrams *t, const char *pattern, const uint32_t **ret_texts, uint32_t *ret_n)
{
	uint32_t best = 0, n = UINT32_MAX;

	for (const char *s = pattern; s[0] && s[1] && s[2]; s++) {
		uint32_t b;

		if (strcspn(s, "*?") < 3)
			continue;
		b = bucket(s);
		if (t->starts[b + 1] - t->starts[b] < n) {
			best = t->starts[b];
			n = t->starts[b + 1] - best;
		}
	}
	if (n == UINT32_MAX)
		return false;
	*ret_texts = t->postings + best;
	*ret_n = n;
	return true;
}
