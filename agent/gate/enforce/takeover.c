/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * takeover.c - from one set of programs to the next without a load that none or both decide. The sets share the turn
 * (struct kfg_turn) and, where their layout is the same, the maps that outlive a set. Whatever step we die at, the turn
 * names a set that is whole.
 */
#include "gate/enforce/takeover.h"

#include "base/caps.h"
#include "base/cleanup.h"
#include "gate/enforce/hits.h"
#include "base/log.h"
#include "gate/enforce/mapset.h"
#include "gate/enforce/missed.h"
#include "gate/enforce/pins.h"
#include <kfgate/shared_words.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define TURN "kfg_turn"
#define COUNTERS "kfg_counters"
/* From writing the turn to its time; being held up for longer between the two would let a load fall between them. */
#define HAND_OVER_NS 100000000u

static int map_turn(int fd, struct kfg_turn **ret_turn)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	void *turn;

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	if (info.value_size != sizeof(**ret_turn))
		return -EPROTO;
	turn = mmap(NULL, sizeof(**ret_turn), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (turn == MAP_FAILED)
		return -errno;
	*ret_turn = turn;
	return 0;
}

static void unmap_turn(struct kfg_gate *gate)
{
	if (gate->turn)
		(void)munmap(gate->turn, sizeof(*gate->turn));
	gate->turn = NULL;
}

/* The 22nd field of /proc/self/stat; the second, in parentheses, may hold anything. */
static int start_of_this_process(__u64 *ret_start)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/stat", "re");
	char text[1024] = "";
	const char *at;

	if (!f)
		return -errno;
	if (!fgets(text, sizeof(text), f))
		return -EIO;
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return -EIO;
	*ret_start = strtoull(at + 1, NULL, 10);
	return 0;
}

/* Who holds the pins, in words. */
static const char *say_busy(void)
{
	static char text[96];
	struct kfg_turn *turn;
	int fd = kfg_pins_get(KFG_PIN_SHARED, TURN, KFG_TURN_VERSION);

	(void)snprintf(text, sizeof(text), "another agent holds " KFG_PIN_DIR);
	if (fd >= 0 && !map_turn(fd, &turn)) {
		(void)snprintf(text, sizeof(text), "pid %u holds " KFG_PIN_DIR, turn->agent.tgid);
		(void)munmap(turn, sizeof(*turn));
	}
	kfg_close_cleanup(&fd);
	return text;
}

static int lock(struct kfg_gate *gate, const char **ret_why)
{
	gate->pins = kfg_pins_lock();
	if (gate->pins == -EBUSY)
		*ret_why = say_busy();
	else if (gate->pins == -ENOTTY)
		*ret_why = "/sys/fs/bpf is no BPF file system: mount -t bpf bpf /sys/fs/bpf";
	else if (gate->pins < 0)
		*ret_why = "the gate is kept in " KFG_PIN_DIR;
	return gate->pins < 0 ? gate->pins : 0;
}

static void note_link(void *userdata, int fd)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	if (!bpf_obj_get_info_by_fd(fd, &info, &size))
		(void)kfg_gate_note_prog(userdata, info.prog_id);
}

/* The instances that are there, and a number for the next. */
static int find_older(struct kfg_gate *gate)
{
	int n = kfg_pins_list(gate->pins, gate->older, KFG_OLDER_MAX), r;

	if (n < 0)
		return n;
	if (n == KFG_OLDER_MAX)
		return -E2BIG;
	gate->n_older = (size_t)n;
	gate->instance = n ? gate->older[n - 1] + 1 : 1;
	for (int i = 0; i < n; i++) {
		r = kfg_pins_each_link(gate->pins, gate->older[i], "", note_link, gate);
		if (r)
			return r;
		if (gate->turn && gate->older[i] == gate->turn->after)
			gate->from = gate->older[i];
	}
	return 0;
}

/* The counters of other versions stay pinned: their counts go on in the sum. */
static int find_counters(struct kfg_gate *gate)
{
	for (unsigned v = 1; v < KFG_TAKEOVER_VERSIONS && gate->n_counters < KFG_COUNTERS_MAX; v++) {
		int fd = v == KFG_ABI_VERSION ? -ENOENT : kfg_pins_get(KFG_PIN_SHARED, COUNTERS, v);

		if (fd >= 0)
			gate->counters[gate->n_counters++] = fd;
		else if (fd != -ENOENT)
			return fd;
	}
	return 0;
}

int kfg_takeover_add_counters(int fd, struct kfg_stats *sum)
{
	_cleanup_free_ __u64 *values = NULL;
	struct bpf_map_info info = {};
	int n_cpus = libbpf_num_possible_cpus(), r;
	__u32 size = sizeof(info), zero = 0, n;

	if (n_cpus < 0)
		return n_cpus;
	r = bpf_obj_get_info_by_fd(fd, &info, &size);
	if (r)
		return r;
	n = info.value_size / sizeof(*values);
	values = calloc((size_t)n_cpus * n, sizeof(*values));
	if (!values)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &zero, values))
		return -errno;
	for (__u32 i = 0; i < (__u32)n_cpus * n; i++)
		if (i % n < KFG_STAT_MAX)
			sum->n[i % n] += values[i];
	return 0;
}

int kfg_takeover_prepare(struct kfg_gate *gate, const char **ret_why)
{
	_cleanup_close_ int fd = KFG_NO_FD;
	__u64 start = 0;
	int r = lock(gate, ret_why);

	if (r)
		return r;
	fd = kfg_pins_get(KFG_PIN_SHARED, TURN, KFG_TURN_VERSION);
	if (fd >= 0)
		r = map_turn(fd, &gate->turn);
	else if (fd != -ENOENT)
		r = fd;
	if (!r)
		r = find_counters(gate);
	if (!r)
		r = find_older(gate);
	gate->n_older_progs = gate->n_progs;
	if (!r && gate->turn)
		r = start_of_this_process(&start);
	if (r) {
		*ret_why = "what an older agent left in " KFG_PIN_DIR " cannot be taken over";
		return r;
	}
	if (!gate->turn)
		return 0;
	if (gate->instance <= gate->turn->after)
		gate->instance = gate->turn->after + 1;
	kfg_process_write(&gate->turn->agent, (__u32)getpid(), start);
	return 0;
}

/* Of what a map holds. What tells who is in which unit must not be lost when the rest changes. */
static unsigned version_of(const char *name)
{
	if (!strcmp(name, TURN))
		return KFG_TURN_VERSION;
	if (!strcmp(name, "kfg_placements") || !strcmp(name, "kfg_doubted") || !strcmp(name, "kfg_unplaced"))
		return KFG_PLACEMENT_VERSION;
	if (!strcmp(name, "kfg_deliveries"))
		return KFG_DELIVERY_VERSION;
	if (!strcmp(name, "kfg_keyrings"))
		return KFG_KEYRINGS_VERSION;
	return KFG_ABI_VERSION;
}

/* libbpf names the map of a variable after the object and the section. */
static const char *pin_name(const struct bpf_map *map)
{
	return bpf_map__is_internal(map) ? TURN : bpf_map__name(map);
}

static bool same_layout(const struct bpf_map *map, int fd)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &size) && info.type == bpf_map__type(map) &&
	       info.key_size == bpf_map__key_size(map) && info.value_size == bpf_map__value_size(map) &&
	       info.max_entries == bpf_map__max_entries(map) && info.map_flags == bpf_map__map_flags(map);
}

int kfg_takeover_reuse(struct kfg_gate *gate, struct bpf_map *map)
{
	_cleanup_close_ int fd = kfg_pins_get(KFG_PIN_SHARED, pin_name(map), version_of(pin_name(map)));

	(void)gate;
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	return same_layout(map, fd) ? bpf_map__reuse_fd(map, fd) : 0;
}

static unsigned map_id(int fd)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.id;
}

int kfg_takeover_share(const struct bpf_map *map)
{
	const char *name = pin_name(map);
	_cleanup_close_ int fd = kfg_pins_get(KFG_PIN_SHARED, name, version_of(name));

	if (fd >= 0 && map_id(fd) == map_id(bpf_map__fd(map)))
		return 0;
	return kfg_pins_add(KFG_PIN_SHARED, name, version_of(name), bpf_map__fd(map));
}

int kfg_takeover_map_turn(struct kfg_gate *gate, const struct bpf_map *map)
{
	unmap_turn(gate);
	return map_turn(bpf_map__fd(map), &gate->turn);
}

static void sleep_until(uint64_t boottime_ns)
{
	const struct timespec t = { .tv_sec = boottime_ns / 1000000000, .tv_nsec = boottime_ns % 1000000000 };

	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static void hand_over(struct kfg_turn *turn, uint64_t from, uint64_t to)
{
	uint64_t at = from ? kfg_gate_boottime_ns() + HAND_OVER_NS : 0;

	kfg_turn_write(turn, from, at, to);
	sleep_until(at);
}

int kfg_gate_take_over(struct kfg_gate *gate)
{
	KFG_CAPS_RAISED;
	kfg_missed_forget(gate);
	hand_over(gate->turn, gate->from, gate->instance);
	gate->current = true;
	if (gate->sealed)
		kfg_takeover_set(&gate->turn->sealed, 1);
	return kfg_gate_begin(gate);
}

bool kfg_gate_older_guarded(const struct kfg_gate *gate)
{
	return gate->from && kfg_pins_count(gate->pins, gate->from, KFG_PIN_GUARD) != 0;
}

void kfg_gate_give_back(struct kfg_gate *gate)
{
	if (!gate->current || !gate->from)
		return;
	hand_over(gate->turn, gate->instance, gate->from);
	gate->current = false;
}

uint64_t kfg_gate_instance(const struct kfg_gate *gate, uint64_t *ret_from)
{
	*ret_from = gate->from;
	return gate->instance;
}

void kfg_takeover_done(struct kfg_gate *gate)
{
	if (gate->pins >= 0 && gate->instance && !gate->current)
		(void)kfg_pins_remove(gate->pins, gate->instance, "");
	for (size_t i = 0; i < gate->n_counters; i++)
		close(gate->counters[i]);
	unmap_turn(gate);
	kfg_close_cleanup(&gate->pins);
}

static int older_tables(const struct kfg_gate *gate)
{
	return gate->from ? kfg_pins_get(gate->from, KFG_PIN_TABLES, KFG_ABI_VERSION) : -ENOENT;
}

int kfg_gate_inherited(const struct kfg_gate *gate, struct kfg_table_header *ret_headers, size_t max)
{
	KFG_CAPS_RAISED;
	_cleanup_close_ int tables = older_tables(gate);

	if (tables == -ENOENT)
		return 0; /* there is none, or one of another version */
	return tables < 0 ? tables : kfg_mapset_headers(tables, ret_headers, max);
}

/* Which files the exes of those tables are, as far as the older gate knew. */
static int carry_files(const struct kfg_gate *gate)
{
	_cleanup_close_ int from = kfg_pins_get(gate->from, KFG_PIN_FILES, KFG_ABI_VERSION);
	__u32 key, *last = NULL;
	struct kfg_file_id id;
	int r = from < 0 ? from : 0;

	while (!r && !bpf_map_get_next_key(from, last, &key)) {
		last = &key;
		if (!bpf_map_lookup_elem(from, &key, &id) &&
		    bpf_map_update_elem(kfg_gate_files_map(gate), &key, &id, BPF_ANY))
			r = -errno;
	}
	return r;
}

int kfg_takeover_hits(const struct kfg_gate *gate)
{
	return gate->from ? kfg_pins_get(gate->from, KFG_PIN_HITS, KFG_ABI_VERSION) : -ENOENT;
}

int kfg_takeover_carry(struct kfg_gate *gate, int tables, int hits, const char **ret_why)
{
	_cleanup_close_ int older = KFG_NO_FD, counted = KFG_NO_FD;
	int r;

	if (!gate->turn->sealed)
		return 0;
	older = older_tables(gate);
	if (older < 0) {
		*ret_why = "a gate of another version is sealed, and its policies cannot be read: reboot";
		return older == -ENOENT ? -EPERM : older;
	}
	r = kfg_mapset_carry(older, tables);
	counted = kfg_takeover_hits(gate);
	if (!r && counted >= 0)
		r = kfg_hits_carry(counted, hits, tables);
	return r ? r : carry_files(gate);
}

uint64_t kfg_gate_lost_reported(const struct kfg_gate *gate)
{
	uint64_t told = __atomic_load_n(&gate->delivery->lost_told, __ATOMIC_SEQ_CST);

	/* an agent of an older version noted it there */
	return told > gate->turn->lost_told ? told : gate->turn->lost_told;
}
