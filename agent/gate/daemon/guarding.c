/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guarding.c - the guard put up, kept up to date and taken down, and its refusals reported. */
#include "base/caps.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "gate/daemon/state.h"
#include "record/attempt_record.h"
#include "record/notice.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>

_Static_assert(KFG_GUARD_INODES >= 4 * KFG_POLICY_FILES_MAX, "each file of a policy has room, with its directories");

void kfg_daemon_guarding_report(struct kfg_daemon *d, const struct kfg_attempt *attempt)
{
	/* apart: many who look must not hide who does something */
	struct kfg_attempts *like = kfg_attempt_is_usual(attempt->kind) ? d->listings : d->attempts;
	struct kfg_record *record = NULL;
	uint64_t suppressed = 0;

	if (kfg_attempts_are_recorded(like, attempt, &suppressed))
		(void)kfg_daemon_queue_record(d, kfg_attempt_record(attempt, suppressed, d->current.names, &record),
					      &record);
}

static void on_attempt(void *userdata, const struct kfg_attempt *attempt)
{
	kfg_daemon_guarding_report(userdata, attempt);
}

static int on_refusals(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct kfg_daemon *d = userdata;

	(void)source;
	(void)fd;
	(void)revents;
	if (kfg_guard_read(d->guard, on_attempt, d) < 0)
		kfg_log_warning("cannot read what the guard refused");
	return 0;
}

/* A guarded agent that nobody manages could not be stopped: it must be asked for. */
static bool is_wanted(const struct kfg_daemon *d)
{
	const struct kfg_policy_names *policy = d->current.names;

	switch (policy->guarding) {
	case KFG_GUARDING_OFF:
		return false;
	case KFG_GUARDING_AUTO:
		/* what it knows of processes rests on no fork being missed: kfgate-policy(5) */
		if (policy->hooking != KFG_HOOKING_LSM && d->may_preempt)
			return false;
		return getppid() == 1 || policy->mode == KFG_MODE_SEALED;
	default:
		return true;
	}
}

/* Below /run there is nothing at the next boot, and a reload of a sealed policy loosens nothing. */
static void guard_way(struct kfg_daemon *d, const char *path)
{
	char absolute[PATH_MAX * 2], cwd[PATH_MAX];
	int r = 0;

	(void)snprintf(absolute, sizeof(absolute), "%s", path);
	if (*path != '/' && getcwd(cwd, sizeof(cwd)))
		(void)snprintf(absolute, sizeof(absolute), "%s/%s", cwd, path);
	if (strncmp(absolute, "/run/", 5) != 0)
		r = kfg_guard_way(d->guard, absolute);
	if (r < 0)
		kfg_log_warning("cannot guard the way to %s: %s", path, strerror(-r));
}

static void guard_file(struct kfg_daemon *d, const char *path, bool sealed, unsigned levels)
{
	int r = kfg_guard_path(d->guard, path, KFG_GUARD_COVER | (sealed ? KFG_GUARD_FILE : 0), levels);

	if (r == -ETXTBSY)
		kfg_log_error("%s is open for writing: whoever opened it can change the policy of the next boot", path);
	else if (r < 0 && r != -ENOENT)
		kfg_log_warning("cannot guard %s: %s", path, strerror(-r));
	if (sealed)
		guard_way(d, path);
}

/* What the agent writes there in its main loop nobody may hold up, nor by a file system that he mounts over it. */
static void guard_runtime_dir(struct kfg_daemon *d)
{
	int r = kfg_guard_path(d->guard, d->config->runtime_dir, KFG_GUARD_OWN | KFG_GUARD_COVER, KFG_GUARD_TO_ROOT);

	if (r < 0 && r != -ENOENT)
		kfg_log_warning("cannot guard %s: %s", d->config->runtime_dir, strerror(-r));
}

/*
 * A sealed policy is not to be changed before it is read again, at the next boot: neither its files and directories,
 * nor the way to them, nor what would be read if it were there.
 */
static void guard_files(struct kfg_daemon *d)
{
	bool sealed = d->current.names->mode == KFG_MODE_SEALED;
	const char *const *paths;
	size_t n;

	guard_runtime_dir(d);

	/* policy.d and kfgate; the directory may be absent */
	for (size_t i = 0; i < KFG_POLICY_N_DIRS; i++)
		guard_file(d, kfg_policy_files_dirs[i], sealed, 2);
	for (size_t i = 0; i < d->config->n_policy_paths; i++)
		guard_file(d, d->config->policy_paths[i], sealed, 1);
	paths = kfg_policy_files_paths(d->current.files, &n);
	/* with its directory, as what is mounted there may not answer */
	for (size_t i = 0; i < n; i++)
		guard_file(d, paths[i], sealed, 2);
	paths = kfg_policy_files_patterns(d->current.files, &n);
	for (size_t i = 0; sealed && i < n; i++)
		guard_way(d, paths[i]);
}

/*
 * Between being read and being guarded the files of a sealed policy could be changed, and nobody can change them back
 * before the next boot. So they are read once more.
 */
static void check_sealed(struct kfg_daemon *d)
{
	_cleanup_(kfg_loaded_done) struct kfg_loaded loaded = { 0 };
	const struct kfg_policy_names *names = d->current.names;
	struct kfg_record *record = NULL;
	int r;

	if (names->mode != KFG_MODE_SEALED)
		return;
	r = kfg_config_load(d->config->policy_paths, d->config->n_policy_paths, &loaded);
	if (r == 0 && strcmp(kfg_policy_digest(loaded.policy), names->digest) == 0)
		return;
	free(d->rejected);
	d->rejected = strdup("the files of the sealed policy were changed while it came into force: at the next boot "
			     "they say something else than what is in force now\n");
	if (!d->rejected)
		return;
	kfg_daemon_log_beside(d, LOG_ERR, d->rejected);
	(void)kfg_daemon_queue_record(d, kfg_notice_policy_rejected(d->rejected, names, &record), &record);
}

static void on_code(void *userdata, const char *path, int error)
{
	(void)userdata;
	if (error == -ETXTBSY)
		kfg_log_error("%s is open for writing: whoever opened it can change the code that this agent runs",
			      path);
	else
		kfg_log_warning("cannot guard %s, which this agent runs from: %s", path, strerror(-error));
}

/* What the next agent is made of, and what PID 1 starts it by: not to be mounted over. Absent is fine. */
static void guard_origin(struct kfg_daemon *d)
{
	static const char *const paths[] = {
		"/etc",
		"/etc/ld.so.cache",
		"/etc/ld.so.preload",
		"/etc/systemd/system",
		"/run/systemd/system",
		"/usr/lib/systemd/system",
		"/usr/lib/systemd/system/kfgate.service",
	};
	_cleanup_fclose_ FILE *maps = fopen("/proc/self/maps", "re");
	char line[4096];

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		(void)kfg_guard_path(d->guard, paths[i], KFG_GUARD_COVER, 1);
	/* the executable and its libraries, with two directories above each */
	while (maps && fgets(line, sizeof(line), maps)) {
		char *path = strchr(line, '/');

		if (!path || !strstr(line, " r-xp "))
			continue;
		path[strcspn(path, "\n")] = '\0';
		(void)kfg_guard_path(d->guard, path, KFG_GUARD_COVER, 3);
	}
}

static int put_up(struct kfg_daemon *d, const char **ret_why)
{
	int r = kfg_attempts_new(&d->attempts);

	if (!r)
		r = kfg_attempts_new(&d->listings);
	if (!r)
		r = kfg_guard_open(d->hooking, &d->guard);
	if (r < 0)
		return r;
	kfg_guard_set_strict(d->guard, d->current.names->guarding == KFG_GUARDING_STRICT);
	/* first what no policy is long enough to keep out */
	r = kfg_guard_code(d->guard, on_code, NULL);
	if (r < 0)
		return r;
	if (kfg_guard_managed(d->guard))
		guard_origin(d);
	guard_files(d);
	r = kfg_gate_guard(d->gate, d->guard);
	if (r >= 0)
		r = kfg_guard_prove(d->guard, ret_why);
	if (r >= 0)
		r = sd_event_add_io(d->event, &d->guard_source, kfg_guard_event_fd(d->guard), EPOLLIN, on_refusals, d);
	return r;
}

/* Puts the guard up. Negative errno, with *ret_why if there is more to say. */
static int guard(struct kfg_daemon *d, const char **ret_why)
{
	int r = put_up(d, ret_why);

	if (r == -E2BIG)
		*ret_why = "programs of others hold every place on one of its hooks";
	if (r < 0) {
		kfg_daemon_guarding_done(d);
		return r;
	}
	if (*kfg_guard_missing(d->guard))
		kfg_log_warning("this kernel lacks hooks of the guard: %s", kfg_guard_missing(d->guard));
	if (d->hooking != KFG_HOOKING_LSM && d->may_preempt)
		kfg_log_warning("this kernel may preempt, and leave the guard out of what it should refuse or note");
	kfg_log_info("the gate is guarded against removal%s",
		     kfg_guard_managed(d->guard) ? "" : "; nobody but the agent itself can stop it");
	return 0;
}

void kfg_daemon_guarding_apply(struct kfg_daemon *d)
{
	KFG_CAPS_RAISED;
	const char *why = NULL;
	int r;

	if (d->guard) {
		/* a reload may ask for more, never for less */
		if (d->current.names->guarding == KFG_GUARDING_STRICT)
			kfg_guard_set_strict(d->guard, true);
		guard_files(d);
		check_sealed(d);
		return;
	}
	if (!is_wanted(d))
		return;
	r = guard(d, &why);
	if (r < 0) /* the gate decides all the same */
		kfg_log_error("the gate is up, but not guarded against removal: %s", why ? why : strerror(-r));
	else
		check_sealed(d);
}

int kfg_daemon_guarding_succeed(struct kfg_daemon *d, const char **ret_why)
{
	KFG_CAPS_RAISED;
	const char *why = NULL;
	int r;

	if (!kfg_gate_older_guarded(d->gate))
		return 0;
	if (!is_wanted(d)) {
		if (!kfg_gate_sealed(d->gate)) {
			kfg_log_warning("the gate in force is guarded; this policy wants no guard");
			return 0;
		}
		*ret_why = "it is guarded and sealed, and this policy wants no guard";
		return -EPERM;
	}
	r = guard(d, &why);
	if (r < 0)
		*ret_why = why ? why : strerror(-r);
	return r;
}

void kfg_daemon_guarding_done(struct kfg_daemon *d)
{
	d->guard_source = sd_event_source_disable_unref(d->guard_source);
	if (d->guard) {
		(void)kfg_guard_read(d->guard, on_attempt, d);
		KFG_CAPS_RAISED;
		kfg_guard_close(d->guard);
	}
	d->guard = NULL;
	kfg_attempts_free(d->attempts);
	kfg_attempts_free(d->listings);
	d->attempts = d->listings = NULL;
}

void kfg_daemon_guarding_settle(struct kfg_daemon *d)
{
	int r = d->guard ? kfg_guard_lock_memory(d->guard) : 0;

	if (r < 0)
		kfg_log_warning("the agent's memory may be swapped out, where who can write to swap can change it: %s",
				strerror(-r));
}
