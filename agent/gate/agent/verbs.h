/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verbs.h - the verbs of kfgate-agent, the privileged program, without their functions: the tool has them as well, and
 * starts the agent for them.
 */
#pragma once

#include "base/verbs.h"
#include "gate/control/protocol.h"

#define KFG_RUNTIME_DIR_OPTION                                                                                         \
	{                                                                                                              \
		"runtime-dir", "DIR", "the control socket is in DIR (" KFG_DEFAULT_RUNTIME_DIR ")", false              \
	}

extern const struct kfg_args_option kfg_agent_run_options[];

/* All fields of a struct kfg_verb but the last */
#define KFG_AGENT_RUN                                                                                                  \
	"run", 0, 0, "", "put the gate up and keep it until told to stop",                                             \
		"Judges every BPF program load by the policy, in the kernel, and tells the journal. "                  \
		"Refuses to start where the kernel cannot enforce, or is not seen to.",                                \
		kfg_agent_run_options
#define KFG_AGENT_DETACH                                                                                               \
	"detach", 0, 0, "", "take off a gate that no agent holds",                                                     \
		"For a gate that was left in force: by an agent that was killed, by on-stop: keep or by on-failure: "  \
		"closed. With an agent there it is refused, as is the gate's removal while it is sealed.",             \
		NULL

/* The functions; they report to the log and return an enum kfg_exit. */
int kfg_agent_run(const struct kfg_args *args);
int kfg_agent_detach(const struct kfg_args *args);
