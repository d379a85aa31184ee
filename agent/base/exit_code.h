/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exit_code.h - what the program leaves with. EXIT STATUS of kfgate(8) is the table of which verb leaves with which,
 * held by tests/check/exit_codes.py; codes never change their meaning.
 *
 * Prefix: kfg_exit.
 */
#pragma once

enum kfg_exit {
	KFG_EXIT_OK = 0,
	KFG_EXIT_FAILURE = 1, /* wrong use, an error in the policy, input or output failed */
	KFG_EXIT_WARNINGS = 2, /* something to look at, and nothing that breaks */
	KFG_EXIT_REFUSED = 3, /* no: refused by the policy, or does not load */
	KFG_EXIT_NOT_RUNNING = 3, /* no: there is no agent to ask, and no gate in force */
	KFG_EXIT_UNCHECKED = 4, /* not known: something could not be checked, or read */
	KFG_EXIT_NO_GATE = 4, /* not known to hold: this kernel cannot enforce, or was not seen to */
	KFG_EXIT_BUSY = 5, /* another agent is running */
	KFG_EXIT_UNATTENDED = 6, /* there is no agent to ask, and the gate is in force */
	KFG_EXIT_POLICY = 7, /* the policy has errors, or is not taken in place of the one in force */
};
