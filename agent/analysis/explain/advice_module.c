/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice_module.c - kfuncs that were not registered: why, by what the kernel, the module and its build say. */
#include "analysis/explain/advice_internal.h"

#include <string.h>

#define MANY 4 /* functions that a build lost */

static const char rebuild[] = "build the module again with CONFIG_DEBUG_INFO_BTF_MODULES=y and a current pahole";

void kfg_advice_on_module_btf(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	if (k->module[0])
		kfg_strbuf_printf(&a->todo,
				  "The module %s was built against another kernel, or by a pahole or linker that "
				  "damaged its BTF: rebuild it for the running kernel (or unload it, or build it "
				  "without BTF). bpftool btf dump file /sys/kernel/btf/%s -B /sys/kernel/btf/vmlinux "
				  "shows the place.",
				  k->module, k->module);
	else
		kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_MODULE_READ].todo);
	a->blame = k->module[0] ? KFG_BLAME_KERNEL_BUILD : KFG_BLAME_LOADER;
	if (k->history && !k->history->module[0])
		kfg_strbuf_printf(&a->what,
				  " It looks there for what the kernel itself does not have, so this kernel lacks %s, "
				  "too%s%s. Where it is declared weak, only the module is to blame.",
				  k->name, k->history->introduced[0] ? ", which came with Linux " : "",
				  k->history->introduced);
}

/* Of which module, where that is said; else of the kfunc's own, if it is that one. */
void kfg_advice_on_module_other(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const char *own = k->history ? k->history->module : "";

	if (k->module[0]) {
		a->what.size = 0;
		kfg_strbuf_printf(
			&a->what,
			"The kernel did not take the BTF of the module %s, since it does not fit to its own: the "
			"module was built against another kernel, or by tools whose BTF this kernel does not "
			"understand. So nothing of it is registered, and its kfuncs are not to be found.",
			k->module);
	} else if (own[0]) {
		kfg_strbuf_printf(&a->what, " The log does not say which module it is; this kfunc is of the module %s.",
				  own);
		kfg_strbuf_printf(&a->todo,
				  "Look whether %s is loaded (modprobe %s), and has BTF: /sys/kernel/btf/%s. ", own,
				  own, own);
	}
	kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_MODULE_OTHER].todo);
}

/* scripts/Makefile.modfinal says so, and builds the module without BTF. */
static void registered_without_vmlinux(struct kfg_advice *a)
{
	a->what.size = 0;
	kfg_strbuf_adds(&a->what,
			"A module could not register its kfuncs, since it has no BTF: when it was built, the kernel's "
			"vmlinux was not at hand, and the build says that it left BTF out. Every program that calls "
			"one of them fails to load.");
	kfg_strbuf_printf(&a->todo,
			  "Put the vmlinux of the very kernel that runs where the build looks for it "
			  "(/lib/modules/$(uname -r)/build/vmlinux): from the package with the kernel's debugging "
			  "symbols, or by cp /sys/kernel/btf/vmlinux, which has the BTF. Then %s, look that the build "
			  "does not say \"Skipping BTF generation\", and load it again.",
			  rebuild);
}

static bool is_invalid(const struct kfg_advice_known *k)
{
	return strstr(k->f->message, "-22") || strstr(k->f->message, "EINVAL");
}

/* BTF_SET8_KFUNCS came with 6.9. */
static bool is_before_flag(const struct kfg_advice_known *k)
{
	return k->release && k->release < KFG_RELEASE(6, 9);
}

/* The log names the macros, and the kernel looks at what they leave out. */
static bool is_old_set(const struct kfg_advice_known *k)
{
	return k->f->beside == KFG_VLOG_BESIDE_OLD_SET && is_invalid(k) && !is_before_flag(k);
}

static void registered_by_old_set(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	a->what.size = 0;
	kfg_strbuf_adds(&a->what,
			"A module could not register its kfuncs. Most likely its set begins with "
			"BTF_SET8_START, which the log names: since Linux 6.9 a set of kfuncs has to say that "
			"it is one, and register_btf_kfunc_id_set() returns -22 (EINVAL) for others.");
	if (!k->release)
		kfg_strbuf_adds(&a->what, " On an older kernel it is the module's BTF that does not fit.");
	kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_REGISTER_SET].todo);
}

void kfg_advice_on_register(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	if (k->f->beside == KFG_VLOG_BESIDE_NO_VMLINUX) {
		registered_without_vmlinux(a);
		return;
	}
	if (is_old_set(k)) {
		registered_by_old_set(k, a);
		return;
	}
	if (!strstr(k->f->message, "missing module BTF") || k->f->beside == KFG_VLOG_BESIDE_BAD_BTF) {
		kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_REGISTER].todo);
		if (k->f->beside == KFG_VLOG_BESIDE_NOTHING && is_invalid(k) && !is_before_flag(k))
			kfg_strbuf_adds(
				&a->todo,
				" Where there are none, and the kernel is Linux 6.9 or newer, -22 (EINVAL) says "
				"that the set in the module's source begins with BTF_SET8_START: write "
				"BTF_KFUNCS_START(name) and BTF_KFUNCS_END(name).");
		return;
	}
	a->what.size = 0;
	kfg_strbuf_adds(&a->what,
			"A module could not register its kfuncs, since the kernel has no BTF of it: the module was "
			"built without, or stripped of it, or the kernel did not take it, which a line before "
			"(\"BPF: ...\") says then. Every program that calls one of them fails to load.");
	kfg_strbuf_printf(&a->todo,
			  "With the vmlinux of the very kernel that runs at hand, %s, and strip no more of it than "
			  "its debugging symbols (strip -g). The build says \"Skipping BTF generation\" where it "
			  "leaves BTF out. Of a module that comes with the kernel, install the one of this kernel.",
			  rebuild);
}

void kfg_advice_on_set(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	if (k->f->beside != KFG_VLOG_BESIDE_KERNEL) {
		/* WARN_ON(!kset->owner) */
		if (!k->module[0])
			kfg_strbuf_adds(
				&a->what,
				" Most likely the set is one that is built into the kernel: of a module's it warns "
				"only where the set names no owner, and else only returns -22 (EINVAL).");
		kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_REGISTER_SET].todo);
		return;
	}
	a->what.size = 0;
	kfg_strbuf_adds(&a->what,
			"The kernel warns of a set of kfuncs of its own, which it registers while it starts, and does "
			"not take it: since Linux 6.9 a set of kfuncs has to say that it is one. It does not where its "
			"source has BTF_SET8_START in place of BTF_KFUNCS_START, or, in kernels between 6.8 and 6.9, "
			"where it was built without CONFIG_DEBUG_INFO_BTF. No module and no program is concerned.");
	kfg_strbuf_adds(&a->todo,
			"Build the kernel with CONFIG_DEBUG_INFO_BTF=y: without it no program can call kfuncs in any "
			"case. If it has that, the function that calls register_btf_kfunc_id_set() in the trace says "
			"which source has the set; report it to whoever built the kernel.");
}

/* Many functions of the kernel itself are not in its BTF: no compiler renames so many. */
static void built_without_many(struct kfg_advice *a)
{
	a->what.size = 0;
	kfg_strbuf_adds(
		&a->what,
		"The kernel lists these kfuncs in sets, and its BTF does not have them. What is not in the BTF is "
		"not registered, and programs that call it fail to load. It is so many at once that no compiler "
		"renamed them: most likely pahole, which writes the BTF, left them out.");
	kfg_strbuf_adds(
		&a->todo,
		"Build with the pahole that this kernel's documentation asks for "
		"(Documentation/process/changes.rst), and try another version of it. It leaves out functions "
		"whose arguments it cannot follow, and on some architectures, 32-bit ones above all, these are "
		"many: report it to dwarves@vger.kernel.org. Look, too, whether the configuration builds the files "
		"that define them.");
}

/* What the compiler made beside the function: pahole cannot tell which of both the BTF is to describe. */
static void built_with_clone(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	a->what.size = 0;
	kfg_strbuf_printf(
		&a->what,
		"The kernel lists the kfunc in a set, and its BTF does not have it. The log shows why: the "
		"compiler made a clone of %s beside it (.constprop, .isra, .part) for some of its callers, as "
		"gcc does above all with -O3, and pahole leaves a function out that is there in more than one "
		"shape. What is not in the BTF is not registered, and programs that call it fail to load.",
		k->name);
	kfg_strbuf_adds(&a->todo, "Build without -O3 (KCFLAGS) or other flags that the kernel does not set itself, or "
				  "with -fno-ipa-cp, or have the function not cloned: __attribute__((noclone)), which "
				  "__bpf_kfunc of newer kernels has in it.");
}

/* resolve_btfids, on a module: the id of a function that is not the module's own */
void kfg_advice_on_build(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	if (k->f->beside == KFG_VLOG_BESIDE_CLONE) {
		built_with_clone(k, a);
		return;
	}
	if (k->f->beside == KFG_VLOG_BESIDE_NOTHING && k->f->n_group >= MANY) {
		built_without_many(a);
		return;
	}
	if (k->f->beside != KFG_VLOG_BESIDE_BUILD || !k->history || strcmp(k->history->module, k->module) == 0) {
		kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_BUILD].todo);
		return;
	}
	a->what.size = 0;
	kfg_strbuf_printf(&a->what,
			  "The module %s names %s, which is not its own, in a list of ids (BTF_ID_LIST, BTF_ID), and "
			  "the BTF that the module is built on (its base, the kernel's vmlinux) does not have it. The "
			  "id in the list stays 0, and what the module does with it does not work. The kfunc itself "
			  "is as it was: where the kernel has it, programs can call it.",
			  k->module, k->name);
	kfg_strbuf_printf(&a->todo,
			  "Build the module against the vmlinux of the kernel that it is for, whose BTF has the "
			  "function (bpftool btf dump file vmlinux | grep \"'%s'\"). A module that is built outside of "
			  "the kernel's source gets a base that is cut down to the types it uses (.BTF.base, since "
			  "Linux 6.11): there leave the kernel's functions out of lists of ids, and have the program "
			  "declare what it calls (__ksym).",
			  k->name);
}
