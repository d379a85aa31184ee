/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status_parts.c - how often each part of the policy in force decided. */
#include "gate/status/status.h"

#include <inttypes.h>

#define LINE_ROOM 1024u /* kept for one more line */

void kfg_status_part_name(const struct kfg_status_part *part, struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, part->name ? part->name : "");
	if (part->module)
		kfg_strbuf_printf(out, " [%s]", part->module);
}

void kfg_status_parts(const struct kfg_status *s, size_t from, struct kfg_strbuf *out)
{
	for (size_t i = from; i < s->n_parts; i++) {
		const struct kfg_status_part *p = &s->parts[i];

		if (out->size + LINE_ROOM > out->max) {
			kfg_strbuf_printf(out, "more\t%zu\n", i);
			return;
		}
		kfg_strbuf_printf(out, "%s\t", p->kind);
		kfg_status_part_name(p, out);
		kfg_strbuf_printf(out, "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", p->loads, p->present,
				  p->last_usec, p->since_usec);
	}
}

size_t kfg_status_rules_used(const struct kfg_status *s)
{
	size_t used = 0;

	for (size_t i = 1; i <= s->n_rules && i < s->n_parts; i++)
		used += s->parts[i].loads || s->parts[i].present;
	return used;
}
