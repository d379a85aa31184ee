/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c - the options of the agent's verbs, which the tool must know as well. */
#include "gate/agent/verbs.h"

const struct kfg_args_option kfg_agent_run_options[] = {
	{ "policy", "PATH",
	  "take the policy from this file or directory (several are merged in order), "
	  "not from /etc/kfgate/policy.d and /usr/lib/kfgate/policy.d",
	  true },
	{ "log", "TARGET",
	  "write records to TARGET: journal, json (lines on standard output) or auto "
	  "(the journal where there is one, else json)",
	  false },
	{ "on-failure", "WHAT",
	  "if no policy can be put into force, be open (nothing is enforced) or closed (every program that calls a "
	  "kfunc is refused); not what the policy says about it",
	  false },
	{ "force", NULL, "let SIGHUP take a policy with a lower serial", false },
	KFG_RUNTIME_DIR_OPTION,
	{ 0 },
};
