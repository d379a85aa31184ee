/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/commands.h"
#include "control/protocol.h"
#include "daemon/daemon.h"

#include <malloc.h>
#include <string.h>

static int parse_target(const char *word, enum kfg_log_target *ret_target)
{
	static const char *const words[] = {
		[KFG_LOG_AUTO] = "auto",
		[KFG_LOG_JOURNAL] = "journal",
		[KFG_LOG_JSON] = "json",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0) {
			*ret_target = i;
			return 0;
		}
	return -1;
}

int kfg_cmd_run(const struct kfg_args *args)
{
	const char *paths[KFG_ARGS_MAX];
	const char *target = kfg_args_value(args, "log", "auto");
	struct kfg_daemon_config config = {
		.policy_paths = paths,
		.n_policy_paths = kfg_args_values(args, "policy", paths, KFG_ARGS_MAX),
		.runtime_dir = kfg_args_value(args, "runtime-dir", KFG_DEFAULT_RUNTIME_DIR),
		.force = kfg_args_has(args, "force"),
	};

	if (parse_target(target, &config.log) < 0) {
		kfg_error("run: --log=%s: must be auto, journal or json", target);
		return KFG_EXIT_FAILURE;
	}
	/* two threads that hardly meet: one arena keeps the agent small */
	(void)mallopt(M_ARENA_MAX, 1);
	return kfg_daemon_run(&config);
}
