/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * retire.c - sets of programs that decide nothing any more are taken off: older ones after a take-over, all of them
 * where the gate is to go.
 */
#include "base/caps.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "gate/enforce/guard.h"
#include "gate/enforce/missed.h"
#include "gate/enforce/pins.h"
#include "gate/enforce/takeover.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LOADS "kfg_loads"
#define EVENTS "kfg_events"
/* What begins before this is over may be in no table yet: a program that runs has read whose turn it is. */
#define SETTLE_USEC 1000000u
/*
 * Hooks whose names are gone the kernel takes off in its own time: four seconds were seen where it is emulated. Whoever
 * holds a descriptor of a link keeps its hook, and is not waited for longer than this.
 */
#define DETACH_NS 5000000000u
#define POLL_USEC 10000u
/* Sets that may wait to be retired. Each holds a place on each hook, and there are 38 (BPF_MAX_TRAMP_LINKS). */
#define WAITING_MAX 2

/* Is a load in progress that the instance decides? What was decided is none. */
static bool has_loads(const struct kfg_gate *gate, uint64_t instance)
{
	__u64 key, *last = NULL;
	struct kfg_inflight load;
	int fd = kfg_gate_loads_fd(gate);

	while (!bpf_map_get_next_key(fd, last, &key)) {
		last = &key;
		if (!bpf_map_lookup_elem(fd, &key, &load) && load.owner == instance && !load.done)
			return true;
	}
	return false;
}

/* Does a set of another version, whose loads in progress are in a map of its own, have one? */
static bool others_have_loads(void)
{
	for (unsigned v = 1; v < KFG_TAKEOVER_VERSIONS; v++) {
		_cleanup_close_ int fd = v == KFG_ABI_VERSION ? KFG_NO_FD : kfg_pins_get(KFG_PIN_SHARED, LOADS, v);
		__u64 key;

		if (fd >= 0 && !bpf_map_get_next_key(fd, NULL, &key))
			return true;
	}
	return false;
}

static int count_event(void *userdata, const void *data, size_t size, uint64_t end)
{
	struct kfg_delivery *delivery = userdata;

	(void)data;
	(void)size;
	(void)end;
	__atomic_fetch_add(&delivery->undelivered, 1, __ATOMIC_SEQ_CST);
	return 0;
}

/* Events of a set of another version are no records of ours. Those that no agent took are lost, and counted once. */
static void count_events(struct kfg_gate *gate, unsigned version)
{
	_cleanup_close_ int fd = kfg_pins_get(KFG_PIN_SHARED, EVENTS, version);
	struct kfg_ring ring;
	int r = fd < 0 ? fd : kfg_ring_open(fd, &ring);

	if (r == -ENOENT)
		return;
	if (r < 0) {
		kfg_log_warning("cannot count the events that an agent of another version left: %s", strerror(-r));
		return;
	}
	r = kfg_ring_read(&ring, SIZE_MAX, count_event, gate->delivery);
	if (r > 0)
		kfg_log_warning("an agent of another version left events that cannot be read: %d", r);
	kfg_ring_release(&ring, ring.at);
	kfg_ring_close(&ring);
}

/* Maps of other versions that nobody uses any more. */
static void drop_others(struct kfg_gate *gate)
{
	static const char *const names[] = { EVENTS, LOADS, "kfg_loaders", "kfg_signers" };

	for (unsigned v = 1; v < KFG_TAKEOVER_VERSIONS; v++)
		if (v != KFG_ABI_VERSION)
			count_events(gate, v);
	for (unsigned v = 1; v < KFG_TAKEOVER_VERSIONS; v++)
		for (size_t i = 0; v != KFG_ABI_VERSION && i < sizeof(names) / sizeof(names[0]); i++)
			kfg_pins_drop(KFG_PIN_SHARED, names[i], v);
}

static void note_detached(void *userdata, int fd)
{
	struct kfg_gate *gate = userdata;
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	if (gate->n_detached < KFG_PROGS_MAX && !bpf_obj_get_info_by_fd(fd, &info, &size))
		gate->detached[gate->n_detached++] = info.prog_id;
}

/* Of a link of an older guard. */
static void retire_guard(void *userdata, int fd)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	(void)userdata;
	if (!bpf_obj_get_info_by_fd(fd, &info, &size))
		kfg_guard_retire_older(info.prog_id);
}

/* Is a hook still called whose link's name is gone? Its program is there as long as that. */
static bool is_detaching(struct kfg_gate *gate)
{
	size_t left = 0;

	for (size_t i = 0; i < gate->n_detached; i++) {
		_cleanup_close_ int fd = bpf_prog_get_fd_by_id(gate->detached[i]);

		if (fd >= 0)
			gate->detached[left++] = gate->detached[i];
	}
	if (kfg_gate_boottime_ns() > gate->detached_until)
		left = 0;
	gate->n_detached = left;
	return left;
}

/* Removes the names of links that begin so; the kernel takes the hooks off from then on. Negative errno. */
static int detach_links(struct kfg_gate *gate, uint64_t instance, const char *prefix)
{
	int r = kfg_pins_each_link(gate->pins, instance, prefix, note_detached, gate);

	gate->detached_until = kfg_gate_boottime_ns() + DETACH_NS;
	if (r && r != -ENOENT)
		return r;
	return kfg_pins_remove(gate->pins, instance, prefix);
}

/*
 * A guard refuses whom it does not know, and its hooks go in no order. So those that refuse are off before those go by
 * which it knows the next agent: one that is started meanwhile would be refused for good. Returns 1: not gone yet, ask
 * again; 0; negative errno.
 */
static int take_off_guard(struct kfg_gate *gate, uint64_t instance)
{
	int r = kfg_pins_count(gate->pins, instance, KFG_PIN_GUARD);

	if (r > 0)
		r = kfg_pins_each_link(gate->pins, instance, KFG_PIN_GUARD, retire_guard, NULL);
	else if (r < 0 && r != -ENOENT)
		return r;
	else
		return is_detaching(gate);
	if (r)
		return r;
	r = detach_links(gate, instance, KFG_PIN_GUARD);
	return r ? r : is_detaching(gate);
}

/* An older set, all of it; none of its hooks is called any more when this returns. Negative errno. */
static int take_off(struct kfg_gate *gate, uint64_t instance)
{
	int r;

	while ((r = take_off_guard(gate, instance)) > 0)
		(void)usleep(POLL_USEC);
	if (!r)
		r = detach_links(gate, instance, "");
	while (!r && is_detaching(gate))
		(void)usleep(POLL_USEC);
	return r;
}

/* Returns 1: not gone yet; 0; negative errno. */
static int retire_one(struct kfg_gate *gate, uint64_t older)
{
	int r = take_off_guard(gate, older);

	if (r)
		return r;
	if (older == gate->from)
		kfg_gate_count_on(gate);
	kfg_missed_keep(gate, older);
	r = kfg_pins_remove(gate->pins, older, "");
	if (!r && older == gate->from)
		kfg_gate_counted_on(gate);
	return r;
}

/*
 * First, what began before our turn and is in nobody's books becomes ours: a load that the older set did not see, as it
 * was under way when that was attached or has not come to its first hook yet. Then older sets go, once they hold none.
 */
int kfg_gate_retire(struct kfg_gate *gate)
{
	KFG_CAPS_RAISED;
	size_t left = 0;
	int r;

	if (!gate->n_older)
		return 0;
	if (others_have_loads())
		return (int)gate->n_older;
	if (!gate->adopted) {
		kfg_takeover_set(&gate->turn->before, gate->instance);
		r = kfg_gate_begin(gate);
		if (r)
			return r;
		gate->adopted = true;
		return (int)gate->n_older;
	}
	for (size_t i = 0; i < gate->n_older; i++) {
		uint64_t older = gate->older[i];

		r = has_loads(gate, older) ? 1 : retire_one(gate, older);
		if (r < 0)
			return r;
		if (r > 0)
			gate->older[left++] = older;
	}
	gate->n_older = left;
	if (!left)
		drop_others(gate);
	return (int)left;
}

int kfg_takeover_make_room(struct kfg_gate *gate)
{
	size_t left = 0;
	int r = 0;

	if (gate->n_older <= WAITING_MAX || !gate->from || others_have_loads())
		return 0;
	/* what the set in force took over and had no time to take on: kfg_gate_retire() of an agent that is no more */
	kfg_takeover_set(&gate->turn->before, gate->from);
	(void)usleep(SETTLE_USEC);
	for (size_t i = 0; i < gate->n_older; i++) {
		uint64_t older = gate->older[i];

		if (!r && older != gate->from && !has_loads(gate, older))
			r = take_off(gate, older);
		else
			gate->older[left++] = older;
	}
	gate->n_older = left;
	return r;
}

/* Without waiting for hooks: their guard refuses nothing from now on. Negative errno. */
static int drop(struct kfg_gate *gate, uint64_t instance)
{
	int r = kfg_pins_each_link(gate->pins, instance, KFG_PIN_GUARD, retire_guard, NULL);

	return r && r != -ENOENT ? r : kfg_pins_remove(gate->pins, instance, "");
}

/* The hooks first, so that nothing is undecided that another part still knows of; and whoever holds one, it is over. */
int kfg_gate_detach(struct kfg_gate *gate)
{
	KFG_CAPS_RAISED;
	int r;

	if (gate->sealed)
		return -EPERM;
	r = kfg_pins_remove(gate->pins, gate->instance, "");
	for (size_t i = 0; !r && i < gate->n_older; i++)
		r = drop(gate, gate->older[i]);
	if (!r)
		r = kfg_pins_remove(gate->pins, KFG_PIN_SHARED, "");
	if (r)
		return r;
	kfg_takeover_set(&gate->turn->after, 0);
	gate->current = false;
	gate->n_older = 0;
	return 0;
}

static int remove_all(struct kfg_gate *left)
{
	int r = 0;

	for (size_t i = 0; !r && i < left->n_older; i++)
		r = take_off(left, left->older[i]);
	if (!r)
		r = kfg_pins_remove(left->pins, KFG_PIN_SHARED, "");
	if (!r && left->turn)
		kfg_takeover_set(&left->turn->after, 0);
	return r;
}

int kfg_gate_remove_left(const char **ret_why)
{
	struct kfg_gate left = { .pins = KFG_NO_FD };
	int r = kfg_takeover_prepare(&left, ret_why);

	if (r == -EPERM) /* a guard's; without privileges it is -EACCES */
		*ret_why = "it is guarded, so its agent alone can (systemctl start kfgate, then stop), or else the "
			   "next boot";
	if (!r && left.turn && left.turn->sealed) {
		*ret_why = "it is sealed until the next boot";
		r = -EPERM;
	}
	if (!r)
		r = remove_all(&left);
	kfg_takeover_done(&left);
	return r ? r : (int)left.n_older;
}
