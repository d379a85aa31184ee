/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_gate.h"
#include "gate/enforce/gate_btf.h"
#include "gate/enforce/keyring.h"

#include <errno.h>
#include <kfgate/abi.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct fake_gate fake_gate = { .event_fd = -1 };

struct kfg_gate {
	char unused;
};
static struct kfg_gate the_gate;

void fake_gate_reset(void)
{
	if (fake_gate.event_fd >= 0)
		close(fake_gate.event_fd);
	memset(&fake_gate, 0, sizeof(fake_gate));
	fake_gate.event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

void fake_gate_send(void)
{
	(void)eventfd_write(fake_gate.event_fd, 1);
}

static void note(const char *call)
{
	strncat(fake_gate.calls, call, sizeof(fake_gate.calls) - strlen(fake_gate.calls) - 1);
}

int kfg_probe_kernel(struct kfg_probe *ret_probe)
{
	*ret_probe = (struct kfg_probe){ .machine = "x86_64", .hooking = fake_gate.hooking };
	return 0;
}

const char *kfg_probe_obstacle(const struct kfg_probe *probe, char *buf, size_t size)
{
	(void)probe;
	(void)buf;
	(void)size;
	return fake_gate.obstacle;
}

int kfg_gate_open(const struct kfg_probe *probe, struct kfg_gate **ret_gate, const char **ret_why)
{
	(void)probe;
	note("O");
	*ret_why = "hint";
	if (!fake_gate.open_error)
		*ret_gate = &the_gate;
	return fake_gate.open_error;
}

void kfg_gate_close(struct kfg_gate *gate)
{
	if (gate)
		note("C");
}

int kfg_gate_publish(struct kfg_gate *gate, const struct kfg_table *table, uint64_t *ret_generation)
{
	const struct kfg_table_header *h;
	uint32_t n;

	(void)gate;
	note("P");
	if (fake_gate.publish_error)
		return fake_gate.publish_error;
	h = kfg_table_cells(table, &n);
	fake_gate.generation = *ret_generation = h->generation;
	fake_gate.sealed = fake_gate.sealed || h->mode == KFG_MODE_SEALED;
	return 0;
}

int kfg_gate_hits(const struct kfg_gate *gate, uint64_t generation, struct kfg_hit **ret_hits)
{
	(void)gate;
	(void)generation;
	if (!fake_gate.n_hits)
		return -ENOENT;
	*ret_hits = malloc(fake_gate.n_hits * sizeof(**ret_hits));
	memcpy(*ret_hits, fake_gate.hits, fake_gate.n_hits * sizeof(**ret_hits));
	return (int)fake_gate.n_hits;
}

bool kfg_gate_sealed(const struct kfg_gate *gate)
{
	(void)gate;
	return fake_gate.sealed;
}

int kfg_gate_remove_left(const char **ret_why)
{
	note("L");
	*ret_why = "hint";
	return fake_gate.left;
}

int kfg_gate_attach(struct kfg_gate *gate)
{
	(void)gate;
	note("A");
	return fake_gate.attach_error;
}

bool kfg_gate_older_guarded(const struct kfg_gate *gate)
{
	(void)gate;
	return fake_gate.older_guarded;
}

int kfg_gate_take_over(struct kfg_gate *gate)
{
	(void)gate;
	note("T");
	return fake_gate.take_over_error;
}

void kfg_gate_give_back(struct kfg_gate *gate)
{
	(void)gate;
	note("G");
}

int kfg_gate_detach(struct kfg_gate *gate)
{
	(void)gate;
	note("D");
	return fake_gate.detach_error;
}

/* Nobody answers as the service manager here. */
int kfg_gate_peer(const struct kfg_gate *gate, int fd, struct kfg_gate_peer *ret_peer)
{
	(void)gate;
	(void)fd;
	(void)ret_peer;
	return -EBADF;
}

int kfg_gate_retire(struct kfg_gate *gate)
{
	(void)gate;
	if (!fake_gate.older)
		return 0;
	note("E");
	return (int)--fake_gate.older;
}

uint64_t kfg_gate_instance(const struct kfg_gate *gate, uint64_t *ret_from)
{
	(void)gate;
	*ret_from = fake_gate.from;
	return fake_gate.from + 1;
}

int kfg_gate_inherited(const struct kfg_gate *gate, struct kfg_table_header *ret_headers, size_t max)
{
	(void)gate;
	for (int i = 0; i < fake_gate.n_inherited && (size_t)i < max; i++)
		ret_headers[i] = fake_gate.inherited[i];
	return fake_gate.n_inherited;
}

const char *kfg_probe_advice(const struct kfg_probe *probe, char *buf, size_t size)
{
	(void)probe;
	(void)snprintf(buf, size, "boot with bpf");
	return buf;
}

int kfg_gate_missed(struct kfg_gate *gate, struct kfg_missed *ret_missed)
{
	(void)gate;
	*ret_missed = fake_gate.missed;
	return 0;
}

void kfg_gate_missed_told(const struct kfg_gate *gate, struct kfg_missed *ret_told)
{
	(void)gate;
	*ret_told = fake_gate.missed_told;
}

void kfg_gate_receipts_set_missed_told(const struct kfg_gate_receipts *receipts, const struct kfg_missed *missed)
{
	(void)receipts;
	fake_gate.missed_told = *missed;
}

uint64_t kfg_gate_lost_reported(const struct kfg_gate *gate)
{
	(void)gate;
	return fake_gate.lost_told;
}

void kfg_gate_receipts_set_lost_reported(const struct kfg_gate_receipts *receipts, uint64_t lost)
{
	(void)receipts;
	fake_gate.lost_told = lost;
}

int kfg_gate_prove(struct kfg_gate *gate, struct kfg_proof *ret_proof)
{
	(void)gate;
	note("R");
	if (fake_gate.passes_from && ++fake_gate.proofs >= fake_gate.passes_from)
		fake_gate.canary_passes = true;
	if (fake_gate.prove_error)
		return fake_gate.prove_error;
	*ret_proof = (struct kfg_proof){ !fake_gate.without_stage1, !fake_gate.canary_passes, "" };
	if (fake_gate.canary_passes)
		snprintf(ret_proof->why, sizeof(ret_proof->why), "a canary was loaded");
	return 0;
}

bool kfg_gate_has_stage1(const struct kfg_gate *gate)
{
	(void)gate;
	return !fake_gate.without_stage1;
}

int kfg_gate_set_files(struct kfg_gate *gate, const char *const *paths, size_t n, bool keep, size_t *ret_missing)
{
	(void)gate;
	(void)keep;
	fake_gate.file_calls++;
	fake_gate.n_files = n;
	if (n)
		(void)snprintf(fake_gate.first_file, sizeof(fake_gate.first_file), "%s", paths[0]);
	*ret_missing = 0;
	return 0;
}

int kfg_gate_sweep(struct kfg_gate *gate, size_t *ret_seen, size_t *ret_failed)
{
	(void)gate;
	note("S");
	*ret_seen = 5;
	*ret_failed = 0;
	return 0;
}

int kfg_gate_find_overrides(struct kfg_gate *gate, kfg_gate_override_fn *fn, void *userdata)
{
	const struct kfg_override override = {
		.prog_id = 7,
		.attach_type = BPF_MODIFY_RETURN,
		.prog = "yes",
		.target = "security_bpf_prog",
	};

	(void)gate;
	if (fake_gate.overrides)
		fn(userdata, &override);
	return fake_gate.overrides;
}

int kfg_gate_event_fd(const struct kfg_gate *gate)
{
	(void)gate;
	return fake_gate.event_fd;
}

int kfg_gate_read_events(struct kfg_gate *gate, kfg_gate_event_fn *fn, void *userdata)
{
	size_t n_read = 0;
	eventfd_t n;
	int r = 0;

	(void)gate;
	if (eventfd_read(fake_gate.event_fd, &n) < 0 && !fake_gate.refused)
		return 0;
	while (!r && n_read < fake_gate.n_events) {
		r = fn(userdata, &fake_gate.events[n_read], sizeof(fake_gate.events[0]), fake_gate.end + 1);
		n_read += !r;
		fake_gate.end += !r;
	}
	fake_gate.n_events -= n_read;
	memmove(fake_gate.events, fake_gate.events + n_read, fake_gate.n_events * sizeof(fake_gate.events[0]));
	fake_gate.refused = r != 0;
	fake_gate.reads++;
	return r ? r : (int)n_read;
}

void kfg_gate_receipts_get(const struct kfg_gate *gate, struct kfg_gate_receipts *ret_receipts)
{
	(void)gate;
	*ret_receipts = (struct kfg_gate_receipts){ 0 };
}

void kfg_gate_receipts_settle(const struct kfg_gate_receipts *receipts, uint64_t end, bool delivered)
{
	(void)receipts;
	if (end)
		fake_gate.settled = end;
	fake_gate.undelivered += !delivered;
}

uint64_t kfg_gate_undelivered(const struct kfg_gate *gate)
{
	(void)gate;
	return fake_gate.undelivered;
}

int kfg_gate_stats(const struct kfg_gate *gate, struct kfg_stats *ret_stats)
{
	(void)gate;
	*ret_stats = fake_gate.stats;
	return 0;
}

int kfg_gate_sync_clock(struct kfg_gate *gate)
{
	(void)gate;
	fake_gate.clock_syncs++;
	return 0;
}

bool kfg_gate_tells_signatures(void)
{
	return true;
}

void kfg_gate_find_keyring(const struct kfg_gate *gate, const char *name, struct kfg_gate_keyring *ret_found)
{
	(void)gate;
	*ret_found = (struct kfg_gate_keyring){ 0, "there are no keyrings here" };
	if (!strcmp(name, "trusted"))
		*ret_found = (struct kfg_gate_keyring){ 1234, NULL };
}

int kfg_gate_kernel_read(struct kfg_gate_kernel *ret_kernel)
{
	struct kfg_gate_kernel kernel = { .n_kfuncs = fake_gate.n_kfuncs };

	if (!fake_gate.n_kfuncs)
		return -ENOENT; /* the agent has to do without */
	kernel.kfuncs = calloc(fake_gate.n_kfuncs, sizeof(*kernel.kfuncs));
	for (size_t i = 0; i < fake_gate.n_kfuncs; i++)
		kernel.kfuncs[i] = (char *)fake_gate.kfuncs[i];
	kernel.deprecations = fake_gate.deprecations ? strdup(fake_gate.deprecations) : NULL;
	*ret_kernel = kernel;
	return 0;
}

void kfg_gate_kernel_done(struct kfg_gate_kernel *kernel)
{
	free(kernel->kfuncs);
	free(kernel->deprecations);
	*kernel = (struct kfg_gate_kernel){ 0 };
}

void kfg_gate_btf_release(void)
{
}
