/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice.c - a finding, and what is known of its kfunc, in sentences. */
#include "analysis/explain/advice.h"

#include "base/text.h"
#include "analysis/explain/advice_words.h"
#include "analysis/lifecycle/kfunc_data.h"
#include <ctype.h>
#include <string.h>

#define TEXT_MAX (64u * 1024)

/* What the sentences are made from. */
struct known {
	const struct kfg_vlog_finding *f;
	char name[4 * KFG_VLOG_NAME_MAX]; /* clean; "": the log does not say */
	const struct kfg_kfunc_history *history; /* or NULL */
	const struct kfg_btf_defect *leaked; /* or NULL */
	const struct kfg_proto_change *change; /* or NULL */
};

const char *kfg_log_kind_str(enum kfg_log_kind kind)
{
	return (unsigned)kind < KFG_LOG_KIND_MAX ? kfg_advice_words[kind].word : "?";
}

const char *kfg_log_kind_title(enum kfg_log_kind kind)
{
	return (unsigned)kind < KFG_LOG_KIND_MAX ? kfg_advice_words[kind].title : "?";
}

const char *kfg_blame_str(enum kfg_blame blame)
{
	static const char *const words[] = {
		[KFG_BLAME_PROGRAM] = "program",
		[KFG_BLAME_KERNEL] = "kernel",
		[KFG_BLAME_KERNEL_BUILD] = "kernel build",
		[KFG_BLAME_LOADER] = "loader",
		[KFG_BLAME_POLICY] = "policy",
		[KFG_BLAME_UNKNOWN] = "unknown",
	};

	return (unsigned)blame < KFG_BLAME_MAX ? words[blame] : "?";
}

/* A policy has one row for a kfunc at most. */
static void find_lifecycle(const struct kfg_policy *policy, const char *name,
			   struct kfg_deprecation_info *ret_info)
{
	size_t n = policy && name[0] ? kfg_policy_n_deprecations(policy) : 0;
	struct kfg_deprecation_info info;

	for (uint32_t i = 0; i < n; i++)
		if (kfg_policy_deprecation(policy, i, &info) && strcmp(info.kfunc, name) == 0)
			*ret_info = info;
}

static bool is_identifier(const char *text)
{
	for (const char *s = text; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_')
			return false;
	return text[0];
}

static void add_lifecycle(struct kfg_strbuf *out, const struct kfg_deprecation_info *row)
{
	if (row->removed_in)
		kfg_strbuf_printf(out, "Removed in Linux %s", row->removed_in);
	if (row->deprecated_in)
		kfg_strbuf_printf(out, "%s %s",
				  row->removed_in ? ", deprecated since" : "Deprecated since Linux",
				  row->deprecated_in);
	if (row->removed_in || row->deprecated_in)
		kfg_strbuf_adds(out, row->deprecated_in || !row->removed_in ? "." : ", without notice.");
	if (row->note)
		kfg_strbuf_printf(out, " Note: %s.", row->note);
}

static void add_history(struct kfg_strbuf *out, const struct kfg_kfunc_history *h)
{
	bool newest = strcmp(h->last_seen, KFG_HISTORY_NEWEST) == 0;

	if (out->size)
		kfg_strbuf_adds(out, " ");
	if (h->introduced[0])
		kfg_strbuf_printf(out, "Upstream has it since Linux %s", h->introduced);
	if (h->introduced[0] && h->absent_from[0])
		kfg_strbuf_printf(out, " (not in %s to %s)", h->absent_from, h->absent_to);
	if (!h->introduced[0])
		kfg_strbuf_printf(out, "Seen in Linux %s to %s%s", h->first_seen, h->last_seen,
				  newest ? " (or newer)" : "");
	if (h->module[0])
		kfg_strbuf_printf(out, ", in the module %s", h->module);
	kfg_strbuf_adds(out, ".");
	if (h->beside[0])
		kfg_strbuf_printf(out, " Kernels of distributions have it beside that: %s.", h->beside);
}

static void say_since(const struct known *k, struct kfg_advice *a)
{
	const char *near;

	if (k->f->kind == KFG_LOG_REFUSED || !k->name[0])
		return;
	if (a->lifecycle.kfunc)
		add_lifecycle(&a->since, &a->lifecycle);
	if (k->history) {
		add_history(&a->since, k->history);
		return;
	}
	if (a->lifecycle.kfunc)
		return;
	near = kfg_kfunc_nearest(k->name);
	kfg_strbuf_printf(&a->since, "No kernel from %s to %s that was looked at has a kfunc %s.",
			  KFG_HISTORY_OLDEST, KFG_HISTORY_NEWEST, k->name);
	if (near)
		kfg_strbuf_printf(&a->since, " Is %s meant?", near);
}

/* What to use instead; false: there is no such row. */
static bool say_replacement(const struct kfg_deprecation_info *row, struct kfg_strbuf *out)
{
	if (!row->kfunc || !row->replacement)
		return false;
	kfg_strbuf_printf(out, "Use %s", row->replacement);
	if (row->replacement_in)
		kfg_strbuf_printf(out, ", there since Linux %s", row->replacement_in);
	kfg_strbuf_adds(out, ".");
	return true;
}

/* How real programs cope with kernels that have it and kernels that do not. */
static void show_guard(const struct known *k, struct kfg_advice *a)
{
	const char *replacement = a->lifecycle.kfunc ? a->lifecycle.replacement : NULL;

	if (!is_identifier(k->name))
		return;
	kfg_strbuf_printf(&a->code, "extern ... %s(...) __ksym __weak;\n", k->name);
	if (replacement && is_identifier(replacement))
		kfg_strbuf_printf(&a->code,
				  "extern ... %s(...) __ksym __weak;\nif "
				  "(bpf_ksym_exists(%s))\n\t%s(...);\nelse if "
				  "(bpf_ksym_exists(%s))\n\t%s(...);\n",
				  replacement, replacement, replacement, k->name, k->name);
	else
		kfg_strbuf_printf(&a->code, "if (bpf_ksym_exists(%s))\n\t%s(...);\n", k->name, k->name);
}

static void advise_missing(const struct known *k, struct kfg_advice *a)
{
	const struct kfg_kfunc_history *h = k->history;

	if (say_replacement(&a->lifecycle, &a->todo))
		kfg_strbuf_adds(
			&a->todo,
			is_identifier(a->lifecycle.replacement)
				? " To run on older kernels too, declare both weak and ask which is "
				  "there:"
				: " To run on older kernels too, keep the old call behind a guard:");
	else if (h && h->module[0])
		kfg_strbuf_printf(
			&a->todo,
			"libbpf looks into modules that are loaded only: modprobe %s before the "
			"program is loaded. If it can do without, declare the kfunc weak and guard the "
			"call:",
			h->module);
	else if (h)
		kfg_strbuf_adds(&a->todo,
				"Use a kernel that has it (some depend on the configuration: "
				"sched_ext, HID-BPF, crypto), or declare it weak and guard the call:");
	else if (a->lifecycle.removed_in)
		kfg_strbuf_adds(&a->todo, "Do without it on kernels that do not have it:");
	else {
		a->blame = KFG_BLAME_UNKNOWN;
		kfg_strbuf_adds(
			&a->todo,
			"Check the name; a kfunc of an out-of-tree module needs that module loaded, "
			"with BTF. If it is optional, declare it weak and guard the call:");
	}
	show_guard(k, a);
}

static void advise_proto(const struct known *k, struct kfg_advice *a)
{
	if (k->leaked) {
		a->blame = k->change ? KFG_BLAME_UNKNOWN : KFG_BLAME_KERNEL_BUILD;
		kfg_strbuf_printf(&a->what,
				  " For %s it is probably the kernel that is wrong: shipped kernels "
				  "(%s) show its hidden last argument, aux, in their BTF, and no "
				  "program can match that.",
				  k->name, k->leaked->kernels);
		kfg_strbuf_adds(&a->todo, "Look at the kernel's side first: bpftool btf dump file "
					  "/sys/kernel/btf/vmlinux | grep -A9 \"FUNC '");
		kfg_strbuf_printf(
			&a->todo,
			"%s'\". If the prototype ends in \"aux\", the program is right: use another "
			"build of the kernel. Else: ",
			k->name);
	}
	if (k->change)
		kfg_strbuf_printf(&a->what, " Upstream changed it between %s (%s) and %s (%s).",
				  k->change->from, k->change->before, k->change->to, k->change->after);
	kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_LOG_PROTO].todo);
}

static void advise_not_allowed(const struct known *k, struct kfg_advice *a)
{
	if (a->lifecycle.removed_in) {
		kfg_strbuf_adds(
			&a->what,
			" Since it was removed, a function of that name may still be in the kernel's "
			"BTF, so that libbpf finds it; but it is no kfunc any more.");
		a->blame = KFG_BLAME_KERNEL;
	}
	if (say_replacement(&a->lifecycle, &a->todo))
		kfg_strbuf_adds(&a->todo, " ");
	if (a->lifecycle.removed_in)
		show_guard(k, a);
	kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_LOG_NOT_ALLOWED].todo);
}

static void advise_capability(const struct known *k, struct kfg_advice *a)
{
	const char *message = k->f->message;

	if (strstr(message, "CAP_SYS_BOOT"))
		kfg_strbuf_adds(&a->todo,
				"It can bring the system down, so the loader needs CAP_SYS_BOOT beside "
				"CAP_BPF: AmbientCapabilities= or CapabilityBoundingSet= of its unit.");
	else if (strstr(message, "CAP_PERFMON"))
		kfg_strbuf_adds(
			&a->todo,
			"Give the loader CAP_PERFMON (AmbientCapabilities= of its unit). Linux 7.3 "
			"asks for it at some 30 kfuncs that needed only CAP_BPF before.");
	else
		kfg_strbuf_adds(&a->todo,
				"Give the loader CAP_BPF, and what its program type needs "
				"(CAP_PERFMON, CAP_NET_ADMIN), or a BPF token.");
}

static void advise_argument(const struct known *k, struct kfg_advice *a)
{
	const char *m = k->f->message;

	if (strstr(m, "Possibly NULL"))
		kfg_strbuf_adds(&a->todo,
				"Compare the pointer with NULL before the call, on every path.");
	else if (strstr(m, "referenced") || strstr(m, "trusted") || strstr(m, "rcu pointer"))
		kfg_strbuf_adds(
			&a->todo,
			"Pass a pointer that the kernel vouches for: an argument of the program, the "
			"result of an acquiring kfunc, or a member read under bpf_rcu_read_lock(); not "
			"one that was read by bpf_probe_read_kernel() or walked to. Since Linux 7.0 "
			"this is asked of every kfunc, before only of those with KF_TRUSTED_ARGS.");
	else if (strstr(m, "constant") || strstr(m, "not a const"))
		kfg_strbuf_adds(&a->todo,
				"Pass a constant that the verifier knows: a literal, or a global const "
				"volatile that the loader set.");
	else if (strstr(m, "scalar"))
		kfg_strbuf_adds(&a->todo,
				"Pass a number, not a pointer, and initialize it on every path.");
	else if (strstr(m, "memory, len") || strstr(m, "must point to"))
		kfg_strbuf_adds(
			&a->todo,
			"Pass the stack, a map value or other memory that the verifier knows, with a "
			"length that it can bound.");
	else if (strstr(m, "iter"))
		kfg_strbuf_adds(
			&a->todo,
			"Keep the iterator on the stack, and call new, next and destroy in that order "
			"on every path; bpf_for_each() does.");
	else if (strstr(m, "ynptr"))
		kfg_strbuf_adds(
			&a->todo,
			"Pass the address of a dynptr on the stack that a constructor of the right "
			"kind has filled on every path.");
	else
		kfg_strbuf_adds(
			&a->todo,
			"Compare the declaration and the call with the kfunc in the target kernel's "
			"source or BTF; the rules for arguments became stricter over time.");
}

static void advise_module(const struct known *k, struct kfg_advice *a)
{
	char module[4 * KFG_VLOG_NAME_MAX];

	kfg_text_clean(k->f->module, sizeof(k->f->module), module, sizeof(module));
	if (module[0])
		kfg_strbuf_printf(
			&a->todo,
			"The module %s was built against another kernel, or by a pahole or linker that "
			"damaged its BTF: rebuild it for the running kernel (or unload it, or build it "
			"without BTF). bpftool btf dump file /sys/kernel/btf/%s -B "
			"/sys/kernel/btf/vmlinux shows the place.",
			module, module);
	else
		kfg_strbuf_adds(
			&a->todo,
			"Reading the BTF of modules needs CAP_SYS_ADMIN (or a token that has "
			"BPF_BTF_GET_FD_BY_ID); give it to the loader, or use kfuncs of the kernel "
			"itself only.");
	a->blame = module[0] ? KFG_BLAME_KERNEL_BUILD : KFG_BLAME_LOADER;
}

static void advise(const struct known *k, struct kfg_advice *a)
{
	const struct kfg_advice_words *words = &kfg_advice_words[k->f->kind];

	a->blame = words->blame;
	kfg_strbuf_adds(&a->what, words->what);
	switch (k->f->kind) {
	case KFG_LOG_MISSING:
		advise_missing(k, a);
		break;
	case KFG_LOG_PROTO:
		advise_proto(k, a);
		break;
	case KFG_LOG_UNRESOLVED:
		if (!k->name[0])
			kfg_strbuf_adds(&a->what,
					" The log does not say which one; libbpf 1.3 and later do.");
		kfg_strbuf_adds(&a->todo, words->todo);
		if (a->lifecycle.kfunc)
			kfg_strbuf_adds(&a->todo, " ");
		(void)say_replacement(&a->lifecycle, &a->todo);
		show_guard(k, a);
		break;
	case KFG_LOG_NOT_ALLOWED:
		advise_not_allowed(k, a);
		break;
	case KFG_LOG_CAPABILITY:
		advise_capability(k, a);
		break;
	case KFG_LOG_ARGUMENT:
		advise_argument(k, a);
		break;
	case KFG_LOG_MODULE_BTF:
		advise_module(k, a);
		break;
	default:
		kfg_strbuf_adds(&a->todo, words->todo);
	}
}

int kfg_advise(const struct kfg_vlog_finding *finding, const struct kfg_policy *policy,
	       struct kfg_advice *ret_advice)
{
	struct kfg_advice a = { .what = KFG_STRBUF(TEXT_MAX),
				.since = KFG_STRBUF(TEXT_MAX),
				.todo = KFG_STRBUF(TEXT_MAX),
				.code = KFG_STRBUF(TEXT_MAX) };
	struct known k = { .f = finding };

	kfg_text_clean(finding->kfunc, sizeof(finding->kfunc), k.name, sizeof(k.name));
	find_lifecycle(policy, k.name, &a.lifecycle);
	k.history = kfg_kfunc_history_find(k.name);
	k.leaked = kfg_btf_defect_find(k.name);
	k.change = kfg_proto_change_find(k.name);
	say_since(&k, &a);
	advise(&k, &a);
	*ret_advice = a;
	return a.what.error    ? a.what.error
	       : a.since.error ? a.since.error
	       : a.todo.error  ? a.todo.error
			       : a.code.error;
}

void kfg_advice_done(struct kfg_advice *advice)
{
	kfg_strbuf_done(&advice->what);
	kfg_strbuf_done(&advice->since);
	kfg_strbuf_done(&advice->todo);
	kfg_strbuf_done(&advice->code);
}
