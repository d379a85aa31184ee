/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c - kfgate, the tool: it has no privileges of its own, and starts kfgate-agent for what takes them. */
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/tool.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	int code;

	kfg_log_open(LOG_INFO);
	code = kfg_verbs_main(&kfg_tool, argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		kfg_log_error("cannot write to standard output: %m");
		return KFG_EXIT_FAILURE;
	}
	return code;
}
