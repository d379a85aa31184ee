/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c - kfgate-agent, the privileged program: it reads policies, and no file of a stranger. */
#include "base/exit_code.h"
#include "base/log.h"
#include "gate/agent/verbs.h"

#include <stdio.h>

static const struct kfg_verb verbs[] = {
	{ KFG_AGENT_RUN, kfg_agent_run },
	{ KFG_AGENT_DETACH, kfg_agent_detach },
	{ "help", 0, 1, "[VERB]", "explain a verb", "Without one, list them all.", NULL, NULL },
	{ 0 },
};

static const struct kfg_verbs_program agent = {
	.name = "kfgate-agent",
	.summary = "keeps the gate of kfgate(8) up",
	.more = "\"kfgate run\" and \"kfgate detach\" start it; kfgate-run(8) and kfgate-detach(8) say more.\n",
	.verbs = verbs,
};

int main(int argc, char **argv)
{
	int code;

	kfg_log_open(LOG_INFO);
	code = kfg_verbs_main(&agent, argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		kfg_log_error("cannot write to standard output: %m");
		return KFG_EXIT_FAILURE;
	}
	return code;
}
