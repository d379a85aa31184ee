/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kfunc_data.c - the tables made from the lifecycle data, and questions to them. */
#include "analysis/lifecycle/kfunc_data.h"

#include "policy/edit_distance.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const struct kfg_kfunc_history kfg_kfunc_history[] = {
#include "kfunc_history.inc"
};
const size_t kfg_kfunc_history_n = sizeof(kfg_kfunc_history) / sizeof(kfg_kfunc_history[0]);

const struct kfg_kfunc_signature kfg_kfunc_signatures[] = {
#include "kfunc_signatures.inc"
};
const size_t kfg_kfunc_signatures_n = sizeof(kfg_kfunc_signatures) / sizeof(kfg_kfunc_signatures[0]);

static const char *const kfunc_releases[] = {
#include "kfunc_releases.inc"
};

unsigned kfg_kfunc_release_parse(const char *text)
{
	char *end;
	unsigned long major, minor;

	if (!isdigit((unsigned char)text[0]))
		return 0;
	major = strtoul(text, &end, 10);
	if (*end != '.' || !isdigit((unsigned char)end[1]))
		return 0;
	minor = strtoul(end + 1, NULL, 10);
	return major && major < 100 && minor < 1000 ? KFG_RELEASE((unsigned)major, (unsigned)minor) : 0;
}

const struct kfg_kfunc_history *kfg_kfunc_history_find(const char *name)
{
	for (size_t i = 0; i < kfg_kfunc_history_n; i++)
		if (strcmp(kfg_kfunc_history[i].name, name) == 0)
			return &kfg_kfunc_history[i];
	return NULL;
}

const struct kfg_kfunc_signature *kfg_kfunc_signature_find(const char *name, unsigned release)
{
	const struct kfg_kfunc_signature *found = NULL;

	/* the rows of a kfunc are in the order of releases */
	for (size_t i = 0; i < kfg_kfunc_signatures_n; i++) {
		const struct kfg_kfunc_signature *s = &kfg_kfunc_signatures[i];

		if (strcmp(s->name, name) == 0 && (!found || !release || kfg_kfunc_release_parse(s->from) <= release))
			found = s;
	}
	return found;
}

bool kfg_kfunc_gives_back(const char *name)
{
	static const char end[] = "_release";
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(kfunc_releases) / sizeof(kfunc_releases[0]); i++)
		if (strcmp(kfunc_releases[i], name) == 0)
			return true;
	return n > sizeof(end) - 1 && strcmp(name + n - (sizeof(end) - 1), end) == 0 && !kfg_kfunc_history_find(name);
}

const struct kfg_btf_defect *kfg_btf_defect_find(const char *name)
{
	for (size_t i = 0; i < kfg_btf_defects_n; i++)
		if (strcmp(kfg_btf_defects[i].name, name) == 0)
			return &kfg_btf_defects[i];
	return NULL;
}

const struct kfg_proto_change *kfg_proto_change_find(const char *name)
{
	for (size_t i = 0; i < kfg_proto_changes_n; i++)
		if (strcmp(kfg_proto_changes[i].name, name) == 0)
			return &kfg_proto_changes[i];
	return NULL;
}

enum kfg_presence kfg_kfunc_history_presence(const struct kfg_kfunc_history *h, unsigned release)
{
	if (!h || !release || !h->introduced[0])
		return KFG_PRESENCE_UNKNOWN;
	if (release < kfg_kfunc_release_parse(h->introduced))
		return KFG_PRESENCE_TOO_OLD;
	if (h->absent_from[0] && release >= kfg_kfunc_release_parse(h->absent_from) &&
	    release <= kfg_kfunc_release_parse(h->absent_to))
		return KFG_PRESENCE_ABSENT;
	return KFG_PRESENCE_SINCE;
}

const char *kfg_kfunc_history_nearest(const char *name)
{
	const char *best = NULL;
	unsigned least = 3;
	size_t n = strlen(name);

	for (size_t i = 0; i < kfg_kfunc_history_n; i++) {
		const char *known = kfg_kfunc_history[i].name;
		size_t m = strlen(known);
		unsigned d = (m > n ? m - n : n - m) < least ? kfg_edit_distance(name, known, false) : least;

		if (d < least) {
			least = d;
			best = known;
		}
	}
	return best;
}
