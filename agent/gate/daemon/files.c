/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * files.c - keeps the gate told which files the policy's exes are. They are looked at anew when something changes in
 * their directories, when something is mounted, and when a loader turns up with another file by the same path.
 */
#include "base/log.h"
#include "gate/daemon/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>

/* Changes come in crowds, as when packages are installed: they are waited for. */
#define QUIET_USEC (200u * 1000)

static int on_quiet(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	kfg_daemon_files_refresh(userdata);
	return 0;
}

void kfg_daemon_files_look_again(struct kfg_daemon *d)
{
	int r;

	if (!d->files.again) {
		r = sd_event_add_time_relative(d->event, &d->files.again, CLOCK_MONOTONIC, QUIET_USEC, 0, on_quiet, d);
	} else {
		r = sd_event_source_get_enabled(d->files.again, NULL);
		if (r > 0)
			return; /* soon enough */
		if (r >= 0)
			r = sd_event_source_set_time_relative(d->files.again, QUIET_USEC);
		if (r >= 0)
			r = sd_event_source_set_enabled(d->files.again, SD_EVENT_ONESHOT);
	}
	if (r < 0)
		kfg_log_errno(r, "cannot wait for changes of executables to end: %m");
}

static int on_change(sd_event_source *source, const struct inotify_event *event, void *userdata)
{
	(void)source;
	(void)event;
	kfg_daemon_files_look_again(userdata);
	return 0;
}

static int on_mount(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	(void)source;
	(void)fd;
	(void)revents;
	kfg_daemon_files_look_again(userdata);
	return 0;
}

/* The directory that a path is in, or the nearest one above that is there. */
static void directory_of(const char *path, char dir[static PATH_MAX])
{
	char *slash;

	(void)snprintf(dir, PATH_MAX, "%s", path);
	do {
		slash = strrchr(dir, '/');
		*slash = '\0';
	} while (dir[0] && access(dir, F_OK) < 0);
	if (!dir[0])
		(void)snprintf(dir, PATH_MAX, "/");
}

static void unwatch_directories(struct kfg_daemon_file_watch *w)
{
	for (size_t i = 0; i < w->n; i++)
		sd_event_source_disable_unref(w->directories[i]);
	free(w->directories);
	w->directories = NULL;
	w->n = 0;
}

static int watch_directories(struct kfg_daemon *d)
{
	const uint32_t mask = IN_CREATE | IN_DELETE | IN_MOVE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
	char dir[PATH_MAX], last[PATH_MAX] = "";
	struct kfg_daemon_file_watch *w = &d->files;

	unwatch_directories(w);
	w->directories = calloc(d->current.n_exes + 1, sizeof(*w->directories));
	if (!w->directories)
		return -ENOMEM;
	/* the paths are in order, and so are their directories, or nearly so */
	for (size_t i = 0; i < d->current.n_exes; i++) {
		int r;

		directory_of(d->current.exes[i], dir);
		if (strcmp(dir, last) == 0)
			continue;
		memcpy(last, dir, sizeof(last));
		r = sd_event_add_inotify(d->event, &w->directories[w->n], dir, mask, on_change, d);
		if (r >= 0)
			w->n++;
		else if (r != -ENOENT && r != -ENOTDIR && r != -EACCES)
			return r;
	}
	return 0;
}

/* poll(2) of the mount table tells of changes: proc(5), /proc/PID/mounts. */
static int watch_mounts(struct kfg_daemon *d)
{
	_cleanup_close_ int fd = KFG_NO_FD;
	int r;

	if (d->files.mounts || !d->current.n_exes)
		return 0;
	fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = sd_event_add_io(d->event, &d->files.mounts, fd, EPOLLPRI, on_mount, d);
	if (r < 0)
		return r;
	r = sd_event_source_set_io_fd_own(d->files.mounts, 1);
	if (r >= 0)
		(void)KFG_TAKE_FD(fd);
	return r;
}

int kfg_daemon_files_add(struct kfg_daemon *d, const struct kfg_in_force *policy)
{
	size_t missing;

	return kfg_gate_set_files(d->gate, policy->exes, policy->n_exes, true, &missing);
}

void kfg_daemon_files_refresh(struct kfg_daemon *d)
{
	size_t missing = 0;
	int r = watch_directories(d); /* before looking: what changes meanwhile is seen */

	if (r >= 0)
		r = watch_mounts(d);
	if (r < 0)
		kfg_log_errno(r, "cannot watch the executables of the policy: %m");
	r = kfg_gate_set_files(d->gate, d->current.exes, d->current.n_exes, false, &missing);
	for (size_t i = 0; i < d->n_kept && r >= 0; i++)
		r = kfg_daemon_files_add(d, &d->kept[i]);
	if (r < 0)
		kfg_log_errno(r, "cannot tell the gate which files the policy's executables are: %m");
	else if (missing)
		kfg_log_debug("%zu of the %zu executables that the policy names are not there", missing,
			      d->current.n_exes);
}

void kfg_daemon_files_done(struct kfg_daemon *d)
{
	unwatch_directories(&d->files);
	sd_event_source_disable_unref(d->files.mounts);
	sd_event_source_disable_unref(d->files.again);
}
