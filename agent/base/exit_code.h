/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exit_code.h - what the program leaves with; kfgate(8) documents them, they never change.
 *
 * Prefix: kfg_exit.
 */
#pragma once

enum kfg_exit {
	KFG_EXIT_OK = 0,
	KFG_EXIT_FAILURE = 1, /* wrong use, an error in the policy, input or output failed */
	KFG_EXIT_WARNINGS = 2, /* check: nothing worse than warnings */
	KFG_EXIT_REFUSED = 3, /* scan, why, programs, explain: refused by the policy, or does not load on a kernel */
	KFG_EXIT_UNCHECKED = 4, /* scan, why, programs, explain, doctor: something could not be checked */
	KFG_EXIT_NOT_RUNNING = 3, /* status, reload: there is no agent to ask */
	KFG_EXIT_NO_GATE = 4, /* run: this kernel cannot enforce, or was not seen to */
	KFG_EXIT_BUSY = 5, /* run: another agent is running */
	KFG_EXIT_UNATTENDED = 6, /* status: there is no agent to ask, and the gate is in force */
	KFG_EXIT_POLICY = 7, /* run: the policy has errors, or is not taken in place of the one in force */
};
