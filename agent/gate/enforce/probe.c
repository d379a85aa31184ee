/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe.c - what the running kernel offers the gate, asked of the kernel itself. */
#include "gate/enforce/gate.h"

#include "base/pseudo_fs.h"
#include "gate/enforce/gate_btf.h"

#include <bpf/btf.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static bool listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; p; p = strchr(p, ',')) {
		p += *p == ',';
		if (!strncmp(p, word, n) && (p[n] == ',' || !p[n]))
			return true;
	}
	return false;
}

/* Without BPF LSM: functions that are called for every security module, whichever are active (security/security.c). */
static void find_functions(struct kfg_probe *p)
{
	if (!kfg_gate_btf_func("security_bpf_prog"))
		return;
	p->hooking = KFG_HOOKING_MODIFY_RETURN;
	p->hook_load = kfg_gate_btf_func("security_bpf_prog_load");
	p->hook_prog = true;
}

/*
 * It has the kernel's list of security modules. Another file that somebody mounted there could say that BPF LSM is not
 * active. Then the next agent would put up a gate that can miss loads in the place of one that cannot.
 */
static const struct kfg_pseudo_fs securityfs = { .path = "/sys/kernel/security", .magic = SECURITYFS_MAGIC };

int kfg_probe_kernel(struct kfg_probe *ret_probe)
{
	struct kfg_probe p = {};
	struct utsname uts;
	ssize_t n;
	int fd;

	(void)uname(&uts); /* cannot fail */
	(void)snprintf(p.machine, sizeof(p.machine), "%s", uts.machine);
	fd = kfg_pseudo_fs_open(&securityfs, "lsm");
	if (fd >= 0) {
		n = read(fd, p.lsm, sizeof(p.lsm) - 1);
		close(fd);
		if (n > 0) {
			p.lsm[n] = '\0';
			p.lsm[strcspn(p.lsm, "\n")] = '\0';
			p.lsm_readable = true;
			p.lsm_listed = listed(p.lsm, "bpf");
		}
	}
	if (kfg_gate_btf()) {
		p.btf = true;
		/* the functions BPF LSM programs attach to, one per hook (kernel/bpf/bpf_lsm.c, 6.1..7.3) */
		p.hook_load = kfg_gate_btf_func("bpf_lsm_bpf_prog_load");
		p.hook_prog = kfg_gate_btf_func("bpf_lsm_bpf_prog");
		if ((p.lsm_readable && !p.lsm_listed) || !p.hook_prog)
			find_functions(&p);
		p.function_move = kfg_gate_btf_func("cgroup_attach_task");
	}
	*ret_probe = p;
	return 0;
}

/* bpf_prog_aux.sig (include/linux/bpf.h, 7.2 and later), which bpf/signature.bpf.h reads */
bool kfg_gate_tells_signatures(void)
{
	struct btf *btf = kfg_gate_btf();
	int id = btf ? btf__find_by_name_kind(btf, "bpf_prog_aux", BTF_KIND_STRUCT) : -1;
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(btf, (__u32)id);
	const struct btf_member *members = type ? btf_members(type) : NULL;

	for (unsigned i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, members[i].name_off), "sig"))
			return true;
	return false;
}

/*
 * What is missing, by architecture as uname(2) has it. A verified call holds a distance, which kallsyms names, unless
 * bpf_jit_supports_far_kfunc_call() (arch/NAME/net, 6.1..7.3): there it holds a BTF id.
 */
static const struct {
	const char *machine, *missing; /* NULL: nothing */
} machines[] = {
	{ "x86_64", NULL },
	{ "aarch64", NULL },
	{ "riscv64", "the gate was never tested there, and needs net.core.bpf_jit_enable=1, which is not its default" },
	{ "s390x", "the kernel keeps calls of kfuncs as BTF ids, which kfgate cannot follow after verification, and "
		   "instructions are stored in the other byte order" },
	{ "ppc64le", "the kernel keeps calls of kfuncs as BTF ids, which kfgate cannot follow after verification" },
};

static const char *obstacle_of_machine(const char *machine, char *buf, size_t size)
{
	const char *missing = "how it encodes calls of kfuncs is not known to kfgate";

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (!strcmp(machines[i].machine, machine)) {
			missing = machines[i].missing;
			break;
		}
	if (!missing)
		return NULL;
	(void)snprintf(
		buf, size,
		"the gate supports amd64 and arm64, not this architecture (%s): %s; nothing can be enforced here",
		machine, missing);
	return buf;
}

const char *kfg_probe_obstacle(const struct kfg_probe *p, char *buf, size_t size)
{
	const char *why = obstacle_of_machine(p->machine, buf, size);

	if (why)
		return why;
	if (!p->btf)
		return "the kernel's type information cannot be read (/sys/kernel/btf/vmlinux): a kernel with "
		       "CONFIG_DEBUG_INFO_BTF=y is needed";
	if (!p->hook_prog)
		return "the kernel has no BPF LSM hooks: a kernel with CONFIG_BPF_LSM=y is needed";
	if (p->hooking == KFG_HOOKING_LSM && p->lsm_readable && !p->lsm_listed) {
		char advice[640];

		(void)snprintf(buf, size,
			       "BPF LSM is not active on this host, so no decision would ever be made, and the gate "
			       "cannot be called otherwise: %s",
			       kfg_probe_advice(p, advice, sizeof(advice)));
		return buf;
	}
	return NULL;
}

const char *kfg_probe_advice(const struct kfg_probe *p, char *buf, size_t size)
{
	(void)snprintf(buf, size, "boot with \"lsm=%s%sbpf\" on the kernel command line (active: %s)", p->lsm,
		       *p->lsm ? "," : "", p->lsm);
	return buf;
}
