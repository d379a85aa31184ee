/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis/explain/kfunc_data.h"

#include "base/text.h"
#include <string.h>

const struct kfg_kfunc_history kfg_kfunc_history[] = {
#include "kfunc_history.inc"
};
const size_t kfg_n_kfunc_history = sizeof(kfg_kfunc_history) / sizeof(kfg_kfunc_history[0]);

const struct kfg_kfunc_history *kfg_kfunc_history_find(const char *name)
{
	for (size_t i = 0; i < kfg_n_kfunc_history; i++)
		if (strcmp(kfg_kfunc_history[i].name, name) == 0)
			return &kfg_kfunc_history[i];
	return NULL;
}

const struct kfg_btf_defect *kfg_btf_defect_find(const char *name)
{
	for (size_t i = 0; i < kfg_n_btf_defects; i++)
		if (strcmp(kfg_btf_defects[i].name, name) == 0)
			return &kfg_btf_defects[i];
	return NULL;
}

const struct kfg_proto_change *kfg_proto_change_find(const char *name)
{
	for (size_t i = 0; i < kfg_n_proto_changes; i++)
		if (strcmp(kfg_proto_changes[i].name, name) == 0)
			return &kfg_proto_changes[i];
	return NULL;
}

const char *kfg_kfunc_nearest(const char *name)
{
	const char *best = NULL;
	unsigned least = 3;
	size_t n = strlen(name);

	for (size_t i = 0; i < kfg_n_kfunc_history; i++) {
		const char *known = kfg_kfunc_history[i].name;
		size_t m = strlen(known);
		unsigned d = (m > n ? m - n : n - m) < least ? kfg_text_distance(name, known) : least;

		if (d < least) {
			least = d;
			best = known;
		}
	}
	return best;
}
