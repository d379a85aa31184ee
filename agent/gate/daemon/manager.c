/* SPDX-License-Identifier: GPL-2.0-or-later */
/* manager.c - whether systemd stops or restarts this unit, asked over D-Bus. */
#include "gate/daemon/manager.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "gate/daemon/clock.h"
#include "gate/daemon/state.h"
#include "gate/enforce/gate.h"

#include <errno.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define TIMEOUT_USEC 5000000u /* for all that is asked: the service manager waits longer than that (TimeoutStopSec=) */
/* systemd's own socket, for root: there is no message bus early at boot (src/core/dbus.c, v252..v257) */
#define SOCKET_PATH "/run/systemd/private"
#define ADDRESS "unix:path=" SOCKET_PATH
#define SERVICE "org.freedesktop.systemd1"
#define N_CALLS 3u

static void bus_cleanup(sd_bus **bus)
{
	sd_bus_close_unref(*bus);
}

static void message_cleanup(sd_bus_message **message)
{
	sd_bus_message_unref(*message);
}

/*
 * Whoever may write to /run can put another socket there, and a program of BPF_CGROUP_UNIX_CONNECT leads elsewhere.
 * PID 1 listens at the sockets of other services, too, which then answer there (systemd.socket(5)). So both count: who
 * listens, and what it was bound to.
 */
static int check_peer(const struct kfg_gate *gate, sd_bus *bus)
{
	struct kfg_gate_peer peer = { 0 };
	int fd = sd_bus_get_fd(bus);
	int r = fd < 0 ? fd : kfg_gate_peer(gate, fd, &peer);

	if (r < 0)
		return r;
	return peer.pid == 1 && strcmp(peer.path, SOCKET_PATH) == 0 ? 0 : -EPERM;
}

static uint64_t left_of(uint64_t until)
{
	uint64_t now = kfg_clock_now_usec(CLOCK_MONOTONIC);

	return now < until ? until - now : 0;
}

/* Who accepts and says nothing would be waited for by the first call for 90 seconds, whatever its own time limit is. */
static int wait_ready(sd_bus *bus, uint64_t until)
{
	int r;

	while ((r = sd_bus_is_ready(bus)) == 0 && left_of(until)) {
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, left_of(until));
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	return r ? sd_bus_set_method_call_timeout(bus, left_of(until) / N_CALLS + 1) : -ETIMEDOUT;
}

static int open_bus(const struct kfg_gate *gate, sd_bus **ret_bus)
{
	uint64_t until = kfg_clock_now_usec(CLOCK_MONOTONIC) + TIMEOUT_USEC;
	_cleanup_(bus_cleanup) sd_bus *bus = NULL;
	int r = sd_bus_new(&bus);

	if (r >= 0)
		r = sd_bus_set_address(bus, ADDRESS);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r >= 0)
		r = check_peer(gate, bus);
	if (r >= 0)
		r = wait_ready(bus, until);
	if (r >= 0)
		*ret_bus = KFG_TAKE_PTR(bus);
	return r;
}

/* The type of the job that our unit has, by N_CALLS calls; *ret_type is owned by the caller. */
static int job_type(sd_bus *bus, char **ret_type)
{
	_cleanup_(message_cleanup) sd_bus_message *unit = NULL, *job = NULL;
	const char *path;
	int r = sd_bus_call_method(bus, SERVICE, "/org/freedesktop/systemd1", SERVICE ".Manager", "GetUnitByPID", NULL,
				   &unit, "u", (uint32_t)getpid());

	if (r >= 0)
		r = sd_bus_message_read(unit, "o", &path);
	if (r >= 0)
		r = sd_bus_get_property(bus, SERVICE, path, SERVICE ".Unit", "Job", NULL, &job, "(uo)");
	if (r >= 0)
		r = sd_bus_message_read(job, "(uo)", NULL, &path);
	if (r >= 0)
		r = sd_bus_get_property_string(bus, SERVICE, path, SERVICE ".Job", "JobType", NULL, ret_type);
	return r;
}

enum kfg_manager_job kfg_manager_job(const struct kfg_gate *gate)
{
	_cleanup_(bus_cleanup) sd_bus *bus = NULL;
	_cleanup_free_ char *type = NULL;
	int r;

	if (!getenv("INVOCATION_ID"))
		return KFG_MANAGER_UNKNOWN; /* not a service: systemd.exec(5) */
	r = open_bus(gate, &bus);
	if (r >= 0)
		r = job_type(bus, &type);
	if (r < 0) {
		kfg_log_debug("cannot ask systemd what job this service has: %s", strerror(-r));
		return KFG_MANAGER_UNKNOWN;
	}
	return strcmp(type, "restart") == 0 ? KFG_MANAGER_RESTART :
	       strcmp(type, "stop") == 0    ? KFG_MANAGER_STOP :
					      KFG_MANAGER_UNKNOWN;
}
