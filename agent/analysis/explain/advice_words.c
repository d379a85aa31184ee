/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice_words.c - what is to be said of a kind of finding whatever the kfunc. */
#include "analysis/explain/advice_internal.h"

/* clang-format off */
const struct kfg_advice_words kfg_advice_words[KFG_VLOG_KIND_MAX] = {
	[KFG_VLOG_NONE] = {
		"none", "no problem", KFG_BLAME_UNKNOWN,
		"",
		"" },
	[KFG_VLOG_MISSING] = {
		"missing", "not in this kernel", KFG_BLAME_KERNEL,
		"The loader found no kfunc of this name in the BTF of the kernel and of the modules that are "
		"loaded. It refused the program before the verifier saw it.",
		"" },
	[KFG_VLOG_PROTO] = {
		"prototype", "another prototype than the kernel's", KFG_BLAME_PROGRAM,
		"The program declares the kfunc with other arguments than the kernel's BTF shows. Loaders compare"
		" the number of arguments and the kinds of their types and of the result.",
		"Take the declaration from the target kernel: bpftool btf dump file /sys/kernel/btf/vmlinux "
		"format c. To serve both prototypes, declare each with its own ___suffix, weak, and call the one "
		"that bpf_ksym_exists() finds." },
	[KFG_VLOG_FORWARD] = {
		"forward-declaration", "another prototype than the kernel's", KFG_BLAME_PROGRAM,
		"The program only declares a struct that the kfunc's prototype names (\"struct x;\", a forward "
		"declaration), and the kernel's BTF has it in full. The loader compares the kinds of types, and "
		"these two differ.",
		"Give the struct a body in the program; a dummy one will do: struct x { int dummy; } "
		"__attribute__((preserve_access_index)), or include vmlinux.h." },
	[KFG_VLOG_UNRESOLVED] = {
		"unresolved-call", "called, but not in this kernel", KFG_BLAME_PROGRAM,
		"The kfunc is declared weak and this kernel does not have it. That alone does no harm, but the "
		"verifier reached a call of it.",
		"Put every call behind a test that the verifier can decide." },
	[KFG_VLOG_COMPILER] = {
		"compiler-made", "a call that the compiler made", KFG_BLAME_PROGRAM,
		"Nobody wrote this call: LLVM put it there, a __bpf_trap or bpf_unreachable where the program has"
		" undefined behaviour (an uninitialized variable, a function without return, a shift too far), a "
		"memcpy or memset for a copy or an initialization that it did not expand.",
		"Compile with -Wall -Wuninitialized -Wreturn-type and mend what it warns of; initialize every "
		"variable. For memcpy and memset use __builtin_memcpy() and __builtin_memset() with constant "
		"sizes." },
	[KFG_VLOG_NOT_ALLOWED] = {
		"not-allowed", "not allowed here", KFG_BLAME_PROGRAM,
		"The kernel has a function of this name, but it is no kfunc for this type of program or this "
		"place of attachment.",
		"Call it from a program type it is registered for, or do without. register_btf_kfunc_id_set() in "
		"the kernel's source says which types these are; they differ between versions." },
	[KFG_VLOG_DISABLED] = {
		"disabled", "disabled in this kernel", KFG_BLAME_KERNEL,
		"The kernel has this kfunc, and refuses each call of it: it had races, and Linux 6.4 and 6.5 disabled "
		"it until they were mended. The program is right.",
		"Use Linux 6.6 or newer, where it can be called again, or keep one owner of each object." },
	[KFG_VLOG_NOT_KFUNC] = {
		"not-a-kfunc", "no function that can be called", KFG_BLAME_LOADER,
		"The BTF id in the call instruction is no function that this kernel lets programs call. Ids are "
		"valid for one build of one kernel.",
		"Let the loader look the kfunc up on the kernel it runs on; do not ship instructions with ids in "
		"them." },
	[KFG_VLOG_TOO_FAR] = {
		"too-far", "too far away to be called", KFG_BLAME_KERNEL,
		"The kfunc is in a module that lies further from the kernel than a call instruction reaches in "
		"this kernel (s390, arm64 with large address space), and its JIT cannot call it in another way.",
		"Use a kernel whose JIT supports far calls (s390 since 6.4, loongarch since 6.8, powerpc later), or "
		"build the module into the kernel." },
	[KFG_VLOG_ALLOCATOR] = {
		"no-allocator", "the kernel's memory allocator for BPF is not there", KFG_BLAME_KERNEL,
		"This kfunc takes memory from an allocator that the kernel sets up at boot, and that failed.",
		"Look into the first lines of dmesg for why memory was short at boot; no change of the program "
		"helps." },
	[KFG_VLOG_NO_ADDRESS] = {
		"no-address", "in the BTF, but not in the kernel", KFG_BLAME_KERNEL_BUILD,
		"The BTF has the function, and the kernel (or the module) has no symbol of that name: the "
		"compiler inlined, removed or renamed it (.isra, .constprop), which it may do with a static "
		"function, or the kernel was built without CONFIG_KALLSYMS_ALL.",
		"Whoever defines the kfunc has to mark its definition __bpf_kfunc, which keeps the symbol, and "
		"build anew." },
	[KFG_VLOG_KERNEL_BTF] = {
		"kernel-btf", "the kernel's BTF is damaged", KFG_BLAME_KERNEL_BUILD,
		"A hidden argument that the kernel fills in stands in the kfunc's prototype in the kernel's BTF, or "
		"the BTF lacks what belongs to such a kfunc, so that no declaration in a program fits: seen in "
		"builds of Linux 7.0 and later with pahole older than 1.31.",
		"Nothing in the program can help. Use another build of the kernel, and report it to whoever built"
		" it." },
	[KFG_VLOG_RCU_TAGS] = {
		"no-rcu-tags", "a kernel without tags of RCU", KFG_BLAME_KERNEL_BUILD,
		"Linux 6.2 and 6.3 have this kfunc only where the kernel's BTF says which pointers RCU protects, and"
		" gcc does not write that. The program is right.",
		"Use Linux 6.4 or newer, or a kernel of that release that clang built." },
	[KFG_VLOG_LICENSE] = {
		"license", "only for GPL programs", KFG_BLAME_PROGRAM,
		"Only programs with a GPL compatible license may call kfuncs.",
		"Give the object a license section: char LICENSE[] SEC(\"license\") = \"GPL\" (or \"Dual "
		"MIT/GPL\" and the like)." },
	[KFG_VLOG_JIT] = {
		"jit", "needs a JIT that can do it", KFG_BLAME_KERNEL,
		"Calls of kfuncs are compiled by the kernel's BPF JIT.",
		"" },
	[KFG_VLOG_NO_BTF] = {
		"no-btf", "a kernel without BTF", KFG_BLAME_KERNEL,
		"kfuncs are found by BTF, and the loader found none of this kernel: it was built without it, or "
		"/sys/kernel/btf is not to be seen where the loader runs.",
		"Use a kernel with CONFIG_DEBUG_INFO_BTF=y, and show /sys to the container." },
	[KFG_VLOG_OLD_KERNEL] = {
		"old-kernel", "a kernel that knows no kfuncs", KFG_BLAME_KERNEL,
		"The kernel does not understand the instruction: calls of kfuncs came with Linux 5.13, those of "
		"modules' with 5.16.",
		"Use a newer kernel, or an object without kfuncs for this one." },
	[KFG_VLOG_CAPABILITY] = {
		"capability", "needs a capability", KFG_BLAME_LOADER,
		"Whoever loads the program lacks a capability that the call needs.",
		"" },
	[KFG_VLOG_DEVICE_BOUND] = {
		"device-bound", "only for programs bound to a device", KFG_BLAME_PROGRAM,
		"The kfuncs of XDP metadata (bpf_xdp_metadata_rx_timestamp, _rx_hash, _rx_vlan_tag) are the "
		"driver's, so the kernel has to know the device when the program is loaded.",
		"Load the program with the flag BPF_F_XDP_DEV_BOUND_ONLY and the ifindex of its device: "
		"bpf_program__set_flags() and bpf_program__set_ifindex() of libbpf, Flags and Ifindex of "
		"cilium/ebpf's ProgramSpec; it can then be attached to that device only, and is no offloaded "
		"program." },
	[KFG_VLOG_SLEEPABLE] = {
		"sleepable", "may sleep", KFG_BLAME_PROGRAM,
		"The kfunc may sleep, and is called where that is not possible: the program is not sleepable, or "
		"holds a lock, RCU, preemption or interrupts.",
		"Make the program sleepable (SEC(\"lsm.s/...\"), \"fentry.s/...\", \"iter.s/...\", \"syscall\", "
		"\"struct_ops.s/...\" for a member that may sleep), leave the region before the call, or hand the "
		"work to a bpf_wq. From the callback of a bpf_timer that is the only way." },
	[KFG_VLOG_CONTEXT] = {
		"context", "not in this context", KFG_BLAME_PROGRAM,
		"The call, or the way out of the program, does not fit the region it stands in (RCU, preemption, "
		"interrupts, a lock, a callback).",
		"" },
	[KFG_VLOG_ARGUMENT] = {
		"argument", "an argument is not what it must be", KFG_BLAME_PROGRAM,
		"The verifier cannot prove that an argument of the call is what the kfunc needs.",
		"" },
	[KFG_VLOG_HIDDEN] = {
		"hidden-argument", "an argument that the kernel fills in", KFG_BLAME_PROGRAM,
		"The last argument of this kfunc (struct bpf_prog_aux, named aux__prog or aux__ign) is the "
		"kernel's to fill in; here the kernel takes it for one of the program's, or the program passes "
		"something.",
		"" },
	[KFG_VLOG_TYPE_TWICE] = {
		"type-twice", "the same type on both sides", KFG_BLAME_KERNEL_BUILD,
		"The wanted and the passed struct have the same name: the type is there twice, in the kernel's "
		"BTF or in that of a module, and the verifier takes them for two. The program is right.",
		"Build the kernel (or the module) anew with a pahole that merges types, and look for the second "
		"one: bpftool btf dump file /sys/kernel/btf/vmlinux | grep \"STRUCT 'NAME'\". For a module, build"
		" it against this very kernel's vmlinux." },
	[KFG_VLOG_MEMORY] = {
		"memory", "memory that is passed does not do", KFG_BLAME_PROGRAM,
		"Memory is passed to the kfunc that is smaller than what it may access, is not initialized, or "
		"may not be written.",
		"" },
	[KFG_VLOG_GIVEN] = {
		"given-memory", "what it gave is used wrongly", KFG_BLAME_PROGRAM,
		"The program uses memory that this kfunc gave, or made on the stack, in a way that is not possible.",
		"" },
	[KFG_VLOG_REFERENCE] = {
		"reference", "a reference is not given back", KFG_BLAME_PROGRAM,
		"The kfunc returns a reference, and on some path the program neither releases it nor stores it.",
		"" },
	[KFG_VLOG_RESULT] = {
		"result", "its result may be NULL", KFG_BLAME_PROGRAM,
		"The kfunc returns NULL where it has nothing to return, and the program uses its result on a path"
		" without a test for that.",
		"Test the result right behind the call (if (!p) return 0;), and use it only where it is not NULL." },
	[KFG_VLOG_REJECTED] = {
		"rejected", "the verifier rejects the call", KFG_BLAME_PROGRAM,
		"The verifier's last words are about this call. They are not known here.",
		"Read the line itself, and compare the call with the kfunc in the target kernel's source. A newer"
		" kfgate may know it." },
	[KFG_VLOG_LIMIT] = {
		"limit", "too many kfuncs", KFG_BLAME_PROGRAM,
		"A program can call at most 256 different kfuncs, from at most 256 modules.",
		"Split the program, or move rare calls into a program of their own (tail call, freplace)." },
	[KFG_VLOG_MODULE_BTF] = {
		"module-btf", "the BTF of a module cannot be used", KFG_BLAME_KERNEL_BUILD,
		"libbpf looks for kfuncs in the BTF of all modules that are loaded, and stops at one that it "
		"cannot read.",
		"" },
	[KFG_VLOG_MODULE_READ] = {
		"module-read", "the loader may not look into modules", KFG_BLAME_LOADER,
		"The kfunc is not in the kernel's own BTF, and the loader could not go through that of the "
		"modules.",
		"Reading the BTF of modules needs CAP_SYS_ADMIN (or a token that has BPF_BTF_GET_FD_BY_ID); give "
		"it to the loader, or use kfuncs of the kernel itself only." },
	[KFG_VLOG_MODULE_OTHER] = {
		"module-of-another-kernel", "a module's BTF does not fit this kernel", KFG_BLAME_KERNEL_BUILD,
		"The kernel did not take the BTF of a module, since it does not fit to its own: the module was "
		"built against another kernel, or by tools whose BTF this kernel does not understand. So nothing of "
		"it is registered, and its kfuncs are not to be found.",
		"A module that comes with the kernel: install the modules of the very kernel that runs, or boot the "
		"one that they are of. Another one: build it against this kernel, with its vmlinux at hand (make -C "
		"/lib/modules/$(uname -r)/build M=$PWD), and load it again." },
	[KFG_VLOG_BUILD] = {
		"build-warning", "the kernel's build warns of it", KFG_BLAME_KERNEL_BUILD,
		"The kernel, or a module, lists a kfunc in a set, and its BTF does not have it, or lists it with other"
		" flags elsewhere. What is not in the BTF is not registered, and programs that call it fail to load.",
		"Build with the pahole that this kernel's documentation asks for (Documentation/process/changes.rst),"
		" and look whether the compiler dropped or renamed the function (.isra, .constprop: its definition "
		"needs __bpf_kfunc), and whether the configuration builds the file that defines it." },
	[KFG_VLOG_REGISTER] = {
		"not-registered", "kfuncs were not registered", KFG_BLAME_KERNEL_BUILD,
		"A module could not register its kfuncs: its BTF is invalid, or missing. Every program that calls"
		" one of them fails to load.",
		"Build the module with CONFIG_DEBUG_INFO_BTF_MODULES=y, against this very kernel's vmlinux and "
		"with a current pahole; the lines before (\"BPF: ...\") say what the kernel did not like." },
	[KFG_VLOG_REGISTER_SYMBOL] = {
		"module-not-loaded", "a module with kfuncs was not loaded", KFG_BLAME_KERNEL,
		"The kernel did not load the module, since it does not offer it the function by which kfuncs are "
		"registered. So the module's kfuncs are not there.",
		"Use Linux 5.18 or newer with CONFIG_BPF_SYSCALL=y. The module has to be under the GPL, too "
		"(MODULE_LICENSE(\"GPL\")): others are not offered that function." },
	[KFG_VLOG_REGISTER_TWICE] = {
		"registered-twice", "a kfunc of that name is there already", KFG_BLAME_KERNEL_BUILD,
		"A module registers a kfunc whose name the kernel or another module has already.",
		"Rename the module's kfunc, or unload the other module." },
	[KFG_VLOG_REGISTER_SET] = {
		"registered-by-old-set", "kfuncs were not registered", KFG_BLAME_KERNEL_BUILD,
		"The kernel warns of a set that kfuncs are registered with, and does not take it: since Linux 6.9 a "
		"set of kfuncs has to say that it is one.",
		"In the source that registers it, write BTF_KFUNCS_START(name) and BTF_KFUNCS_END(name) instead of "
		"BTF_SET8_START and BTF_SET8_END, and build it anew." },
	[KFG_VLOG_REGISTER_AGAIN] = {
		"second-set", "kfuncs were not registered", KFG_BLAME_KERNEL_BUILD,
		"The kernel warns that a module registers kfuncs twice for the same type of programs, and takes "
		"the first set only. A set that another module registers in its name stays when that one is "
		"unloaded, and its next load fails.",
		"In the module's source, put all kfuncs for a type of programs into one set, and register it in "
		"the init function of the module that owns it. Until then, unload the owner, too." },
	[KFG_VLOG_EXCEPTION] = {
		"exception", "against the rules of exceptions", KFG_BLAME_PROGRAM,
		"Exceptions have rules of their own: no bpf_throw() from a callback that the kernel calls, and an"
		" exception callback is a global function of one integer that returns one and is called by "
		"nobody.",
		"Return an error from the callback and throw outside of it; write the callback as \"__noinline "
		"int cb(u64 cookie)\" and name it with __exception_cb(cb)." },
	[KFG_VLOG_RETURN] = {
		"return-type", "the kernel cannot verify this kfunc", KFG_BLAME_KERNEL_BUILD,
		"The kfunc has a prototype or flags that the verifier has no rule for. No program can call it.",
		"Whoever wrote the kfunc (a module, if it is none of the kernel's) has to mend it." },
	[KFG_VLOG_DECLARATION] = {
		"declaration", "the object does not describe it", KFG_BLAME_PROGRAM,
		"The object has no BTF for the declaration, so libbpf cannot tell what is meant.",
		"Declare it as \"extern ... __ksym\" with a prototype, compile with -g by clang 13 or later, and "
		"do not strip .BTF." },
	[KFG_VLOG_NO_SECTION] = {
		"no-ksyms-section", "its declaration is not in .ksyms", KFG_BLAME_PROGRAM,
		"The extern is in no section of the object's BTF, where libbpf looks for .ksyms: it was declared "
		"without __ksym, or clang is too old to put an extern function there.",
		"Declare it as \"extern ... __ksym\" (bpf_helpers.h), and compile with clang 13 or later." },
	[KFG_VLOG_UNDECLARED] = {
		"undeclared", "the program does not declare it", KFG_BLAME_PROGRAM,
		"The compiler found no declaration. A kfunc is no helper: bpf_helpers.h does not declare it, and "
		"without a declaration in .ksyms no loader can bind the call.",
		"Include a vmlinux.h that bpftool made with the kfuncs of the kernel (since Linux 6.12), or declare "
		"it as \"extern ... __ksym\" with the kernel's prototype. bcc compiles at run time and cannot bind "
		"kfuncs at all: use libbpf, libbpf-rs or cilium/ebpf." },
	[KFG_VLOG_DECLARED_TWICE] = {
		"declared-twice", "the program declares it in two ways", KFG_BLAME_PROGRAM,
		"The compiler found two declarations that differ: one of the program's own, and one of a header "
		"(vmlinux.h of a newer bpftool declares kfuncs, too, and so do headers of libbpf).",
		"Remove the program's own declaration, or make it the same as the other one. Where that is "
		"vmlinux.h's, #define BPF_NO_KFUNC_PROTOTYPES before it is included leaves out those of all "
		"kfuncs." },
	[KFG_VLOG_ADDRESS_SPACE] = {
		"address-space", "declared without the address space of arenas", KFG_BLAME_PROGRAM,
		"Memory of an arena is in an address space of its own (__arena), and the declaration that the compiler"
		" found has plain pointers: bpftool writes it so into vmlinux.h where the kernel's BTF, or bpftool "
		"itself, is too old to say more.",
		"Use a vmlinux.h whose declarations of bpf_arena_ kfuncs have the address space (a current bpftool, on "
		"a kernel built with pahole 1.30 or newer), or #define BPF_NO_KFUNC_PROTOTYPES before it is included "
		"and take the declarations of bpf_arena_common.h, which have __arena." },
	[KFG_VLOG_LOADER] = {
		"loader", "the loader binds it wrong", KFG_BLAME_LOADER,
		"A kfunc of a module is bound by the fd of the module's BTF, and the kernel did not like what it "
		"was given.",
		"Use libbpf 1.0 or later, or a current version of the loader's own library." },
	[KFG_VLOG_OLD_LOADER] = {
		"old-loader", "a loader that knows no kfuncs", KFG_BLAME_LOADER,
		"The loader's library does not know the section .ksyms, in which an object asks for kfuncs, or "
		"not what is in there.",
		"Use a loader that does: libbpf since 0.4 (for weak kfuncs and those of modules 0.6), cilium/ebpf "
		"since 0.11 (weak ones 0.14), aya after 0.14 (none up to it)." },
	[KFG_VLOG_ADDRESS_LOADER] = {
		"address-of-module-kfunc", "the loader binds it wrong", KFG_BLAME_LOADER,
		"An instruction that loads an address carries what only a call may: the object asks for the "
		"address of a module's kfunc (bpf_ksym_exists()), and the loader put the module's BTF there, as "
		"cilium/ebpf did until July 2026; or the kernel is from before 5.11. The verifier has no "
		"objection to the program.",
		"Use a newer version of the loader's library, or ask for that kfunc in another way (a constant "
		"that the loader sets)." },
	[KFG_VLOG_ADDRESS_OLD] = {
		"address-of-kfunc", "a kernel that has no address for it", KFG_BLAME_KERNEL,
		"The program asks whether a kfunc is there by its address (bpf_ksym_exists()), and the kernel "
		"knows addresses of variables only: those of kfuncs came with Linux 6.4.",
		"Use Linux 6.4 or newer, or have the loader set a constant that says whether the kfunc is there." },
	[KFG_VLOG_VERIFIER_BUG] = {
		"verifier-bug", "the verifier contradicts itself", KFG_BLAME_KERNEL_BUILD,
		"The verifier found something about a kfunc that should be impossible.",
		"Report it with the whole log to bpf@vger.kernel.org or to whoever built the kernel." },
	[KFG_VLOG_REFUSED] = {
		"refused", "refused without a word of the verifier", KFG_BLAME_POLICY,
		"The kernel said EACCES, and the verifier has no objection: a security module refused the load. "
		"kfgate does so where a policy refuses a kfunc or its deadline is past.",
		"Ask the gate: journalctl -x KFGATE_KIND=refused says which kfunc, which rule and until when, "
		"kfgate status whether it runs. Without such a record it was another one: look for \"avc: "
		"denied\" or \"apparmor\" in journalctl -k." },
	[KFG_VLOG_UNCLEAR] = {
		"unclear", "not understood", KFG_BLAME_UNKNOWN,
		"This concerns a kfunc, but its wording is not known here.",
		"Read the line itself. A newer kfgate may know it." },
};
