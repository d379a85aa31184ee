/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sample_report.h - a report made by hand: every state, every kind of use, and names that mean harm. */
#pragma once

#include "cmocka_all.h"
#include "analysis/report/report.h"
#include "policy/why.h"

#define HOSTILE "=cmd|'/c calc'!A1,\"x\"\n\x1b[31m<b>`|@all\xff"

static enum kfg_reach sample_live[] = { KFG_REACH_LIVE, KFG_REACH_LIVE };
static enum kfg_reach sample_guarded[] = { KFG_REACH_LIVE, KFG_REACH_NEVER };

static struct kfg_report_kernel sample_kernels[] = {
	{ "/boot/vmlinuz-7.3.4", "7.3.4-amd64", "", KFG_SIGNATURES_TOLD },
	{ "old/vmlinux.btf", "", "BTF alone: registration could not be checked", KFG_SIGNATURES_TOLD },
};

static struct kfg_report_call_site sample_sites[] = {
	{ "on_packet", "look", "xdp", "src/flow.bpf.c", 6, 12, 34, sample_live },
	{ "on_packet", "look", "xdp", "src/flow.bpf.c", 6, 14, 35, sample_live },
	{ "on_packet", "look", "xdp", NULL, 6, 20, 0, sample_live },
};
static struct kfg_report_call_site sample_guarded_sites[] = {
	{ "enqueue", "enqueue", "struct_ops/enqueue", "src/a b.bpf.c", 27, 3, 9, sample_guarded },
};
static struct kfg_report_call_site sample_light_sites[] = {
	{ "task_live", "", "", NULL, 31, 7, 0, sample_live },
};

static struct kfg_report_cell sample_fails[] = {
	{ KFG_REPORT_WARNED,
	  KFG_COMPAT_MODULE,
	  KFG_REACH_LIVE,
	  false,
	  "nf_flow_table",
	  "module nf_flow_table has to be loaded first",
	  { KFG_AUDIT, KFG_REASON_UNLISTED, NULL, NULL, "on_packet", KFG_DAY_MAX, false, 0, 0 } },
	{ KFG_REPORT_FAILS,
	  KFG_COMPAT_MISSING,
	  KFG_REACH_LIVE,
	  true,
	  NULL,
	  "this kernel has no such function",
	  { KFG_AUDIT, KFG_REASON_UNLISTED, NULL, NULL, "on_packet", KFG_DAY_MAX, false, 0, 0 } },
};
static struct kfg_report_cell sample_expired[] = {
	{ KFG_REPORT_REFUSED,
	  KFG_COMPAT_OK,
	  KFG_REACH_LIVE,
	  false,
	  NULL,
	  "",
	  { KFG_REFUSE, KFG_REASON_EXPIRED, NULL, NULL, "enqueue", 20600, false, 0, 0 } },
	{ KFG_REPORT_OK,
	  KFG_COMPAT_GUARDED,
	  KFG_REACH_NEVER,
	  false,
	  NULL,
	  "not there, each call is behind a guard",
	  { KFG_ALLOW, KFG_REASON_NONE, NULL, NULL, "enqueue", 20600, false, 0, 0 } },
};
static struct kfg_report_cell sample_loader[] = {
	{ KFG_REPORT_UNCHECKED,
	  KFG_COMPAT_OK,
	  KFG_REACH_LIVE,
	  false,
	  NULL,
	  "",
	  { KFG_WARN, KFG_REASON_RULE, "casts", NULL, "enqueue", KFG_DAY_MAX, true, 1u << KFG_AUDIT | 1u << KFG_WARN,
	    KFG_WHY_UNIT | KFG_WHY_EXE } },
	{ KFG_REPORT_UNCHECKED,
	  KFG_COMPAT_OK,
	  KFG_REACH_LIVE,
	  false,
	  NULL,
	  "",
	  { KFG_WARN, KFG_REASON_RULE, "casts", NULL, "enqueue", KFG_DAY_MAX, true, 1u << KFG_AUDIT | 1u << KFG_WARN,
	    KFG_WHY_UNIT | KFG_WHY_EXE } },
};
static struct kfg_report_cell sample_type[] = {
	{ KFG_REPORT_OK, KFG_COMPAT_OK, KFG_REACH_LIVE, false, NULL, "", { .deadline = KFG_DAY_MAX } },
	{ KFG_REPORT_FAILS,
	  KFG_COMPAT_STRUCT_OPS,
	  KFG_REACH_LIVE,
	  true,
	  NULL,
	  "member exit_dump of sched_ext_ops is not there",
	  { .deadline = KFG_DAY_MAX } },
};
static struct kfg_report_cell sample_fine[] = {
	{ .verdict = { .program = "task_live", .deadline = KFG_DAY_MAX }, .detail = "", .reach = KFG_REACH_LIVE },
	{ .verdict = { .program = "task_live", .deadline = KFG_DAY_MAX }, .detail = "", .reach = KFG_REACH_LIVE },
};

static struct kfg_report_use sample_flow_uses[] = {
	{ .name = "bpf_xdp_flow_lookup",
	  .symbol = "bpf_xdp_flow_lookup___local",
	  .sites = sample_sites,
	  .n_sites = 3,
	  .cells = sample_fails,
	  .state = KFG_REPORT_FAILS },
};
static struct kfg_report_use sample_sched_uses[] = {
	{ .name = "scx_bpf_cpu_rq",
	  .symbol = "scx_bpf_cpu_rq",
	  .weak = true,
	  .address_taken = true,
	  .sites = sample_guarded_sites,
	  .n_sites = 1,
	  .cells = sample_expired,
	  .state = KFG_REPORT_REFUSED,
	  .replacement = "scx_bpf_locked_rq",
	  .replacement_in = "6.18",
	  .deprecated_in = "6.18",
	  .removed_in = "7.3",
	  .known_from = "/usr/lib/kfgate/lifecycle/upstream.yaml:12" },
	{ .name = HOSTILE,
	  .symbol = HOSTILE,
	  .sites = sample_guarded_sites,
	  .n_sites = 1,
	  .cells = sample_loader,
	  .state = KFG_REPORT_UNCHECKED },
	{ .struct_ops = true,
	  .name = "sched_ext_ops",
	  .symbol = "simple_ops",
	  .cells = sample_type,
	  .state = KFG_REPORT_FAILS },
};
static struct kfg_report_use sample_light_uses[] = {
	{ .name = "bpf_task_from_pid",
	  .symbol = "bpf_task_from_pid",
	  .sites = sample_light_sites,
	  .n_sites = 1,
	  .cells = sample_fine },
};

static struct kfg_report_program sample_programs[] = { { "on_packet", "xdp", 6, true }, { "spare", "?tc", 3, false } };

static struct kfg_report_compat sample_fits[][2] = {
	{ { KFG_REPORT_WARNED, true, "bpf_xdp_flow_lookup: module: module nf_flow_table has to be loaded first", "",
	    KFG_REPORT_OK },
	  { KFG_REPORT_FAILS, false, "bpf_xdp_flow_lookup: missing: this kernel has no such function", "",
	    KFG_REPORT_OK } },
	{ { KFG_REPORT_REFUSED, true, "scx_bpf_cpu_rq: policy: refuse, expired, last good day 2026-05-27", "",
	    KFG_REPORT_OK },
	  { KFG_REPORT_FAILS, false, "sched_ext_ops: struct-ops: member exit_dump of sched_ext_ops is not there",
	    "license: the kernel lets only programs of a GPL-compatible license call kfuncs, not of \"MIT\"",
	    KFG_REPORT_FAILS } },
	{ { KFG_REPORT_UNCHECKED, true, "a light skeleton carries no prototypes",
	    "unchecked: a light skeleton carries no prototypes", KFG_REPORT_UNCHECKED },
	  { KFG_REPORT_UNCHECKED, true, "a light skeleton carries no prototypes",
	    "unchecked: a light skeleton carries no prototypes", KFG_REPORT_UNCHECKED } },
	{ { KFG_REPORT_OK, true, "", "", KFG_REPORT_OK }, { KFG_REPORT_OK, true, "", "", KFG_REPORT_OK } },
};

static struct kfg_report_object sample_objects[] = {
	{ .label = "usr/sbin/xdp-forward@0x2b4d0",
	  .path = "usr/sbin/xdp-forward",
	  .license = "GPL",
	  .limits = "",
	  .programs = sample_programs,
	  .n_programs = 2,
	  .uses = sample_flow_uses,
	  .n_uses = 1,
	  .kernels = sample_fits[0],
	  .state = KFG_REPORT_FAILS },
	{ .label = "dir/" HOSTILE ".bpf.o",
	  .path = "dir/" HOSTILE ".bpf.o",
	  .license = "GPL",
	  .limits = "",
	  .uses = sample_sched_uses,
	  .n_uses = 3,
	  .kernels = sample_fits[1],
	  .state = KFG_REPORT_FAILS },
	{ .label = "/usr/bin/light@0x3858",
	  .path = "/usr/bin/light",
	  .light_skeleton = true,
	  .license = "",
	  .limits = "a light skeleton carries no prototypes",
	  .uses = sample_light_uses,
	  .n_uses = 1,
	  .kernels = sample_fits[2],
	  .state = KFG_REPORT_UNCHECKED },
	{ .label = "plain.bpf.o", .path = "plain.bpf.o", .license = "GPL", .limits = "", .kernels = sample_fits[3] },
};

static struct kfg_report_problem sample_problems[] = {
	{ "usr/lib/" HOSTILE, "Permission denied" },
	{ "bomb.gz", "offset 0x0: a compressed stream unpacks to more than 40 MiB" },
};

static const struct kfg_report sample_report = {
	.policy = "web-fleet",
	.policy_source = "policy.yaml",
	.digest = "0123456789abcdef",
	.serial = 14,
	.today = 20778,
	.kernels = sample_kernels,
	.n_kernels = 2,
	.objects = sample_objects,
	.n_objects = 4,
	.problems = sample_problems,
	.n_problems = 2,
	.n_files = 5,
};
