/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice_words.c - what is to be said of a kind of finding whatever the kfunc. */
#include "analysis/explain/advice_words.h"

const struct kfg_advice_words kfg_advice_words[KFG_LOG_KIND_MAX] = {
	[KFG_LOG_NONE] = { "none", "no problem", KFG_BLAME_UNKNOWN, "", "" },
	[KFG_LOG_MISSING] = {
		"missing", "not in this kernel", KFG_BLAME_KERNEL,
		"libbpf found no kfunc of this name in the BTF of the kernel and of the modules that are loaded. It "
		"refused the object before the verifier saw it.",
		"" },
	[KFG_LOG_PROTO] = {
		"prototype", "another prototype than the kernel's", KFG_BLAME_PROGRAM,
		"The program declares the kfunc with other arguments than the kernel's BTF shows. libbpf compares the "
		"number of arguments and the kinds of their types and of the result.",
		"Take the declaration from the target kernel: bpftool btf dump file /sys/kernel/btf/vmlinux format c. "
		"To serve both prototypes, declare each with its own ___suffix, weak, and call the one that "
		"bpf_ksym_exists() finds." },
	[KFG_LOG_UNRESOLVED] = {
		"unresolved-call", "called, but not in this kernel", KFG_BLAME_PROGRAM,
		"The kfunc is declared weak and this kernel does not have it. That alone does no harm, but the "
		"verifier reached a call of it.",
		"Put every call behind a test that the verifier can decide." },
	[KFG_LOG_NOT_ALLOWED] = {
		"not-allowed", "not allowed here", KFG_BLAME_PROGRAM,
		"The kernel has a function of this name, but it is no kfunc for this type of program or this place "
		"of attachment.",
		"Call it from a program type it is registered for, or do without. \"kernel/bpf\" and "
		"register_btf_kfunc_id_set() in the kernel's source say which types these are; they differ between "
		"versions." },
	[KFG_LOG_NOT_KFUNC] = {
		"not-a-kfunc", "no function that can be called", KFG_BLAME_LOADER,
		"The BTF id in the call instruction is no function that this kernel lets programs call. Ids are valid "
		"for one build of one kernel.",
		"Let the loader look the kfunc up on the kernel it runs on; do not ship instructions with ids in "
		"them." },
	[KFG_LOG_KERNEL_BTF] = {
		"kernel-btf", "the kernel's BTF is damaged", KFG_BLAME_KERNEL_BUILD,
		"The kernel says that the kfunc has a hidden argument, and its BTF does not agree.",
		"Nothing in the program can help. Use another build of the kernel, and report it to whoever built "
		"it." },
	[KFG_LOG_LICENSE] = {
		"license", "only for GPL programs", KFG_BLAME_PROGRAM,
		"Only programs with a GPL compatible license may call kfuncs.",
		"Give the object a license section: char LICENSE[] SEC(\"license\") = \"GPL\" (or \"Dual "
		"MIT/GPL\" and the like)." },
	[KFG_LOG_JIT] = {
		"jit", "needs a JIT that can do it", KFG_BLAME_KERNEL,
		"Calls of kfuncs are compiled, and this kernel's BPF JIT is off or cannot compile this one.",
		"Switch the JIT on (sysctl net.core.bpf_jit_enable=1, CONFIG_BPF_JIT). If it is on, this architecture "
		"does not support the call yet." },
	[KFG_LOG_NO_BTF] = {
		"no-btf", "a kernel without BTF", KFG_BLAME_KERNEL,
		"kfuncs are found by BTF, and this kernel was built without it.",
		"Use a kernel with CONFIG_DEBUG_INFO_BTF=y." },
	[KFG_LOG_CAPABILITY] = {
		"capability", "needs a capability", KFG_BLAME_LOADER,
		"Whoever loads the program lacks a capability that the call needs.", "" },
	[KFG_LOG_SLEEPABLE] = {
		"sleepable", "may sleep", KFG_BLAME_PROGRAM,
		"The kfunc may sleep, and is called where that is not possible: the program is not sleepable, or "
		"holds a lock, RCU, preemption or interrupts.",
		"Make the program sleepable (SEC(\"lsm.s/...\"), \"fentry.s/...\", \"iter.s/...\", \"syscall\", a "
		"struct_ops member that may sleep), leave the region before the call, or hand the work to a "
		"bpf_wq." },
	[KFG_LOG_CONTEXT] = {
		"context", "not in this region of the program", KFG_BLAME_PROGRAM,
		"The call, or the way out of the program, does not fit the region it stands in (RCU, preemption, "
		"interrupts, a lock, a callback).",
		"Balance the region on every path, and put the call inside or outside of it as the message says." },
	[KFG_LOG_ARGUMENT] = {
		"argument", "an argument is not what it must be", KFG_BLAME_PROGRAM,
		"The verifier cannot prove that an argument of the call is what the kfunc needs.", "" },
	[KFG_LOG_REFERENCE] = {
		"reference", "a reference is not given back", KFG_BLAME_PROGRAM,
		"The kfunc returns a reference, and on some path the program neither releases it nor stores it; or it "
		"releases what it does not hold.",
		"Call the matching release kfunc on every path on which the result is not NULL, early returns "
		"included, or store it with bpf_kptr_xchg()." },
	[KFG_LOG_LIMIT] = {
		"limit", "too many kfuncs", KFG_BLAME_PROGRAM,
		"A program can call at most 256 different kfuncs, from at most 256 modules.",
		"Split the program, or move rare calls into a program of their own (tail call, freplace)." },
	[KFG_LOG_MODULE_BTF] = {
		"module-btf", "the BTF of a module cannot be used", KFG_BLAME_KERNEL_BUILD,
		"libbpf looks for kfuncs in the BTF of all modules that are loaded, and stops at one that it cannot "
		"read.",
		"" },
	[KFG_LOG_EXCEPTION] = {
		"exception", "bpf_throw is not possible here", KFG_BLAME_PROGRAM,
		"Exceptions have rules of their own: no bpf_throw() from a callback that the kernel calls, and an "
		"exception callback is a global function of one integer that returns one and is called by nobody.",
		"Return an error from the callback and throw outside of it; write the callback as "
		"\"__noinline int cb(u64 cookie)\" and name it with __exception_cb(cb)." },
	[KFG_LOG_RETURN] = {
		"return-type", "the kernel cannot verify this kfunc", KFG_BLAME_KERNEL_BUILD,
		"The kfunc has a prototype or flags that the verifier has no rule for. No program can call it.",
		"Whoever wrote the kfunc (a module, if it is none of the kernel's) has to mend it." },
	[KFG_LOG_DECLARATION] = {
		"declaration", "the object does not describe it", KFG_BLAME_PROGRAM,
		"The object has no BTF for the declaration, so libbpf cannot tell what is meant.",
		"Declare it as \"extern ... __ksym\" with a prototype, compile with -g by clang 12 or later, and do "
		"not strip .BTF." },
	[KFG_LOG_LOADER] = {
		"loader", "the loader binds it wrong", KFG_BLAME_LOADER,
		"A kfunc of a module is bound by the fd of the module's BTF, and the kernel did not like what it was "
		"given.",
		"Use libbpf 1.0 or later, or a current version of the loader's own library." },
	[KFG_LOG_VERIFIER_BUG] = {
		"verifier-bug", "the verifier contradicts itself", KFG_BLAME_KERNEL_BUILD,
		"The verifier found something about a kfunc that should be impossible.",
		"Report it with the whole log to bpf@vger.kernel.org or to whoever built the kernel." },
	[KFG_LOG_REFUSED] = {
		"refused", "refused without a word of the verifier", KFG_BLAME_POLICY,
		"The kernel said EACCES, and the verifier has no objection: a security module refused the load. kfgate "
		"does so where a policy refuses a kfunc or its deadline is past.",
		"Ask the gate: journalctl -x KFGATE_KIND=refused says which kfunc, which rule and until when, kfgate "
		"status whether it runs. Without such a record it was another one: look for \"avc: denied\" or "
		"\"apparmor\" in journalctl -k." },
	[KFG_LOG_UNCLEAR] = {
		"unclear", "not understood", KFG_BLAME_UNKNOWN,
		"This concerns a kfunc, but its wording is not known here.",
		"Read the line itself. A newer kfgate may know it." },
};
