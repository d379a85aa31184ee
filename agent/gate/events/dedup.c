/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dedup.c - decisions that were recorded already, told from new ones. */
#include "gate/events/dedup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_NS (2ull * 1000 * 1000 * 1000)
#define RECENT 64u
#define PRESENT_SLOTS 4096u /* power of two; three quarters are used */

struct recent {
	__u64 digest;
	__u64 time_ns; /* 0: empty */
};

struct present {
	__u32 prog_id; /* 0: empty */
	__u32 action; /* the worst noted, plus one if it was carried out */
};

struct kfg_dedup {
	struct recent recent[RECENT];
	unsigned next;
	__u64 generation; /* of the present programs below */
	unsigned n_present;
	struct present present[PRESENT_SLOTS];
};

int kfg_dedup_new(struct kfg_dedup **ret_dedup)
{
	struct kfg_dedup *dedup = calloc(1, sizeof(*dedup));

	if (!dedup)
		return -ENOMEM;
	*ret_dedup = dedup;
	return 0;
}

void kfg_dedup_free(struct kfg_dedup *dedup)
{
	free(dedup);
}

/* FNV-1a, 64 bit */
static __u64 mix(__u64 h, const void *data, size_t size)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < size; i++)
		h = (h ^ p[i]) * 0x100000001b3ull;
	return h;
}

static __u64 mix_text(__u64 h, const char *text)
{
	return mix(h, text, strlen(text) + 1);
}

static __u64 digest(const struct kfg_event *e)
{
	__u32 prog_id = e->error ? 0 : e->prog_id;
	__u64 h = 0xcbf29ce484222325ull;

	h = mix(h, &e->pid, sizeof(e->pid));
	h = mix(h, &e->prog_type, sizeof(e->prog_type));
	h = mix(h, &e->n_insns, sizeof(e->n_insns));
	h = mix(h, &e->n_more, sizeof(e->n_more));
	h = mix(h, &e->error, sizeof(e->error));
	h = mix(h, &e->generation, sizeof(e->generation));
	h = mix(h, &prog_id, sizeof(prog_id));
	h = mix(h, &e->action, 1);
	h = mix(h, &e->reason, 1);
	h = mix_text(h, e->prog);
	for (size_t i = 0; i < e->n_kfuncs; i++) {
		h = mix_text(h, e->kfuncs[i].name);
		h = mix_text(h, e->kfuncs[i].module);
		h = mix(h, &e->kfuncs[i].action, 1);
	}
	return h;
}

static bool load_repeats(struct kfg_dedup *dedup, const struct kfg_event *event)
{
	__u64 now = event->time_ns, d = digest(event);

	for (unsigned i = 0; i < RECENT; i++) {
		struct recent *r = &dedup->recent[i];
		__u64 apart = now > r->time_ns ? now - r->time_ns : r->time_ns - now;

		if (!r->time_ns || r->digest != d || apart > WINDOW_NS)
			continue;
		return true;
	}
	dedup->recent[dedup->next] = (struct recent){ d, now ? now : 1 };
	dedup->next = (dedup->next + 1) % RECENT;
	return false;
}

static bool present_repeats(struct kfg_dedup *dedup, const struct kfg_event *event)
{
	__u32 action = 2u * event->action + event->enforced;
	struct present *p;

	if (!event->prog_id)
		return false;
	if (dedup->generation != event->generation) {
		memset(dedup->present, 0, sizeof(dedup->present));
		dedup->n_present = 0;
		dedup->generation = event->generation;
	}
	for (__u32 i = event->prog_id * 0x9e3779b1u;; i++) {
		p = &dedup->present[i % PRESENT_SLOTS];
		if (!p->prog_id || p->prog_id == event->prog_id)
			break;
	}
	if (p->prog_id && p->action >= action)
		return true;
	if (!p->prog_id && dedup->n_present >= PRESENT_SLOTS / 4 * 3)
		return false;
	dedup->n_present += !p->prog_id;
	*p = (struct present){ event->prog_id, action };
	return false;
}

bool kfg_dedup_repeats(struct kfg_dedup *dedup, const struct kfg_event *event)
{
	return event->kind == KFG_EVENT_PRESENT ? present_repeats(dedup, event) : load_repeats(dedup, event);
}
