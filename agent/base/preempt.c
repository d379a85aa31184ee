/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preempt.c - see preempt.h */
#include "base/preempt.h"

#include "base/cleanup.h"
#include "base/read_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define TEXT_MAX 8192u

/* What the word before one of those ends is: no kernel of that mode preempts. */
static bool is_gentle(const char *mode)
{
	size_t n = strcspn(mode, ") \n");

	return (n == 4 && !strncmp(mode, "none", 4)) || (n == 9 && !strncmp(mode, "voluntary", 9));
}

bool kfg_preempt_may_by(const char *modes, const char *version, const char *command_line)
{
	const char *in_use = modes ? strchr(modes, '(') : NULL, *last = NULL;

	if (in_use)
		return !is_gentle(in_use + 1);
	if (version && !strstr(version, "PREEMPT"))
		return false;
	if (!version || !strstr(version, "PREEMPT_DYNAMIC"))
		return true;
	/* the last one counts (setup_preempt_mode(), kernel/sched/core.c) */
	for (const char *at = command_line; at && (at = strstr(at, "preempt=")); at++)
		if (at == command_line || at[-1] == ' ')
			last = at + strlen("preempt=");
	return !last || !is_gentle(last);
}

static char *read_text(const char *root, const char *path)
{
	char full[PATH_MAX], *text = NULL;
	size_t size;

	(void)snprintf(full, sizeof(full), "%s%s", root ? root : "", path);
	return kfg_read_file(AT_FDCWD, full, TEXT_MAX, &text, &size) < 0 ? NULL : text;
}

bool kfg_preempt_may(const char *root)
{
	_cleanup_free_ char *modes = read_text(root, "/sys/kernel/debug/sched/preempt");
	_cleanup_free_ char *command_line = read_text(root, "/proc/cmdline");
	struct utsname uts;

	(void)uname(&uts); /* cannot fail with a valid pointer */
	return kfg_preempt_may_by(modes, uts.version, command_line);
}
