/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tool.c - the verbs of kfgate, the tool: all but the agent itself. */
#include "cli/tool.h"

#include "cli/commands.h"
#include "cli/kernels.h"
#include "cli/learn_scan.h"
#include "cli/lifecycle_option.h"
#include "cli/output.h"
#include "cli/pager.h"
#include "cli/preview.h"
#include "cli/records.h"
#include "cli/document_output.h"
#include "gate/agent/verbs.h"
#include "gate/control/protocol.h"

static const struct kfg_args_option check_options[] = {
	{ "at", "DATE", "look at deadlines and waivers as of DATE (YYYY-MM-DD, UTC), not of today", false },
	{ "format", "FORMAT", "write text, json, github (annotations of a workflow) or sarif", false },
	{ "quiet", NULL, "print findings only", false },
	{ 0 },
};

static const struct kfg_args_option explain_options[] = {
	{ "format", "FORMAT", "text (the log, then the explanations) or json (explanations only)", false },
	{ "kernel", "KERNEL",
	  "the kernel the log is from, where the log does not say so: a release, as uname -r prints it, a name in the "
	  "catalogue (debian:trixie), or a file of facts or an image",
	  false },
	{ "lifecycle", "PATH", "take lifecycle data from this file or directory, not from /usr/lib/kfgate/lifecycle",
	  false },
	{ "quiet", NULL, "print the explanations only, not the log", false },
	{ 0 },
};

static const struct kfg_args_option kfuncs_options[] = {
	KFG_KERNEL_OPTIONS,
	KFG_FORMAT_OPTION,
	KFG_LIFECYCLE_OPTION,
	{ 0 },
};

static const struct kfg_args_option kernel_options[] = {
	KFG_KERNEL_OPTIONS,
	{ "output", "FILE", "write to FILE in one step, not to standard output; -o FILE for short", false },
	KFG_FORMAT_OPTION,
	{ 0 },
};

static const struct kfg_args_option diff_options[] = {
	KFG_FORMAT_OPTION,
	KFG_LIFECYCLE_OPTION,
	KFG_NO_CACHE_OPTION,
	{ 0 },
};

static const struct kfg_args_option init_options[] = {
	{ "output", "FILE", "write to FILE, which must not be there yet, not to standard output; -o FILE for short",
	  false },
	{ 0 },
};

static const struct kfg_args_option doctor_options[] = {
	KFG_KERNEL_OPTIONS,
	KFG_FORMAT_OPTION,
	{ 0 },
};

static const struct kfg_args_option status_options[] = {
	{ "json", NULL, "print JSON", false },
	{ "rules", NULL, "print how often each rule, waiver and deprecation decided about a load", false },
	{ "watch", NULL, "print it again every two seconds, until interrupted", false },
	KFG_RUNTIME_DIR_OPTION,
	{ 0 },
};

static const struct kfg_args_option reload_options[] = {
	{ "check", NULL, "say whether the policy files would be taken, and change nothing", false },
	{ "force", NULL, "take a policy with a lower serial", false },
	KFG_RUNTIME_DIR_OPTION,
	{ 0 },
};

static const struct kfg_args_option report_options[] = {
	KFG_RECORDS_OPTIONS,
	KFG_DOCUMENT_OPTIONS,
	{ "policy", "PATH", "say which rules and waivers of this policy matched nothing (the system's policy)", true },
	{ "rules", "FILE", "a host's counters, of kfgate status --rules --json: what they know of is in use", true },
	{ "at", "DATE", "count days left from DATE (YYYY-MM-DD, UTC), not from today", false },
	{ 0 },
};

static const struct kfg_args_option scan_options[] = {
	KFG_KERNEL_OPTIONS,
	KFG_PREVIEW_OPTIONS,
	KFG_LOADER_OPTIONS,
	{ "installed", NULL, "look at the files of all installed packages", false },
	{ "baseline", "FILE", "ignore the findings that this report in CSV, or table by hand, knows", false },
	{ "with-module", "MODULE", "this module is loaded before", true },
	{ "with-capability", "CAPABILITY", "every loader has CAP_PERFMON, CAP_SYS_BOOT or CAP_SYS_ADMIN", true },
	{ "assume-nearest", NULL,
	  "take what the BTF of a kernel does not tell from the nearest kernel of the catalogue", false },
	{ "allow-empty", NULL, "a path without any BPF object is no error", false },
	{ "libbpf", "VERSION", "judge by the rules of this libbpf (1.8); none: another loader opens the objects",
	  false },
	{ "fail-on", "LIST",
	  "which states make the exit code: none, or of warned,unchecked,refused,fails; all of them without it",
	  false },
	{ "format", "FORMAT", "write table, json, sarif, markdown or csv", false },
	{ "quiet", NULL, "say only what is not ok", false },
	{ 0 },
};

static const struct kfg_args_option why_options[] = {
	KFG_KERNEL_OPTIONS,
	KFG_PREVIEW_OPTIONS,
	KFG_LOADER_OPTIONS,
	{ "format", "FORMAT", "write text or json", false },
	{ 0 },
};

static const struct kfg_args_option programs_options[] = {
	KFG_PREVIEW_OPTIONS,
	KFG_FORMAT_OPTION,
	{ 0 },
};

static const struct kfg_args_option learn_options[] = {
	KFG_RECORDS_OPTIONS,
	KFG_FROM_SCAN_OPTION,
	{ "against", "PATH", "propose only what this policy does not allow", true },
	{ "rules", "FILE", "a host's counters, of kfgate status --rules --json: name its rules that decide nothing",
	  true },
	{ "complete", NULL, "print a whole policy, in mode: audit, not rules to add to one", false },
	{ "output", "FILE", "write to FILE, not to standard output", false },
	{ "at", "DATE", "ask the policy as of DATE (YYYY-MM-DD, UTC), not of today", false },
	{ 0 },
};

static const struct kfg_args_option diff_policy_options[] = {
	KFG_RECORDS_OPTIONS,
	KFG_DOCUMENT_OPTIONS,
	{ "at", "DATE", "ask both policies as of DATE (YYYY-MM-DD, UTC), not of today", false },
	{ 0 },
};

static const struct kfg_args_option bundle_options[] = {
	{ "output", "FILE",
	  "write to FILE, which must not be there yet, not to kfgate-bundle-TIME.tar.gz here; -o FILE for short",
	  false },
	{ "since", "TIME", "with what the journal has since TIME: 2026-11-01, yesterday, -7d (that)", false },
	{ "policy", "PATH", "with this policy, not the system's", true },
	{ "no-policy", NULL, "without the text of the policy", false },
	KFG_RUNTIME_DIR_OPTION,
	{ 0 },
};

static const struct kfg_args_option test_options[] = {
	{ "policy", "PATH", "test this policy, not the one that each file names", true },
	{ "at", "DATE", "cases without a date are of DATE (YYYY-MM-DD, UTC), not of today", false },
	{ "tap", NULL, "print TAP, for other tools", false },
	{ 0 },
};

static const struct kfg_args_option metrics_options[] = {
	{ "output", "FILE", "write to FILE in one step, not to standard output", false },
	KFG_RUNTIME_DIR_OPTION,
	{ 0 },
};

static const struct kfg_verb verbs[] = {
	{ KFG_AGENT_RUN, kfg_cmd_agent },
	{ "check", 0, SIZE_MAX, "[FILE|DIR|-...]", "find errors and unwise things in policies",
	  "Each argument is one policy; of a directory, all *.yaml files merged; - is standard input. Without any, the "
	  "system's policy is checked. Exit code: 0 nothing found, 1 errors, 2 warnings only.",
	  check_options, kfg_cmd_check },
	{ "explain", 0, 1, "[FILE|-]", "say what a failed load's log means for kfuncs",
	  "Reads the log of libbpf and the verifier from FILE or standard input, passes it on, and says of each "
	  "problem with a kfunc what happened, since when, and what to do. Exit code: 0 nothing found, 3 a kfunc is "
	  "why a load fails, 4 something about kfuncs was not understood, 1 wrong use or input and output failed.",
	  explain_options, kfg_cmd_explain },
	{ "scan", 0, SIZE_MAX, "[PATH...]", "say which kfuncs BPF objects use, and where that will fail",
	  "Finds BPF objects in files and directories, also inside of executables, libraries and compressed data, and "
	  "holds each against kernels and a policy. Exit code: 0 clean, 1 wrong use or an I/O error, 2 warnings, 3 "
	  "refused by the policy or would not load, 4 something could not be checked.",
	  scan_options, kfg_cmd_scan },
	{ "why", 1, SIZE_MAX, "OBJECT|ID...", "say why the policy allows or refuses programs",
	  "For each kfunc that a program of the object calls: which rules are asked, which condition does not match, "
	  "which rule decides, the deprecation, its deadline and waivers, and what comes of it. Exit code: 0 allowed, "
	  "1 an error, 2 warnings, 3 refused, 4 who loads it decides, or something could not be checked.",
	  why_options, kfg_cmd_why },
	{ "programs", 0, 0, "", "show which kfuncs the programs on this host call now",
	  "What the kernel has loaded, each with its kfuncs and what the policy says of them today. Exit code: 0 "
	  "clean, 1 an error, 2 warnings, 3 the policy refuses a program, 4 something could not be seen.",
	  programs_options, kfg_cmd_programs },
	{ "status", 0, 0, "", "show what the running gate does",
	  "Policy, hooks, what was judged, what was lost, the next deadlines. Exit code 3: no agent "
	  "is running, and no gate is in force; 6: the gate is, without one.",
	  status_options, kfg_cmd_status },
	{ "reload", 0, 0, "", "let the running gate take the policy files anew",
	  "The new policy is put into force in one step, or not at all: then the old one stays and "
	  "the reasons are printed.",
	  reload_options, kfg_cmd_reload },
	{ KFG_AGENT_DETACH, kfg_cmd_agent },
	{ "kfuncs", 0, 1, "[PATTERN]", "list the kfuncs of a kernel",
	  "Name, module, prototype, flags, the program types that may call it, and what is known of "
	  "its life. PATTERN is a name, or one with * and ?. Needs neither root nor the kernel running.",
	  kfuncs_options, kfg_cmd_kfuncs },
	{ "kernel", 0, 1, "export|list|dictionary", "write what is known of a kernel into a small file",
	  "export: a facts file of one kernel, which --kernel of every verb takes in place of the image. list: the "
	  "kernels that the catalogue has facts of. dictionary: what facts files are packed with, made of some "
	  "kernels.",
	  kernel_options, kfg_cmd_kernel },
	{ "diff", 2, 2, "KERNEL KERNEL", "compare the kfuncs of two kernels",
	  "What was added, removed, renamed, moved, or changed, from the first kernel to the second, and "
	  "what of it breaks programs. Kernels are named as for --kernel of \"kfgate kfuncs\". Exit code: "
	  "0 the same, 2 changes, 3 changes that break programs, 4 not all could be compared.",
	  diff_options, kfg_cmd_diff },
	{ "init", 0, 0, "", "write a first policy for this host",
	  "With comments, from the programs that are loaded now and the kernels that are installed. It refuses "
	  "nothing. Exit code: 4 if the programs could not be listed.",
	  init_options, kfg_cmd_init },
	{ "doctor", 0, 0, "", "look for defects in a kernel's kfuncs, and in how this host runs it",
	  "Damaged prototypes, missing tags and BTF, sets that do not register: what programs will see of "
	  "it, and whose fault it is. Exit code: 0 sound, 2 lesser defects, 3 defects that refuse programs, "
	  "4 not all could be checked.",
	  doctor_options, kfg_cmd_doctor },
	{ "report", 0, 0, "", "sum up what the journal tells about loads",
	  "Who uses which deprecated kfunc, on which hosts, since when, and until when; what was "
	  "refused; which waivers end, which rules match nothing. From this host's journal, or from "
	  "those of many hosts.",
	  report_options, kfg_cmd_report },
	{ "learn", 0, 0, "", "propose an allowlist from what was recorded",
	  "Prints rules that allow each recorded use of a kfunc, or those of BPF objects, by exact names, with "
	  "the evidence as comments. What was refused is left out, and named in comments.",
	  learn_options, kfg_cmd_learn },
	{ "diff-policy", 2, 2, "OLD NEW", "say which recorded loads a new policy decides otherwise",
	  "OLD and NEW are files or directories. Exit code: 0 none, 2 some.", diff_policy_options,
	  kfg_cmd_diff_policy },
	{ "test", 1, KFG_ARGS_MAX, "FILE...", "test a policy by cases",
	  "Each file holds loads and what the policy is expected to say about them. Needs neither root nor "
	  "a kernel with BPF LSM. Exit code: 0 all as expected, 1 not.",
	  test_options, kfg_cmd_test },
	{ "metrics", 0, 0, "", "print the running gate's counters for monitoring",
	  "OpenMetrics text, as node_exporter's textfile collector reads it. kfgate_up is 0 if no agent "
	  "runs.",
	  metrics_options, kfg_cmd_metrics },
	{ "bundle", 0, 0, "", "collect what a report about a defect needs",
	  "An archive of what status, metrics, doctor, programs and check say, of the policy, of records, and of facts "
	  "about the host, with a list of all that. Exit code: 4 if something could not be collected.",
	  bundle_options, kfg_cmd_bundle },
	{ "help", 0, 1, "[VERB]", "explain a verb", "Without one, list them all.", NULL, NULL },
	{ 0 },
};

const struct kfg_verbs_program kfg_tool = {
	.name = "kfgate",
	.summary = "a gate for the kernel functions that BPF programs call",
	.more = "\"kfgate help VERB\" and kfgate-VERB(8) say more; kfgate-policy(5) is the policy's format.\n",
	.verbs = verbs,
	.begin = kfg_pager_open,
};
