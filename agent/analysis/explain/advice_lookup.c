/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice_lookup.c - a kfunc that a kernel does not have, or has otherwise. What is said of
 * versions depends on whether the log, or the user, says which kernel it is.
 */
#include "analysis/explain/advice_internal.h"

#include "config/lifecycle.h"
#include <string.h>

/* The kfunc that was there before, and that this one replaces. False: none is known. */
static bool find_predecessor(const struct kfg_advice_known *k, struct kfg_deprecation_info *ret)
{
	size_t n = k->policy ? kfg_policy_n_deprecations(k->policy) : 0;

	for (uint32_t i = 0; i < n; i++)
		if (kfg_policy_deprecation(k->policy, i, ret) && ret->replacement &&
		    kfg_advice_is_identifier(ret->kfunc) && strcmp(ret->replacement, k->name) == 0 &&
		    strcmp(ret->kfunc, k->name) != 0)
			return true;
	return false;
}

/* " with two more arguments", or "" */
static const char *more_arguments(const char *old, const char *new)
{
	static const char *const words[] = { "", " with one more argument", " with two more arguments",
					     " with three more arguments" };
	const struct kfg_kfunc_signature *a = kfg_kfunc_signature_find(old, 0), *b = kfg_kfunc_signature_find(new, 0);
	int n = a && b && a->n_args >= 0 && b->n_args >= 0 ? a->n_args - b->n_args : 0;

	return n > 0 && n < 4 ? words[n] : "";
}

static bool is_there(const char *kfunc, unsigned release)
{
	return kfg_kfunc_history_presence(kfg_kfunc_history_find(kfunc), release) == KFG_PRESENCE_SINCE;
}

/* The name that replaces this one, where it was there before this one, too. NULL: it was not. */
static const char *find_earlier_life(const struct kfg_advice_known *k, unsigned release)
{
	struct kfg_deprecation_info row;

	if (!kfg_lifecycle_find(k->policy, k->name, NULL, &row) || !row.replacement ||
	    !is_there(row.replacement, release))
		return NULL;
	return row.replacement;
}

/* ": there it is X with two more arguments", where a release has that; 0: any before this kfunc came */
static void say_predecessor(const struct kfg_advice_known *k, unsigned release, struct kfg_strbuf *out)
{
	unsigned at = release ? release : kfg_kfunc_release_parse(k->history->introduced) - 1;
	const char *earlier = find_earlier_life(k, at);
	struct kfg_deprecation_info old;

	if (earlier)
		kfg_strbuf_printf(out, ": there it is %s", earlier);
	else if (find_predecessor(k, &old) &&
		 (!release || !kfg_kfunc_history_find(old.kfunc) || is_there(old.kfunc, release)))
		kfg_strbuf_printf(out, ": there it is %s%s", old.kfunc, more_arguments(old.kfunc, k->name));
}

/* What parts of the kernel a kfunc comes with, by its name. */
static const char *configuration(const char *name)
{
	static const struct kfg_advice_named options[] = {
		{ "scx_bpf_task_cgroup", "CONFIG_SCHED_CLASS_EXT=y and CONFIG_CGROUP_SCHED=y" },
		{ "scx_bpf_", "CONFIG_SCHED_CLASS_EXT=y" },
		{ "__scx_bpf_", "CONFIG_SCHED_CLASS_EXT=y" },
		{ "hid_bpf_", "CONFIG_HID_BPF=y" },
		{ "bpf_crypto_", "CONFIG_CRYPTO=y, and for AEAD and skcipher CONFIG_CRYPTO_SKCIPHER=y" },
		{ "bpf_qdisc_", "CONFIG_NET_SCH_BPF=y" },
		{ "bpf_fsverity", "CONFIG_FS_VERITY=y" },
		{ "bpf_get_fsverity", "CONFIG_FS_VERITY=y" },
		{ "bpf_lookup_user_key", "CONFIG_KEYS=y" },
		{ "bpf_lookup_system_key", "CONFIG_KEYS=y" },
		{ "bpf_verify_pkcs7", "CONFIG_SYSTEM_DATA_VERIFICATION=y" },
		{ "bpf_sock_destroy", "CONFIG_INET=y" },
		{ "bpf_cgroup_", "CONFIG_CGROUPS=y" },
		{ "bpf_task_under_cgroup", "CONFIG_CGROUPS=y" },
		{ "bpf_arena_", "CONFIG_MMU=y on a 64-bit machine" },
		{ "crash_kexec", "CONFIG_CRASH_DUMP=y" },
	};

	return kfg_advice_named_find(options, sizeof(options) / sizeof(options[0]), name);
}

/* The kernel should have it, or nothing is known of the kernel. */
static void say_presence_needs(const struct kfg_advice_known *k, struct kfg_strbuf *out)
{
	const char *option = configuration(k->name);

	if (k->history->module[0])
		kfg_strbuf_printf(out,
				  "Kfuncs of modules are found in modules that are loaded only: modprobe %s before "
				  "the "
				  "program is loaded.",
				  k->history->module);
	else if (option)
		kfg_strbuf_printf(out,
				  "It is there only in kernels built with %s: zgrep CONFIG_ /proc/config.gz, or "
				  "/boot/config-*.",
				  option);
	else
		kfg_strbuf_adds(out, "It may depend on the kernel's configuration.");
}

static void missing_in_release(const struct kfg_advice_known *k, struct kfg_advice *a, enum kfg_presence presence)
{
	if (kfg_advice_is_removed(k, a)) {
		kfg_strbuf_printf(&a->what,
				  " This kernel is Linux %s, which does not have it any more: it was removed in "
				  "Linux %s.",
				  k->kernel, a->lifecycle.removed_in);
		if (!kfg_advice_replacement(a, &a->todo))
			kfg_strbuf_adds(&a->todo, "Do without it on kernels that do not have it.");
	} else if (presence == KFG_PRESENCE_TOO_OLD) {
		kfg_strbuf_printf(&a->what, " This kernel is Linux %s, older than Linux %s, which brought it",
				  k->kernel, k->history->introduced);
		say_predecessor(k, k->release, &a->what);
		kfg_strbuf_adds(&a->what, ".");
		kfg_strbuf_printf(&a->todo,
				  "Use Linux %s or newer, or make the program do without it on older kernels.",
				  k->history->introduced);
	} else if (presence == KFG_PRESENCE_ABSENT) {
		kfg_strbuf_printf(&a->what, " This kernel is Linux %s; releases %s to %s do not have it", k->kernel,
				  k->history->absent_from, k->history->absent_to);
		say_predecessor(k, k->release, &a->what);
		kfg_strbuf_adds(&a->what, ".");
		kfg_strbuf_adds(&a->todo, "Use a newer kernel, or the other name on these.");
	} else {
		kfg_strbuf_printf(&a->what, " Linux %s has it, as far as its version says.", k->kernel);
		say_presence_needs(k, &a->todo);
	}
}

/* Nothing is known of the kernel: what can be why. */
static void missing_somewhere(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const struct kfg_kfunc_history *h = k->history;

	if (h && h->introduced[0]) {
		kfg_strbuf_printf(&a->what, " Either the kernel is older than %s", h->introduced);
		/* in releases before the first one the other name was, or in those of the gap */
		if (!h->absent_from[0]) {
			say_predecessor(k, 0, &a->what);
		} else {
			kfg_strbuf_printf(&a->what, ", or of %s to %s", h->absent_from, h->absent_to);
			say_predecessor(k, kfg_kfunc_release_parse(h->absent_from), &a->what);
		}
	} else {
		kfg_strbuf_adds(&a->what, " Either the kernel is older than it");
	}
	if (a->lifecycle.removed_in)
		kfg_strbuf_printf(&a->what, "; or it is %s or newer, from which it was removed",
				  a->lifecycle.removed_in);
	kfg_strbuf_adds(&a->what,
			h && h->module[0] ? "; or its module is not loaded." : "; or it was built without it.");
	if (k->doubted[0])
		kfg_strbuf_printf(
			&a->what,
			" Line %zu of the log names Linux %s, but not clearly as the kernel that this is about "
			"(--kernel=RELEASE tells).",
			k->doubted_line, k->doubted);
	else if (k->kernel[0])
		kfg_strbuf_printf(
			&a->what,
			" Of Linux %s the number does not tell what its BPF has: its vendor takes in newer parts.",
			k->kernel);
	else if (!h || !h->module[0])
		kfg_strbuf_adds(&a->what, " The log does not say which kernel it is (--kernel=RELEASE tells).");
	if (a->lifecycle.removed_in && kfg_advice_replacement(a, &a->todo))
		kfg_strbuf_adds(&a->todo, " ");
	if (h)
		say_presence_needs(k, &a->todo);
	else if (!a->todo.size)
		kfg_strbuf_adds(&a->todo, "Do without it on kernels that do not have it.");
}

/* The declarations of what serves old and new kernels. */
static void show_guard(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	struct kfg_deprecation_info old;
	const char *other = NULL;

	if (a->lifecycle.kfunc && a->lifecycle.replacement && kfg_advice_is_identifier(a->lifecycle.replacement))
		other = a->lifecycle.replacement;
	kfg_strbuf_adds(&a->todo, " A program for kernels with and without it declares it weak and guards the "
				  "call:");
	if (a->lifecycle.removed_in && other)
		kfg_advice_code_guard(k, other, k->name, &a->code);
	else if (find_predecessor(k, &old))
		kfg_advice_code_guard(k, k->name, old.kfunc, &a->code);
	else
		kfg_advice_code_guard(k, k->name, NULL, &a->code);
}

/* A suffix of the program's own, and a loader that does not drop it: no kernel has a name like that. */
static void missing_with_suffix(const struct kfg_advice_known *k, size_t n, struct kfg_advice *a)
{
	a->blame = KFG_BLAME_LOADER;
	kfg_strbuf_printf(&a->what,
			  " cilium/ebpf looks for the whole name, with the %s that libbpf drops, and no kernel has it "
			  "under that name.",
			  k->name + n);
	kfg_strbuf_printf(&a->todo,
			  "Declare it as the kernel names it: %.*s. Two declarations of one kfunc, told apart by their "
			  "suffixes, need libbpf.",
			  (int)n, k->name);
}

/* The module that has it under the same name since, in the replacement "NAME [MODULE]"; n 0: none. */
static struct kfg_span new_module(const struct kfg_advice_known *k, const struct kfg_advice *a)
{
	const char *to = a->lifecycle.removed_in ? a->lifecycle.replacement : NULL;
	size_t n = strlen(k->name);

	if (!to || !n || strncmp(to, k->name, n) != 0 || strncmp(to + n, " [", 2) != 0 ||
	    (k->release && !kfg_advice_is_removed(k, a)))
		return (struct kfg_span){ "", 0 };
	return (struct kfg_span){ to + n + 2, strcspn(to + n + 2, "]") };
}

static void missing_moved(const struct kfg_advice_known *k, struct kfg_span module, struct kfg_advice *a)
{
	bool tests = module.n == strlen("bpf_testmod") && memcmp(module.at, "bpf_testmod", module.n) == 0;

	kfg_strbuf_printf(&a->what,
			  " Since Linux %s it is in the module %.*s, under the same name, and kfuncs of modules are "
			  "found in modules that are loaded only.",
			  a->lifecycle.removed_in, (int)module.n, module.at);
	kfg_strbuf_printf(&a->todo, "Load that module before the program: modprobe %.*s.", (int)module.n, module.at);
	if (tests)
		kfg_strbuf_adds(&a->todo, " It belongs to the kernel's own tests, is built in "
					  "tools/testing/selftests/bpf, and hardly any distribution has it.");
	if (!k->release)
		kfg_strbuf_printf(
			&a->todo,
			" Before Linux %s it was the kernel's own, in kernels built with it: --kernel=RELEASE "
			"tells which this is.",
			a->lifecycle.removed_in);
}

/* The log says so itself. */
static void missing_not_loaded(struct kfg_advice *a)
{
	kfg_strbuf_adds(
		&a->what,
		" The log says that a module is not loaded, and kfuncs of modules are found in modules that are "
		"loaded only.");
	kfg_strbuf_adds(&a->todo,
			"Load that module before the program: modprobe it, or build it first (dkms status says "
			"whether it was built for the running kernel), with BTF, which /sys/kernel/btf/MODULE shows "
			"once it is loaded.");
}

void kfg_advice_on_missing(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	enum kfg_presence presence = kfg_kfunc_history_presence(k->history, k->release);
	const char *suffix = k->is_cilium && !k->history ? kfg_advice_own_suffix(k->name) : NULL;

	if (suffix) {
		missing_with_suffix(k, (size_t)(suffix - k->name), a);
		return;
	}
	if (k->is_cilium && strstr(k->f->message, "not supported"))
		kfg_strbuf_adds(&a->what, " \"Not supported\" is cilium/ebpf's wording for that.");
	if (new_module(k, a).n) {
		missing_moved(k, new_module(k, a), a);
		return;
	}
	if (kfg_advice_is_removed(k, a) || presence != KFG_PRESENCE_UNKNOWN) {
		missing_in_release(k, a, presence);
	} else if (k->history || a->lifecycle.removed_in) {
		missing_somewhere(k, a);
	} else {
		const char *near = kfg_kfunc_history_nearest(k->name);
		bool plain = kfg_advice_is_strange(k, a) && !strstr(k->name, "bpf_");

		if (k->f->beside == KFG_VLOG_BESIDE_NOT_LOADED) {
			missing_not_loaded(a);
			return;
		}
		a->blame = near ? KFG_BLAME_PROGRAM : plain ? KFG_BLAME_UNKNOWN : KFG_BLAME_KERNEL;
		if (plain)
			kfg_advice_say_strange(k, a);
		if (near)
			kfg_strbuf_printf(&a->todo, "Write %s, if that is meant. ", near);
		else
			kfg_strbuf_adds(&a->todo, "Check the name. ");
		kfg_strbuf_adds(&a->todo,
				"A kfunc of an out-of-tree module needs that module loaded, built for this "
				"kernel with BTF (/sys/kernel/btf/MODULE), and registered (dmesg). A kernel with "
				"patches of its own may have it built in: then only such a kernel has it.");
		/* a guard would hide that there may never be anything to call */
		if (!k->name[0] || kfg_advice_is_strange(k, a))
			return;
	}
	show_guard(k, a);
}

void kfg_advice_on_declaration(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	if (kfg_advice_is_strange(k, a)) {
		const char *near = kfg_kfunc_history_nearest(k->name);

		kfg_strbuf_printf(
			&a->what,
			" It may be no kfunc at all: a function that is declared and nowhere defined looks so, as "
			"a helper does whose definition is missing (bpf_helper_defs.h, or a header for a kernel "
			"with patches, has \"static ... (*%s)(...) = (void *) NUMBER;\").",
			k->name);
		if (near)
			kfg_strbuf_printf(&a->todo, "Write %s, if that is meant. ", near);
		kfg_strbuf_adds(&a->todo, "If it is a helper, include the header that defines it; if it is a function "
					  "of the program's own, define it. If it is a kfunc: ");
	}
	kfg_strbuf_adds(&a->todo, kfg_advice_words[k->f->kind].todo);
}

/* A program that was written for a newer kernel than the headers that it is compiled with. */
void kfg_advice_on_undeclared(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	enum kfg_presence presence = kfg_kfunc_history_presence(k->history, k->release);
	bool named = presence == KFG_PRESENCE_TOO_OLD || presence == KFG_PRESENCE_ABSENT;
	size_t size;

	if (named) {
		kfg_strbuf_printf(&a->what, " Linux %s, which this is about, does not have it", k->kernel);
		size = a->what.size;
		say_predecessor(k, k->release, &a->what);
	} else if (!k->release && k->history && k->history->introduced[0] && !k->history->absent_from[0]) {
		kfg_strbuf_printf(&a->what, " Headers of a kernel older than %s do not have it either",
				  k->history->introduced);
		size = a->what.size;
		say_predecessor(k, 0, &a->what);
	} else {
		kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_UNDECLARED].todo);
		return;
	}
	if (a->what.size > size)
		kfg_strbuf_printf(&a->todo, "%s that name there, or compile a program that is as old as the kernel. ",
				  named ? "Use" : "If the program is for an older kernel, use");
	kfg_strbuf_adds(&a->what, ".");
	if (!named)
		kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_UNDECLARED].todo);
	else if (!a->todo.size)
		kfg_strbuf_adds(&a->todo, "Use a newer kernel and its headers, or do without it. A declaration alone "
					  "does not help: that kernel has nothing to call.");
	else
		kfg_strbuf_adds(&a->todo, "A declaration alone does not help: that kernel has nothing to call.");
}

/* Whether the kernel is one of those that were found wrong. */
static bool is_leaked_here(const struct kfg_advice_known *k)
{
	size_t n = strcspn(k->kernel, "+-");
	const char *at = k->leaked->kernels;

	while (n && *at) {
		if (strncmp(at, k->kernel, n) == 0 && (!at[n] || strchr(",-", at[n])))
			return true;
		at += strcspn(at, ",");
		at += strspn(at, ", ");
	}
	return false;
}

/* The kernel's own name ends as the suffix of a program does, and libbpf dropped that, too. */
static void prototype_of_another(const struct kfg_advice_known *k, const char *suffix, struct kfg_advice *a)
{
	kfg_strbuf_printf(&a->what,
			  " %s is the whole name of a kfunc, but libbpf drops the last ___suffix of what the program "
			  "declares, and so found %.*s, which is another one.",
			  k->name, (int)(suffix - k->name), k->name);
	kfg_strbuf_printf(&a->todo,
			  "Declare it as %s___compat, or with another suffix: libbpf drops only the last one.",
			  k->name);
	kfg_advice_code_guard(k, k->name, NULL, &a->code);
}

void kfg_advice_on_prototype(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const char *suffix = k->history && strstr(k->f->message, "func_proto") ? kfg_advice_own_suffix(k->name) : NULL;

	if (suffix) {
		prototype_of_another(k, suffix, a);
		return;
	}
	if (k->leaked) {
		a->blame = k->change && !is_leaked_here(k) ? KFG_BLAME_UNKNOWN : KFG_BLAME_KERNEL_BUILD;
		kfg_strbuf_printf(&a->what,
				  " For %s it is probably the kernel that is wrong: shipped kernels (%s) show its "
				  "hidden last argument, aux, in their BTF (built with pahole older than 1.31), "
				  "and "
				  "no program can match that.",
				  k->name, k->leaked->kernels);
		kfg_strbuf_printf(&a->todo,
				  "Look at the kernel's side first: bpftool btf dump file /sys/kernel/btf/vmlinux "
				  "| "
				  "grep -A9 \"FUNC '%s'\". If the prototype ends in \"aux\", the program is right: "
				  "use "
				  "another build of the kernel. Else: ",
				  k->name);
	}
	if (k->f->beside == KFG_VLOG_BESIDE_LTO) {
		a->blame = KFG_BLAME_UNKNOWN;
		kfg_strbuf_adds(&a->what,
				" It may be the program or the kernel's build that is wrong: the log speaks of "
				"LTO, and an optimizer, or the pahole that writes the BTF behind it, may drop "
				"arguments and results of a kernel's function.");
		kfg_strbuf_printf(
			&a->todo,
			"Compare both with the kernel's source first: bpftool btf dump file "
			"/sys/kernel/btf/vmlinux | grep -A9 \"FUNC '%s'\". If it is the kernel's BTF that differs, "
			"build the kernel with a newer pahole, or without LTO. Else: ",
			k->name);
	}
	if (k->change)
		kfg_strbuf_printf(&a->what, " Upstream changed it between %s (%s) and %s (%s).", k->change->from,
				  k->change->before, k->change->to, k->change->after);
	kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_PROTO].todo);
}

/* kfuncCallPoisonBase, which cilium/ebpf calls in place of a weak kfunc, fixupKfuncs() of linker.go */
static void say_poison(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	a->what.size = 0;
	kfg_strbuf_adds(
		&a->what,
		"The verifier reached a call of a kfunc that is declared weak and that cilium/ebpf did not find: "
		"the call number 233685214 is 0xdedc0de, its mark for that, and the call was not guarded. Either "
		"the kernel lacks the kfunc, or the loader had no BTF of the kernel to look in, as where a BTF of "
		"another origin is given to it.");
	if (k->f->beside == KFG_VLOG_BESIDE_TOLD)
		kfg_strbuf_printf(&a->what, " The mark does not say which kfunc it is; the text before names %s.",
				  k->name);
	else
		kfg_strbuf_adds(&a->what, " The mark does not say which kfunc it is.");
}

void kfg_advice_on_unresolved(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	enum kfg_presence presence = kfg_kfunc_history_presence(k->history, k->release);

	if (strstr(k->f->message, "233685214") || strstr(k->f->message, "unknown kfunc"))
		say_poison(k, a);
	else if (!k->name[0])
		kfg_strbuf_adds(&a->what, " The log does not say which one; libbpf 1.2 and later do.");
	if (!k->name[0])
		a->blame = KFG_BLAME_KERNEL;
	if (presence == KFG_PRESENCE_TOO_OLD)
		kfg_strbuf_printf(&a->what, " This kernel is Linux %s, and it came with %s.", k->kernel,
				  k->history->introduced);
	kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_UNRESOLVED].todo);
	if (a->lifecycle.removed_in) {
		kfg_strbuf_adds(&a->todo, " ");
		(void)kfg_advice_replacement(a, &a->todo);
	}
	if (k->name[0] && !(kfg_advice_is_strange(k, a) && kfg_kfunc_history_nearest(k->name)))
		kfg_advice_code_guard(k, k->name, NULL, &a->code);
}
