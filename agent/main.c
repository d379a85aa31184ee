/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/exit_code.h"
#include "base/log.h"
#include "cli/verbs.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	int code;

	kfg_log_open(LOG_INFO);
	code = kfg_verbs_main(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		kfg_error("cannot write to standard output: %m");
		return KFG_EXIT_FAILURE;
	}
	return code;
}
