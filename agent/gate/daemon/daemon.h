/* SPDX-License-Identifier: GPL-2.0-or-later */
/* daemon.h - the running agent: brings the gate up, keeps it up to date, tells what it decides. */
#pragma once

#include "policy/policy.h"
#include <stdbool.h>
#include <stddef.h>

enum kfg_daemon_log_target {
	KFG_DAEMON_LOG_TARGET_AUTO, /* the journal where there is one, else JSON */
	KFG_DAEMON_LOG_TARGET_JOURNAL,
	KFG_DAEMON_LOG_TARGET_JSON, /* lines on standard output */
};

struct kfg_daemon_config {
	const char *const *policy_paths; /* none: the system's drop-in directories */
	size_t n_policy_paths;
	const char *runtime_dir;
	enum kfg_daemon_log_target log;
	enum kfg_on_failure on_failure; /* KFG_FAILURE_MAX: as the policy says, if it can be read */
	bool force; /* SIGHUP may take a policy with a lower serial */
};

/* Runs until SIGTERM or SIGINT; reports what goes wrong to the log. Returns an enum kfg_exit. */
int kfg_daemon_run(const struct kfg_daemon_config *config);

/* Takes off a gate that an agent left in force; reports to the log. Returns an enum kfg_exit. */
int kfg_daemon_detach(void);
