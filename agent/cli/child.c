/* SPDX-License-Identifier: GPL-2.0-or-later */
/* child.c - see child.h. Its output goes to files without a name, so that nobody has to read while it runs. */
#include "cli/child.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENV_MAX 8u

/* Fills env with texts of the caller's to free; -ENOMEM. */
static int make_environment(char *env[static ENV_MAX])
{
	static const char *const kept[] = { "PATH", "HOME", "KFGATE_KERNELS" };
	size_t n = 0;

	env[n++] = strdup("LC_ALL=C.UTF-8");
	env[n++] = strdup("TZ=UTC");
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const char *value = getenv(kept[i]);

		if (value && asprintf(&env[n++], "%s=%s", kept[i], value) < 0)
			return -ENOMEM;
	}
	return env[0] && env[1] ? 0 : -ENOMEM;
}

static int spawn(const char *const *argv, int out, int errors, pid_t *ret_pid)
{
	char *env[ENV_MAX] = { 0 };
	posix_spawn_file_actions_t actions;
	int r = make_environment(env);

	if (r == 0)
		r = -posix_spawn_file_actions_init(&actions);
	if (r == 0) {
		r = -posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
		if (r == 0)
			r = -posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
		if (r == 0)
			r = -posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
		if (r == 0)
			r = -posix_spawnp(ret_pid, argv[0], &actions, NULL, (char *const *)argv, env);
		(void)posix_spawn_file_actions_destroy(&actions);
	}
	for (size_t i = 0; i < ENV_MAX; i++)
		free(env[i]);
	return r;
}

/* The exit code, or a negative errno. */
static int wait_for(pid_t pid, unsigned seconds)
{
	_cleanup_close_ int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ended = { .fd = fd, .events = POLLIN };
	bool late = fd >= 0 && poll(&ended, 1, (int)seconds * 1000) == 0;
	int status;

	if (late)
		(void)kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	if (late)
		return -ETIMEDOUT;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECANCELED;
}

static int take(int fd, struct kfg_strbuf *to)
{
	char buf[16 * 1024];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		kfg_strbuf_add(to, buf, (size_t)n);
	return n < 0 ? -errno : to->error;
}

int kfg_child_run(const char *const *argv, unsigned seconds, struct kfg_strbuf *out, struct kfg_strbuf *errors,
		  int *ret_code)
{
	_cleanup_close_ int out_fd = memfd_create("kfgate-out", MFD_CLOEXEC);
	_cleanup_close_ int errors_fd = memfd_create("kfgate-errors", MFD_CLOEXEC);
	pid_t pid = 0;
	int code, r;

	if (out_fd < 0 || errors_fd < 0)
		return -errno;
	r = spawn(argv, out_fd, errors_fd, &pid);
	if (r < 0)
		return r;
	code = wait_for(pid, seconds);
	r = take(out_fd, out);
	if (r == 0)
		r = take(errors_fd, errors);
	if (code < 0 || r < 0)
		return code < 0 ? code : r;
	*ret_code = code;
	return 0;
}
