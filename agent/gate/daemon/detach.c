/* SPDX-License-Identifier: GPL-2.0-or-later */
/* detach.c - kfgate-agent detach: the gate taken off for good. */
#include "base/exit_code.h"
#include "base/log.h"
#include "gate/daemon/daemon.h"
#include "gate/enforce/gate.h"

#include <errno.h>

int kfg_daemon_detach(void)
{
	const char *why = NULL;
	int n = kfg_gate_remove_left(&why);

	if (n == -EBUSY) {
		kfg_log_error("an agent is running, and takes the gate off when it is told to stop: %s", why);
		return KFG_EXIT_BUSY;
	}
	if (n < 0) {
		kfg_log_errno(n, "the gate cannot be taken off: %m%s%s", why ? ": " : "", why ? why : "");
		return KFG_EXIT_FAILURE;
	}
	if (n == 0)
		kfg_log_notice("there is no gate to take off");
	else
		kfg_log_notice("the gate was taken off: BPF programs are not judged any more");
	return KFG_EXIT_OK;
}
