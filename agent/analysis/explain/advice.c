/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice.c - a finding, and what is known of its kfunc, in sentences. */
#include "analysis/explain/advice_internal.h"

#include "analysis/explain/explain_release.h"
#include "base/text.h"
#include "config/lifecycle.h"
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#define TEXT_MAX (64u * 1024)

const char *kfg_vlog_kind_str(enum kfg_vlog_kind kind)
{
	return (unsigned)kind < KFG_VLOG_KIND_MAX ? kfg_advice_words[kind].word : "?";
}

const char *kfg_vlog_kind_title(enum kfg_vlog_kind kind)
{
	return (unsigned)kind < KFG_VLOG_KIND_MAX ? kfg_advice_words[kind].title : "?";
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

static void add_introduced(struct kfg_strbuf *out, const struct kfg_kfunc_history *h)
{
	bool newest = strcmp(h->last_seen, KFG_HISTORY_NEWEST) == 0;

	if (h->introduced[0])
		kfg_strbuf_printf(out, "In Linux since %s", h->introduced);
	else
		kfg_strbuf_printf(out, "Seen in Linux %s to %s%s", h->first_seen, h->last_seen,
				  newest ? " (or newer)" : "");
	if (h->absent_from[0])
		kfg_strbuf_printf(out, ", but not in %s%s%s", h->absent_from,
				  strcmp(h->absent_from, h->absent_to) == 0 ? "" : " to ",
				  strcmp(h->absent_from, h->absent_to) == 0 ? "" : h->absent_to);
	if (h->module[0])
		kfg_strbuf_printf(out, ", in the module %s", h->module);
	kfg_strbuf_adds(out, ".");
	if (h->beside[0])
		kfg_strbuf_printf(out, " Kernels of distributions have it beside that: %s.", h->beside);
}

static void add_lifecycle(struct kfg_strbuf *out, const struct kfg_deprecation_info *row)
{
	size_t from;

	if (!row->removed_in && !row->deprecated_in)
		return;
	if (out->size)
		kfg_strbuf_adds(out, " ");
	if (row->removed_in && row->replacement && kfg_text_begins(row->replacement, row->kfunc) &&
	    row->replacement[strlen(row->kfunc)] == ' ') {
		kfg_strbuf_printf(out, "Since Linux %s it is %s.", row->removed_in, row->replacement);
		return;
	}
	from = out->size;
	kfg_lifecycle_dates(row, "Linux ", out);
	if (out->size > from)
		out->data[from] = (char)toupper((unsigned char)out->data[from]);
	kfg_strbuf_adds(out, ".");
}

static void say_since(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const char *near;

	if (k->f->kind == KFG_VLOG_REFUSED || k->f->kind == KFG_VLOG_COMPILER || !k->name[0] || k->f->n_group)
		return;
	if (k->history)
		add_introduced(&a->since, k->history);
	if (a->lifecycle.kfunc)
		add_lifecycle(&a->since, &a->lifecycle);
	if (k->history || a->lifecycle.kfunc)
		return;
	near = kfg_kfunc_history_nearest(k->name);
	kfg_strbuf_printf(&a->since, "No kernel from %s to %s that was looked at has a kfunc %s.", KFG_HISTORY_OLDEST,
			  KFG_HISTORY_NEWEST, k->name);
	if (near)
		kfg_strbuf_printf(&a->since, " Is %s meant?", near);
}

static void advise_capability(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const char *message = k->f->message;

	if (strstr(message, "loading/calling other")) {
		a->what.size = 0;
		kfg_strbuf_adds(&a->what,
				"The program calls kfuncs, or functions of its own, and whoever loads it lacks "
				"the capability that both need.");
	}
	if (strstr(message, "CAP_SYS_BOOT"))
		kfg_strbuf_adds(&a->todo, "It can bring the system down, so the loader needs CAP_SYS_BOOT beside "
					  "CAP_BPF: AmbientCapabilities= or CapabilityBoundingSet= of its unit.");
	else if (strstr(message, "CAP_PERFMON"))
		kfg_strbuf_adds(&a->todo, "Give the loader CAP_PERFMON (AmbientCapabilities= of its unit). Linux "
					  "7.3 "
					  "asks for it at some 30 kfuncs that needed only CAP_BPF before.");
	else
		kfg_strbuf_adds(&a->todo, "Give the loader CAP_BPF, and what its program type needs (CAP_PERFMON, "
					  "CAP_NET_ADMIN), or a BPF token.");
}

/* Where the kernel itself says so (add_kfunc_call(), register_btf_kfunc_id_set()), no view of /sys is why. */
static void advise_no_btf(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	if (!strstr(k->f->message, "is not supported without CONFIG_DEBUG_INFO_BTF") &&
	    !strstr(k->f->message, "missing vmlinux BTF")) {
		kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_NO_BTF].todo);
		return;
	}
	a->what.size = 0;
	kfg_strbuf_adds(&a->what,
			"kfuncs are found by BTF, and the kernel itself says that it has none: it was built without.");
	kfg_strbuf_adds(&a->todo, "Use a kernel with CONFIG_DEBUG_INFO_BTF=y, which has /sys/kernel/btf/vmlinux. "
				  "Nothing in the program or the loader can help.");
}

static void advise_jit(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	bool off = strstr(k->f->message, "is required");

	/* jit_subprogs(): then the interpreter would have to run the program, and it cannot call kfuncs */
	if (k->f->beside == KFG_VLOG_BESIDE_CALLS) {
		kfg_strbuf_adds(&a->what,
				" It gave up on this program, as the line before says: not for the kfunc, but "
				"for the calls of the program's own functions (bpf-to-bpf calls).");
		kfg_strbuf_adds(&a->todo,
				"Inline the program's functions (static __always_inline), above all where the program "
				"makes tail calls, too, or compile them into fewer and shorter ones. A newer kernel's "
				"JIT may compile what this one cannot; on x86-64 and arm64 report it to "
				"bpf@vger.kernel.org.");
		return;
	}
	kfg_strbuf_adds(&a->what, off ? " It is off here, or there is none." : " It cannot compile this one.");
	if (strcmp(k->name, "bpf_throw") == 0)
		kfg_strbuf_adds(&a->todo, "Exceptions need the JIT of x86-64 in a kernel with "
					  "CONFIG_UNWINDER_ORC=y, or "
					  "that of arm64, and in Linux 7.3 also those of s390 and 64-bit powerpc. "
					  "Use such "
					  "a kernel, or return an error instead of throwing.");
	else if (off)
		kfg_strbuf_adds(&a->todo,
				"Switch the JIT on (sysctl net.core.bpf_jit_enable=1, CONFIG_BPF_JIT). Where it "
				"is on, this architecture has none that can call kfuncs.");
	else
		kfg_strbuf_adds(&a->todo, "The JIT is on, and cannot compile this call on this architecture: use a "
					  "kernel or an architecture whose JIT can, or do without the kfunc.");
}

/* Since 7.0 the kernel's BTF keeps the shape of some kfuncs under a name that is no symbol any more. */
static void advise_address(const struct kfg_advice_known *k __attribute__((unused)), struct kfg_advice *a)
{
	if (!a->lifecycle.removed_in) {
		kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_NO_ADDRESS].todo);
		return;
	}
	a->what.size = 0;
	a->blame = KFG_BLAME_KERNEL;
	kfg_strbuf_printf(&a->what,
			  "Linux %s removed this kfunc; the kernel's BTF still has a function of that name, which "
			  "is "
			  "only the shape of another one with its hidden arguments, so loaders find what cannot be "
			  "called.",
			  a->lifecycle.removed_in);
	(void)kfg_advice_replacement(a, &a->todo);
}

static void advise_refused(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	if (strstr(k->f->message, "BPF program \"")) {
		a->what.size = 0;
		kfg_strbuf_adds(&a->what, "kfgate refused the load, and says so in its own record, quoted above: a "
					  "policy "
					  "refuses this kfunc, or its deadline is past.");
		kfg_strbuf_adds(&a->todo, "journalctl -x KFGATE_KIND=refused shows the record with what helps; the "
					  "rule "
					  "or the deprecation in brackets is that of the policy in force (kfgate "
					  "status).");
		return;
	}
	kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_REFUSED].todo);
}

/* "Function NAME has 6 > 5 args" (MAX_BPF_FUNC_REG_ARGS): it is the definition that has them. */
static void advise_return(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	if (!strstr(k->f->message, " args") || !strstr(k->f->message, " > ")) {
		kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_RETURN].todo);
		return;
	}
	a->what.size = 0;
	kfg_strbuf_printf(&a->what,
			  "The kfunc itself has more arguments than the %lld that this kernel passes to one. No "
			  "program can call it, whatever it passes.",
			  k->f->number);
	kfg_strbuf_adds(&a->todo, "Whoever wrote the kfunc (a module, if it is none of the kernel's) has to mend it: "
				  "with fewer arguments, or with a struct that holds several. The caller can do "
				  "nothing.");
}

/* An id is below 2^31. One that is not, as unsigned, is an error of the loader (errno or -1): it found no kfunc. */
static void advise_not_kfunc(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	const long long number = k->f->number > INT32_MAX ? k->f->number - (1LL << 32) : k->f->number;

	if (number >= 0 || number < -4095) {
		kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_NOT_KFUNC].todo);
		return;
	}
	a->what.size = 0;
	kfg_strbuf_printf(&a->what,
			  "The BTF id in the call instruction is %lld, which is no id, but an error: the loader looked "
			  "the kfunc up, did not find it in this kernel, and loaded the program nevertheless. The "
			  "kernel lacks the kfunc, and the loader did not check that.",
			  number);
	kfg_strbuf_adds(&a->todo,
			"Whoever wrote the loader has to test the id that it found before it loads: below 0 "
			"means that there is no such kfunc. As a user, check the name, and whether the kernel has it "
			"(kfgate kfuncs), or its module is loaded.");
}

static void advise_declared_twice(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	if (k->f->beside == KFG_VLOG_BESIDE_SPACE) {
		kfg_strbuf_adds(&a->what,
				" Of these, one has the address space of arenas (__arena, address_space(1)), and the "
				"other has plain pointers: vmlinux.h lacks the address space where clang, pahole or "
				"bpftool is too old to write it.");
		kfg_strbuf_adds(
			&a->todo,
			"#define BPF_NO_KFUNC_PROTOTYPES before vmlinux.h is included leaves out its declarations "
			"of kfuncs: then the one with __arena counts, which is right. Or write vmlinux.h by a "
			"current bpftool, on a kernel built with pahole 1.30 or newer, and compile by a current "
			"clang. Do not take __arena away.");
		return;
	}
	if (k->f->beside == KFG_VLOG_BESIDE_CONST)
		kfg_strbuf_adds(&a->what, " One of them has a const that the other has not; that is enough to differ.");
	kfg_strbuf_adds(&a->todo, kfg_advice_words[KFG_VLOG_DECLARED_TWICE].todo);
}

static void advise_hidden(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	size_t n = strlen(k->name);

	if (k->history || (n > 5 && strcmp(k->name + n - 5, "_impl") == 0))
		kfg_strbuf_adds(&a->todo,
				"Pass NULL for it, as the macro of bpf_experimental.h does, or use the variant without "
				"it: the name without _impl, since Linux 7.0.");
	else
		kfg_strbuf_adds(&a->todo,
				"Pass NULL for it. Where the kernel does not take that, whoever wrote the kfunc has to "
				"have the kernel fill it in: by the argument's name, aux__prog, or since Linux 7.0 by "
				"the flag KF_IMPLICIT_ARGS.");
}

static void advise(const struct kfg_advice_known *k, struct kfg_advice *a)
{
	static void (*const special[KFG_VLOG_KIND_MAX])(const struct kfg_advice_known *, struct kfg_advice *) = {
		[KFG_VLOG_MISSING] = kfg_advice_on_missing,
		[KFG_VLOG_PROTO] = kfg_advice_on_prototype,
		[KFG_VLOG_UNRESOLVED] = kfg_advice_on_unresolved,
		[KFG_VLOG_UNDECLARED] = kfg_advice_on_undeclared,
		[KFG_VLOG_NOT_ALLOWED] = kfg_advice_on_not_allowed,
		[KFG_VLOG_CAPABILITY] = advise_capability,
		[KFG_VLOG_DECLARATION] = kfg_advice_on_declaration,
		[KFG_VLOG_NO_SECTION] = kfg_advice_on_declaration,
		[KFG_VLOG_DECLARED_TWICE] = advise_declared_twice,
		[KFG_VLOG_NOT_KFUNC] = advise_not_kfunc,
		[KFG_VLOG_HIDDEN] = advise_hidden,
		[KFG_VLOG_ARGUMENT] = kfg_advice_on_argument,
		[KFG_VLOG_MEMORY] = kfg_advice_on_memory,
		[KFG_VLOG_GIVEN] = kfg_advice_on_given,
		[KFG_VLOG_MODULE_BTF] = kfg_advice_on_module_btf,
		[KFG_VLOG_MODULE_OTHER] = kfg_advice_on_module_other,
		[KFG_VLOG_REGISTER] = kfg_advice_on_register,
		[KFG_VLOG_REGISTER_SET] = kfg_advice_on_set,
		[KFG_VLOG_BUILD] = kfg_advice_on_build,
		[KFG_VLOG_NO_ADDRESS] = advise_address,
		[KFG_VLOG_JIT] = advise_jit,
		[KFG_VLOG_SLEEPABLE] = kfg_advice_on_sleepable,
		[KFG_VLOG_CONTEXT] = kfg_advice_on_context,
		[KFG_VLOG_EXCEPTION] = kfg_advice_on_exception,
		[KFG_VLOG_REFERENCE] = kfg_advice_on_reference,
		[KFG_VLOG_RESULT] = kfg_advice_on_result,
		[KFG_VLOG_REFUSED] = advise_refused,
		[KFG_VLOG_NO_BTF] = advise_no_btf,
		[KFG_VLOG_RETURN] = advise_return,
	};
	const struct kfg_advice_words *words = &kfg_advice_words[k->f->kind];

	a->blame = words->blame;
	kfg_strbuf_adds(&a->what, words->what);
	if (special[k->f->kind])
		special[k->f->kind](k, a);
	else
		kfg_strbuf_adds(&a->todo, words->todo);
	if (k->f->beside == KFG_VLOG_BESIDE_TOLD && k->f->near[0])
		kfg_strbuf_printf(&a->what, " The message does not name the kfunc; the text beside it calls %s().",
				  k->name);
}

/* An upstream release may be concluded from the kernel's only where its BPF is of that release. */
static unsigned conclude_release(const char *kernel)
{
	return kfg_explain_release_is_backport(kernel) ? 0 : kfg_kfunc_release_parse(kernel);
}

int kfg_advice_make(const struct kfg_vlog_finding *finding, const struct kfg_advice_input *input,
		    struct kfg_advice *ret_advice)
{
	struct kfg_advice a = { .what = KFG_STRBUF(TEXT_MAX),
				.since = KFG_STRBUF(TEXT_MAX),
				.todo = KFG_STRBUF(TEXT_MAX),
				.code = KFG_STRBUF(TEXT_MAX) };
	struct kfg_advice_known k = { .f = finding, .policy = input->policy };
	const char *module;

	kfg_text_clean(finding->kfunc, sizeof(finding->kfunc), k.name, sizeof(k.name));
	kfg_text_clean(finding->module, sizeof(finding->module), k.module, sizeof(k.module));
	k.is_cilium = strstr(finding->message, "kfunc \"");
	k.kernel = input->kernel ? input->kernel : "";
	k.release = conclude_release(k.kernel);
	if (!k.kernel[0] && input->doubted) {
		kfg_text_clean(input->doubted, strlen(input->doubted), k.doubted, sizeof(k.doubted));
		k.doubted_line = input->doubted_line;
	}
	k.history = kfg_kfunc_history_find(k.name);
	k.leaked = kfg_btf_defect_find(k.name);
	k.change = kfg_proto_change_find(k.name);
	/* what tests moved to a module of their own was in the kernel itself before */
	module = k.history && k.history->module[0] && strcmp(k.history->module, "bpf_testmod") != 0 ?
			 k.history->module :
			 NULL;
	if (k.name[0])
		(void)kfg_lifecycle_find(k.policy, k.name, module, &a.lifecycle);
	a.introduced = k.history ? k.history->introduced : "";
	say_since(&k, &a);
	advise(&k, &a);
	*ret_advice = a;
	return a.what.error ? a.what.error : a.since.error ? a.since.error : a.todo.error ? a.todo.error : a.code.error;
}

void kfg_advice_done(struct kfg_advice *advice)
{
	kfg_strbuf_done(&advice->what);
	kfg_strbuf_done(&advice->since);
	kfg_strbuf_done(&advice->todo);
	kfg_strbuf_done(&advice->code);
}
