/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attempts.c - attempts on the gate, of which alike ones within a time become one record. */
#include "gate/events/attempts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct told {
	__u32 pid;
	__u32 kind;
};

struct kfg_attempts {
	__u64 window; /* when it began; what was told within it: */
	unsigned n;
	struct told told[KFG_ATTEMPTS_MAX + KFG_ATTEMPT_MAX];
	__u32 kinds; /* a bit for each */
	uint64_t suppressed;
};

int kfg_attempts_new(struct kfg_attempts **ret_attempts)
{
	struct kfg_attempts *attempts = calloc(1, sizeof(*attempts));

	if (!attempts)
		return -ENOMEM;
	*ret_attempts = attempts;
	return 0;
}

void kfg_attempts_free(struct kfg_attempts *attempts)
{
	free(attempts);
}

static bool was_told(const struct kfg_attempts *attempts, const struct kfg_attempt *attempt)
{
	for (unsigned i = 0; i < attempts->n; i++)
		if (attempts->told[i].pid == attempt->pid && attempts->told[i].kind == attempt->kind)
			return true;
	return false;
}

/* A kind that is new within the window has a place of its own: many attempts of one kind hide none of another. */
static bool has_place(const struct kfg_attempts *attempts, __u32 kind)
{
	return attempts->n < KFG_ATTEMPTS_MAX || (kind < KFG_ATTEMPT_MAX && !(attempts->kinds & 1u << kind));
}

bool kfg_attempts_are_recorded(struct kfg_attempts *attempts, const struct kfg_attempt *attempt,
			       uint64_t *ret_suppressed)
{
	/* events of several CPUs may come out of order: those from before the window belong to it */
	if (attempt->time_ns >= attempts->window + KFG_ATTEMPTS_WINDOW_NS || !attempts->n) {
		attempts->window = attempt->time_ns;
		attempts->n = 0;
		attempts->kinds = 0;
	}
	if (!has_place(attempts, attempt->kind) || was_told(attempts, attempt)) {
		attempts->suppressed++;
		return false;
	}
	attempts->told[attempts->n++] = (struct told){ attempt->pid, attempt->kind };
	if (attempt->kind < KFG_ATTEMPT_MAX)
		attempts->kinds |= 1u << attempt->kind;
	*ret_suppressed = attempts->suppressed;
	attempts->suppressed = 0;
	return true;
}
