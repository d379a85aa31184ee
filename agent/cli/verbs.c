/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/verbs.h"

#include "base/exit_code.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/kernels.h"
#include "cli/learn_scan.h"
#include "cli/lifecycle.h"
#include "cli/output.h"
#include "cli/preview.h"
#include "cli/past_source.h"
#include "cli/sheet_output.h"
#include "gate/control/protocol.h"
#include <string.h>

#define RUNTIME_DIR_OPTION \
	{ "runtime-dir", "DIR", "lock and control socket are in DIR (" KFG_DEFAULT_RUNTIME_DIR ")", \
	  false }

static const struct kfg_option run_options[] = {
	{ "policy", "PATH",
	  "take the policy from this file or directory (several are merged in order), "
	  "not from /etc/kfgate/policy.d and /usr/lib/kfgate/policy.d",
	  true },
	{ "log", "TARGET",
	  "write records to TARGET: journal, json (lines on standard output) or auto "
	  "(the journal where there is one, else json)",
	  false },
	{ "on-failure", "WHAT",
	  "if no policy can be put into force, be open (nothing is enforced) or closed (every program that calls a "
	  "kfunc is refused); not what the policy says about it",
	  false },
	{ "force", NULL, "let SIGHUP take a policy with a lower serial", false },
	RUNTIME_DIR_OPTION,
	{ 0 },
};

static const struct kfg_option check_options[] = {
	{ "at", "DATE", "look at deadlines and waivers as of DATE (YYYY-MM-DD, UTC), not of today",
	  false },
	{ "quiet", NULL, "print findings only", false },
	{ 0 },
};

static const struct kfg_option explain_options[] = {
	{ "format", "FORMAT", "text (the log, then the explanations) or json (explanations only)", false },
	{ "lifecycle", "PATH", "take lifecycle data from this file or directory, not from /usr/lib/kfgate/lifecycle",
	  false },
	{ "quiet", NULL, "print the explanations only, not the log", false },
	{ 0 },
};

static const struct kfg_option kfuncs_options[] = {
	KFG_KERNEL_OPTIONS,
	KFG_FORMAT_OPTION,
	KFG_LIFECYCLE_OPTION,
	{ 0 },
};

static const struct kfg_option diff_options[] = {
	KFG_FORMAT_OPTION,
	KFG_LIFECYCLE_OPTION,
	KFG_NO_CACHE_OPTION,
	{ 0 },
};

static const struct kfg_option doctor_options[] = {
	KFG_KERNEL_OPTIONS,
	KFG_FORMAT_OPTION,
	{ 0 },
};

static const struct kfg_option status_options[] = {
	{ "json", NULL, "print JSON", false },
	RUNTIME_DIR_OPTION,
	{ 0 },
};

static const struct kfg_option reload_options[] = {
	{ "force", NULL, "take a policy with a lower serial", false },
	RUNTIME_DIR_OPTION,
	{ 0 },
};

static const struct kfg_option report_options[] = {
	KFG_PAST_SOURCE_OPTIONS,
	KFG_SHEET_OPTIONS,
	{ "policy", "PATH",
	  "say which rules and waivers of this policy matched nothing (the system's policy)", true },
	{ "at", "DATE", "count days left from DATE (YYYY-MM-DD, UTC), not from today", false },
	{ 0 },
};

static const struct kfg_option scan_options[] = {
	KFG_KERNEL_OPTIONS,
	KFG_PREVIEW_OPTIONS,
	{ "unit", "NAME", "judge as if this systemd unit loaded it", false },
	{ "exe", "PATH", "judge as if this program loaded it", false },
	{ "uid", "UID", "judge as if this user loaded it (root, if --unit or --exe is given)", false },
	{ "installed", NULL, "look at the files of all installed packages", false },
	{ "fail-on", "LIST",
	  "which states make the exit code: none, or of warned,unchecked,refused,fails; all of them without it",
	  false },
	{ "format", "FORMAT", "write table, json, sarif, markdown or csv", false },
	{ "quiet", NULL, "say only what is not ok", false },
	{ 0 },
};

static const struct kfg_option programs_options[] = {
	KFG_PREVIEW_OPTIONS,
	{ "format", "FORMAT", "write table or json", false },
	{ 0 },
};

static const struct kfg_option learn_options[] = {
	KFG_PAST_SOURCE_OPTIONS,
	KFG_FROM_SCAN_OPTION,
	{ "against", "PATH", "propose only what this policy does not allow", true },
	{ "output", "FILE", "write to FILE, not to standard output", false },
	{ "at", "DATE", "ask the policy as of DATE (YYYY-MM-DD, UTC), not of today", false },
	{ 0 },
};

static const struct kfg_option diff_policy_options[] = {
	KFG_PAST_SOURCE_OPTIONS,
	KFG_SHEET_OPTIONS,
	{ "at", "DATE", "ask both policies as of DATE (YYYY-MM-DD, UTC), not of today", false },
	{ 0 },
};

static const struct kfg_option test_options[] = {
	{ "policy", "PATH", "test this policy, not the one that each file names", true },
	{ "at", "DATE", "cases without a date are of DATE (YYYY-MM-DD, UTC), not of today", false },
	{ "tap", NULL, "print TAP, for other tools", false },
	{ 0 },
};

static const struct kfg_option metrics_options[] = {
	{ "output", "FILE", "write to FILE in one step, not to standard output", false },
	RUNTIME_DIR_OPTION,
	{ 0 },
};

const struct kfg_verb kfg_verbs[] = {
	{ "run", 0, 0, "", "put the gate up and keep it until told to stop",
	  "Judges every BPF program load by the policy, in the kernel, and tells the journal. "
	  "Refuses to start where the kernel cannot enforce, or is not seen to.",
	  run_options, kfg_cmd_run },
	{ "check", 0, SIZE_MAX, "[FILE|DIR...]", "find errors and unwise things in policies",
	  "Each argument is one policy; of a directory, all *.yaml files merged. Without any, the "
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
	{ "programs", 0, 0, "", "show which kfuncs the programs on this host call now",
	  "What the kernel has loaded, each with its kfuncs and what the policy says of them today. Exit code: 0 "
	  "clean, 1 an error, 2 warnings, 3 a program that would be refused, 4 something could not be seen.",
	  programs_options, kfg_cmd_programs },
	{ "status", 0, 0, "", "show what the running gate does",
	  "Policy, hooks, what was judged, what was lost, the next deadlines. Exit code 3: no agent "
	  "is running.",
	  status_options, kfg_cmd_status },
	{ "reload", 0, 0, "", "let the running gate take the policy files anew",
	  "The new policy is put into force in one step, or not at all: then the old one stays and "
	  "the reasons are printed.",
	  reload_options, kfg_cmd_reload },
	{ "detach", 0, 0, "", "take off a gate that no agent holds",
	  "For a gate that was left in force: by an agent that was killed, by on-stop: keep or by on-failure: "
	  "closed. With an agent there it is refused, as is the gate's removal while it is sealed.",
	  NULL, kfg_cmd_detach },
	{ "kfuncs", 0, 1, "[PATTERN]", "list the kfuncs of a kernel",
	  "Name, module, prototype, flags, the program types that may call it, and what is known of "
	  "its life. PATTERN is a name, or one with * and ?. Needs neither root nor the kernel running.",
	  kfuncs_options, kfg_cmd_kfuncs },
	{ "diff", 2, 2, "KERNEL KERNEL", "compare the kfuncs of two kernels",
	  "What was added, removed, renamed, moved, or changed, from the first kernel to the second, and "
	  "what of it breaks programs. Kernels are named as for --kernel of \"kfgate kfuncs\". Exit code: "
	  "0 the same, 2 changes, 3 changes that break programs, 4 not all could be compared.",
	  diff_options, kfg_cmd_diff },
	{ "doctor", 0, 0, "", "look for defects in what a kernel says of its kfuncs",
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
	  "Prints a policy that allows each recorded use of a kfunc, or those of BPF objects, by exact names, "
	  "with the evidence as comments. What a rule refused is not allowed.",
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
	{ "help", 0, 1, "[VERB]", "explain a verb", "Without one, list them all.", NULL,
	  kfg_cmd_help },
	{ 0 },
};

const struct kfg_verb *kfg_verbs_find(const char *name)
{
	for (const struct kfg_verb *v = kfg_verbs; v->name; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

const struct kfg_verb *kfg_verbs_nearest(const char *name)
{
	const struct kfg_verb *best = NULL;
	unsigned least = 3;

	for (const struct kfg_verb *v = kfg_verbs; v->name; v++) {
		unsigned d = kfg_text_distance(name, v->name);

		if (d < least) {
			least = d;
			best = v;
		}
	}
	return best;
}

/*
 * Words of text in lines of at most 80 columns, each after the first indented by `indent`; at:
 * columns used.
 */
static void wrapped(struct kfg_strbuf *out, const char *text, size_t indent, size_t at)
{
	while (*text) {
		size_t len = strcspn(text, " ");

		if (at > indent && at + 1 + len > 80) {
			kfg_strbuf_printf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			kfg_strbuf_adds(out, " ");
			at++;
		}
		kfg_strbuf_add(out, text, len);
		at += len;
		text += len + strspn(text + len, " ");
	}
	kfg_strbuf_adds(out, "\n");
}

static void help_options(struct kfg_strbuf *out, const struct kfg_option *options)
{
	for (const struct kfg_option *o = options; o && o->name; o++) {
		char left[40];

		snprintf(left, sizeof(left), "  --%s%s%s", o->name, o->value ? "=" : "",
			 o->value ? o->value : "");
		kfg_strbuf_printf(out, "%-22s", left);
		wrapped(out, o->help, 22, 22);
	}
}

static void help_program(struct kfg_strbuf *out)
{
	kfg_strbuf_adds(out, "kfgate - a gate for the kernel functions that BPF programs call\n\n"
			     "Usage: kfgate VERB [OPTION...] [ARGUMENT...]\n\n");
	for (const struct kfg_verb *v = kfg_verbs; v->name; v++)
		kfg_strbuf_printf(out, "  %-13s%s\n", v->name, v->synopsis);
	kfg_strbuf_adds(out,
			"\n  --version           show the version\n"
			"  --help              show this help\n\n"
			"\"kfgate help VERB\" and kfgate-VERB(8) say more; kfgate-policy(5) is the "
			"policy's format.\n");
}

void kfg_verbs_help(const struct kfg_verb *verb, struct kfg_strbuf *out)
{
	if (!verb) {
		help_program(out);
		return;
	}
	kfg_strbuf_printf(out, "Usage: kfgate %s [OPTION...]%s%s\n\n", verb->name,
			  verb->words[0] ? " " : "", verb->words);
	wrapped(out, verb->help, 0, 0);
	kfg_strbuf_adds(out, "\nOptions:\n");
	help_options(out, verb->options);
	help_options(out, kfg_common_options);
}

static int print_help(const struct kfg_verb *verb)
{
	_cleanup_strbuf_ struct kfg_strbuf text = KFG_STRBUF(16u * 1024);

	kfg_verbs_help(verb, &text);
	if (text.error || fputs(kfg_strbuf_text(&text), stdout) < 0)
		return KFG_EXIT_FAILURE;
	return KFG_EXIT_OK;
}

static int unknown_verb(const char *name)
{
	const struct kfg_verb *near = kfg_verbs_nearest(name);

	kfg_error("unknown verb \"%s\"%s%s%s", name,
		  near ? ", did you mean \"" : "; \"kfgate help\" lists them",
		  near ? near->name : "", near ? "\"?" : "");
	return KFG_EXIT_FAILURE;
}

int kfg_cmd_help(const struct kfg_args *args)
{
	const struct kfg_verb *verb = args->n_words ? kfg_verbs_find(args->words[0]) : NULL;

	if (args->n_words && !verb)
		return unknown_verb(args->words[0]);
	return print_help(verb);
}

static int run_verb(const struct kfg_verb *verb, int argc, char **argv)
{
	struct kfg_args args;

	if (kfg_args_parse(argc, argv, verb->options, &args) < 0) {
		kfg_error("%s: %s", verb->name, args.error);
		return KFG_EXIT_FAILURE;
	}
	if (kfg_args_has(&args, "help"))
		return print_help(verb);
	if (kfg_args_has(&args, "verbose"))
		kfg_log_open(LOG_DEBUG);
	if (args.n_words > verb->max_words) {
		kfg_error("%s: unexpected argument \"%s\"", verb->name,
			  args.words[verb->max_words]);
		return KFG_EXIT_FAILURE;
	}
	if (args.n_words < verb->min_words) {
		kfg_error("%s: needs %s", verb->name, verb->words);
		return KFG_EXIT_FAILURE;
	}
	return verb->run(&args);
}

int kfg_verbs_main(int argc, char **argv)
{
	const struct kfg_verb *verb;

	if (argc < 2) {
		kfg_error("needs a verb; \"kfgate help\" lists them");
		return KFG_EXIT_FAILURE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return print_help(NULL);
	if (strcmp(argv[1], "--version") == 0)
		return puts("kfgate " KFG_VERSION) < 0 ? KFG_EXIT_FAILURE : KFG_EXIT_OK;
	verb = kfg_verbs_find(argv[1]);
	return verb ? run_verb(verb, argc - 2, argv + 2) : unknown_verb(argv[1]);
}
