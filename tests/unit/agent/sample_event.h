/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sample_event.h - events as the gate sends them, to be changed by tests. */
#pragma once

#include <kfgate/abi.h>
#include <linux/bpf.h>
#include <stdio.h>

/* A kfunc that no rule lists and nothing is known about. */
static inline struct kfg_event_kfunc sample_kfunc(const char *name, unsigned action, unsigned reason)
{
	struct kfg_event_kfunc k = {
		.module = "vmlinux",
		.verdict = {
			.rule = KFG_NONE,
			.dep = KFG_NONE,
			.waiver = KFG_NONE,
			.deadline = KFG_DAY_MAX,
			.rule_action = action,
		},
		.calls = 1,
		.insn = 7,
		.action = action,
		.reason = reason,
		.live = 1,
	};

	snprintf(k.name, sizeof(k.name), "%s", name);
	return k;
}

/* A load of an XDP program that was refused after verification. */
static inline struct kfg_event sample_event(void)
{
	struct kfg_event e = {
		.magic = KFG_EVENT_MAGIC,
		.kind = KFG_EVENT_LOAD,
		.stage = 2,
		.time_ns = 5000000000,
		.generation = 3,
		.serial = 14,
		.cgroup_id = 77,
		.pid = 123,
		.tid = 124,
		.prog_id = 42,
		.prog_type = BPF_PROG_TYPE_XDP,
		.attach_type = BPF_XDP,
		.n_insns = 30,
		.n_kfuncs = 1,
		.error = -13,
		.action = KFG_REFUSE,
		.reason = KFG_REASON_UNLISTED,
		.enforced = 1,
		.mode = KFG_MODE_ENFORCE,
		.token = KFG_NO,
		.signature = KFG_SIGNATURE_NO,
		.kernel = KFG_UNKNOWN,
		.loader_known = 1,
		.scanned = 30,
		.userns = KFG_USERNS_INITIAL,
		.exe_is = KFG_EXE_HOST,
		.exe_file = { .ino = 1234567, .dev = 8 << 20 | 1, .generation = 42 },
		.tag = { 0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4 },
		.comm = "cilium-agent",
		.prog = "cil_from_netdev",
		.unit = "cilium.service",
		.exe = "/usr/bin/cilium-agent",
		.cgroup = "/system.slice/cilium.service",
	};

	e.kfuncs[0] = sample_kfunc("bpf_ct_insert_entry", KFG_REFUSE, KFG_REASON_UNLISTED);
	return e;
}
