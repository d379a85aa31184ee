/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pager.c - see pager.h. */
#include "cli/pager.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGER "less -FRX"

static bool pager_off;

void kfg_pager_open(const struct kfg_args *args)
{
	pager_off = kfg_args_has(args, "no-pager");
}

/* Whether text takes more lines than the terminal has, those that are wrapped included. */
static bool is_long(const char *text)
{
	struct winsize size = { 0 };
	size_t lines = 0;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_row || !size.ws_col)
		return false;
	for (size_t len; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		lines += len ? (len + size.ws_col - 1) / size.ws_col : 1;
	}
	return lines >= size.ws_row;
}

/* NULL: none. Who was let run kfgate by sudo alone must not get a shell by the pager: no choice, and no commands. */
static const char *command(void)
{
	const char *own = getenv("KFGATE_PAGER");
	const char *pager = own ? own : getenv("PAGER");

	if (getenv("SUDO_UID")) {
		setenv("LESSSECURE", "1", 1);
		return PAGER;
	}
	if (!pager)
		return PAGER;
	return *pager && strcmp(pager, "cat") != 0 ? pager : NULL;
}

static void on_signal(int signal)
{
	(void)signal;
}

/* Who leaves the pager early has seen enough. false: it could not be started, and nothing was shown. */
static bool page(const char *how, const char *text, size_t size)
{
	/* with a handler, not ignored: that would hold for the pager, too */
	const struct sigaction handle = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct sigaction interrupt, broken;
	int status = -1;
	FILE *pager;

	setenv("LESS", "FRX", 0);
	if (fflush(stdout) != 0)
		return false;
	sigaction(SIGINT, &handle, &interrupt);
	sigaction(SIGPIPE, &handle, &broken);
	pager = popen(how, "we");
	if (pager) {
		/* what is left in a buffer that nobody reads would be an error of pclose() */
		(void)setvbuf(pager, NULL, _IONBF, 0);
		(void)fwrite(text, 1, size, pager);
		status = pclose(pager);
	}
	sigaction(SIGPIPE, &broken, NULL);
	sigaction(SIGINT, &interrupt, NULL);
	/* what a shell says that cannot start it */
	return status != -1 && !(WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127));
}

int kfg_pager_print(const char *text, size_t size)
{
	const char *how = pager_off || !is_long(text) ? NULL : command();

	if (how && page(how, text, size))
		return 0;
	if (fwrite(text, 1, size, stdout) == size && fflush(stdout) == 0)
		return 0;
	return errno ? -errno : -EIO;
}
