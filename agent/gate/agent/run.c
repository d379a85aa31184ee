/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c - "run": the command line of the daemon. */
#include "base/exit_code.h"
#include "base/log.h"
#include "base/pages.h"
#include "gate/agent/verbs.h"
#include "gate/control/protocol.h"
#include "gate/daemon/daemon.h"

#include <malloc.h>
#include <string.h>

static const char *const targets[] = {
	[KFG_DAEMON_LOG_TARGET_AUTO] = "auto",
	[KFG_DAEMON_LOG_TARGET_JOURNAL] = "journal",
	[KFG_DAEMON_LOG_TARGET_JSON] = "json",
};

static const char *const failures[] = {
	[KFG_FAILURE_OPEN] = "open", [KFG_FAILURE_CLOSED] = "closed", [KFG_FAILURE_MAX] = "", /* not given */
};

/* Index of word, or n. */
static unsigned find(const char *const *words, unsigned n, const char *word)
{
	unsigned i = 0;

	while (i < n && strcmp(words[i], word) != 0)
		i++;
	return i;
}
#define FIND(words, word) find(words, sizeof(words) / sizeof((words)[0]), word)

int kfg_agent_run(const struct kfg_args *args)
{
	const char *paths[KFG_ARGS_MAX];
	const char *target = kfg_args_value(args, "log", "auto");
	const char *failure = kfg_args_value(args, "on-failure", "");
	struct kfg_daemon_config config = {
		.policy_paths = paths,
		.n_policy_paths = kfg_args_values(args, "policy", paths, KFG_ARGS_MAX),
		.runtime_dir = kfg_args_value(args, "runtime-dir", KFG_DEFAULT_RUNTIME_DIR),
		.log = FIND(targets, target),
		.on_failure = FIND(failures, failure),
		.force = kfg_args_has(args, "force"),
	};
	int r;

	if (config.log > KFG_DAEMON_LOG_TARGET_JSON) {
		kfg_log_error("run: --log=%s: must be auto, journal or json", target);
		return KFG_EXIT_FAILURE;
	}
	if (config.on_failure > KFG_FAILURE_MAX || (!*failure && kfg_args_has(args, "on-failure"))) {
		kfg_log_error("run: --on-failure=%s: must be open or closed", failure);
		return KFG_EXIT_FAILURE;
	}
	/* two threads that hardly meet: one arena keeps the agent small */
	(void)mallopt(M_ARENA_MAX, 1);
	r = kfg_pages_own();
	if (r < 0)
		kfg_log_warning("the agent's variables are still mappings of its files, which probes can count in: %s",
				strerror(-r));
	kfg_pages_may_lock();
	return kfg_daemon_run(&config);
}
