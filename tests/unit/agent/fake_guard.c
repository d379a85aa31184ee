/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_guard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

struct fake_guard fake_guard;

struct kfg_guard {
	char unused;
};
static struct kfg_guard the_guard;

static void note(const char *call)
{
	strncat(fake_guard.calls, call, sizeof(fake_guard.calls) - strlen(fake_guard.calls) - 1);
}

int kfg_guard_lock_memory(struct kfg_guard *guard)
{
	(void)guard;
	return 0;
}

int kfg_guard_open(enum kfg_hooking hooking, struct kfg_guard **ret_guard)
{
	(void)hooking;
	note("O");
	if (fake_guard.open_error)
		return fake_guard.open_error;
	*ret_guard = &the_guard;
	return 0;
}

uint64_t kfg_guard_missed(const struct kfg_guard *guard)
{
	(void)guard;
	return fake_guard.missed;
}

void kfg_guard_retire(const struct kfg_guard *guard)
{
	if (guard)
		note("T");
}

void kfg_guard_close(struct kfg_guard *guard)
{
	if (guard)
		note("C");
}

int kfg_guard_objects(struct kfg_guard *guard, const struct bpf_object_skeleton *skeleton)
{
	(void)guard;
	(void)skeleton;
	return 0;
}

int kfg_guard_path(struct kfg_guard *guard, const char *path, uint32_t flags, uint32_t levels)
{
	(void)guard;
	(void)path;
	(void)levels;
	note(flags & KFG_GUARD_FILE ? "F" : "c");
	return 0;
}

int kfg_guard_way(struct kfg_guard *guard, const char *path)
{
	(void)guard;
	(void)path;
	note("w");
	return 0;
}

int kfg_guard_code(struct kfg_guard *guard, kfg_guard_code_fn *failed, void *userdata)
{
	(void)guard;
	(void)failed;
	(void)userdata;
	note("x");
	return 0;
}

void kfg_guard_set_strict(struct kfg_guard *guard, bool strict)
{
	(void)guard;
	if (strict)
		note("S");
}

bool kfg_guard_strict(const struct kfg_guard *guard)
{
	(void)guard;
	return strchr(fake_guard.calls, 'S');
}

bool kfg_guard_managed(const struct kfg_guard *guard)
{
	(void)guard;
	return false;
}

bool kfg_guard_ordered(const struct kfg_guard *guard)
{
	(void)guard;
	return false;
}

int kfg_guard_attach(struct kfg_guard *guard, kfg_guard_keep_fn *keep, void *userdata)
{
	(void)guard;
	(void)keep;
	(void)userdata;
	return 0;
}

int kfg_gate_guard(struct kfg_gate *gate, struct kfg_guard *guard)
{
	(void)gate;
	(void)guard;
	note("A");
	return 0;
}

int kfg_guard_prove(struct kfg_guard *guard, const char **ret_why)
{
	(void)guard;
	note("R");
	*ret_why = fake_guard.prove_error ? "because" : NULL;
	return fake_guard.prove_error;
}

const char *kfg_guard_missing(const struct kfg_guard *guard)
{
	(void)guard;
	return "";
}

int kfg_guard_event_fd(const struct kfg_guard *guard)
{
	(void)guard;
	if (!fake_guard.event_fd)
		fake_guard.event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return fake_guard.event_fd;
}

int kfg_guard_read(struct kfg_guard *guard, kfg_guard_attempt_fn *fn, void *userdata)
{
	const struct kfg_attempt attempt = { .kind = KFG_ATTEMPT_PIN, .time_ns = 1, .pid = 7, .comm = "evil" };

	(void)guard;
	if (fn && fake_guard.n_attempts)
		fn(userdata, &attempt);
	fake_guard.n_attempts = 0;
	return 0;
}

size_t kfg_guard_programs(const struct kfg_guard *guard, uint32_t *ret_ids, size_t max)
{
	(void)guard;
	for (size_t i = 0; i < 2 && i < max; i++)
		ret_ids[i] = 11 + i;
	return 2;
}

uint64_t kfg_guard_listings(const struct kfg_guard *guard)
{
	(void)guard;
	return 1;
}

uint64_t kfg_guard_attempts_of(const struct kfg_guard *guard, unsigned kind)
{
	(void)guard;
	return kind == KFG_ATTEMPT_PIN ? 2 : kind == KFG_ATTEMPT_LISTING;
}

uint64_t kfg_guard_attempts(const struct kfg_guard *guard)
{
	(void)guard;
	return 2;
}
