/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_agent.c - the verbs of the agent: this process becomes kfgate-agent. */
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/commands.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AGENT "kfgate-agent"

/* The agent that was built or installed with this program: beside it, or where packages install it. */
static void find_agent(char *path, size_t size)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = '\0';
	(void)snprintf(path, size, "%.*s/" AGENT, (int)(strrchr(self, '/') ? strrchr(self, '/') - self : 0), self);
	if (access(path, X_OK))
		(void)snprintf(path, size, "%s", KFG_AGENT_DIR "/" AGENT);
}

int kfg_cmd_agent(const struct kfg_args *args)
{
	char path[PATH_MAX], *argv[KFG_ARGS_MAX + 3];
	size_t n = 0;

	find_agent(path, sizeof(path));
	argv[n++] = path;
	argv[n++] = (char *)args->verb;
	for (size_t i = 0; i < args->n_options; i++) {
		const char *name = args->options[i].option->name, *value = args->options[i].value;

		if (asprintf(&argv[n++], "--%s%s%s", name, value ? "=" : "", value ? value : "") < 0) {
			kfg_log_error("%s: %s", args->verb, strerror(ENOMEM));
			return KFG_EXIT_FAILURE;
		}
	}
	argv[n] = NULL;
	execv(path, argv);
	kfg_log_error("%s: cannot start %s: %m", args->verb, path);
	for (size_t i = 2; i < n; i++)
		free(argv[i]);
	return KFG_EXIT_FAILURE;
}
