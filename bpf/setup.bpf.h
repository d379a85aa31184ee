/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * setup.bpf.h - programs that the agent runs itself: kfgate_setup, once before anything is attached, and kfgate_file.
 *
 * kfgate_setup finds addresses of kernel objects that have no BTF. It asks no symbol table of the kernel for them:
 * what /proc/kallsyms and bpf_kallsyms_lookup_name() show depends on kernel.kptr_restrict and CAP_SYSLOG, and whoever
 * sets the first could keep the next agent from starting. It reads what the kernel keeps about our own objects.
 */
#pragma once

#include "loader.bpf.h"

#include "descriptor.bpf.h"

#define KFG_CALL_WITHIN 32u /* instructions of kfgate_call */

/*
 * Never run, only read: its one call is bpf_map_update_elem() on a hash. The verifier replaces it by the map's own
 * function (do_misc_fixups(), kernel/bpf/verifier.c, 6.1..7.3): imm is map->ops->map_update_elem - __bpf_call_base.
 */
SEC("syscall")
int kfgate_call(void *ctx)
{
	static const struct kfg_file_id none;
	__u32 zero = 0;

	return bpf_map_update_elem(&kfg_files, &zero, &none, BPF_NOEXIST);
}

struct kfg_setup_call {
	struct bpf_insn *insns;
	__s32 imm;
	__u32 found;
};

static long kfg_setup_find_call(__u32 i, void *ctx)
{
	struct kfg_setup_call *c = ctx;
	struct bpf_insn insn = {};

	if (bpf_probe_read_kernel(&insn, sizeof(insn), c->insns + i))
		return 1;
	if (insn.code != (BPF_JMP | BPF_CALL) || insn.src_reg)
		return 0;
	c->imm = insn.imm;
	c->found = 1;
	return 1;
}

/* Is it the address of __bpf_call_base()? The kernel itself names it. */
static __attribute__((noinline)) int kfg_setup_is_call_base(__u64 address)
{
	static const char fmt[] = "%pS", want[] = "__bpf_call_base+0x0/";
	char name[64] = {};

	bpf_snprintf(name, sizeof(name), fmt, &address, sizeof(address));
	return !bpf_strncmp(name, sizeof(want) - 1, want);
}

static __attribute__((noinline)) int kfg_setup_call_base(struct bpf_prog *prog, struct bpf_map *map)
{
	struct kfg_setup_call c = {
		.insns = (void *)prog + bpf_core_field_offset(struct bpf_prog, insnsi),
	};
	__u32 len = BPF_CORE_READ(prog, len);
	__u64 base;

	bpf_loop(len < KFG_CALL_WITHIN ? len : KFG_CALL_WITHIN, kfg_setup_find_call, &c, 0);
	if (!c.found)
		return -ESRCH;
	base = (__u64)BPF_CORE_READ(map, ops, map_update_elem) - c.imm;
	if (!kfg_setup_is_call_base(base))
		return -ESRCH;
	kfg_addresses.call_base = base;
	return 0;
}

SEC("syscall")
int kfgate_setup(struct kfg_setup *q)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct file *prog = kfg_descriptor_file(q->lsm_prog), *call = kfg_descriptor_file(q->call_prog);
	struct file *map = kfg_descriptor_file(q->hash_map);
	struct bpf_prog *lsm;

	kfg_seed = (__u64)bpf_get_prandom_u32() << 32 | bpf_get_prandom_u32() | 1;
	kfg_knobs.agent.tgid = bpf_get_current_pid_tgid() >> 32;
	kfg_knobs.agent.start = BPF_CORE_READ(task, group_leader, start_boottime) / KFG_TICK_NS;
	/* number 0 of a process is the one in the host's namespace (struct pid, include/linux/pid.h, 6.1..7.3) */
	kfg_addresses.init_pid_ns = (__u64)BPF_CORE_READ(task, thread_pid, numbers[0].ns);
	q->result = -EBADF;
	if (!prog || !call || !map)
		return 0;
	/* private_data: program or map (bpf_prog_new_fd(), bpf_map_new_fd(), kernel/bpf/syscall.c, 6.1..7.3) */
	lsm = BPF_CORE_READ(prog, private_data);
	/* an LSM program is attached to a function of the kernel, by the kernel's own BTF */
	kfg_addresses.btf_vmlinux = (__u64)BPF_CORE_READ(lsm, aux, attach_btf);
	q->result = kfg_setup_call_base(BPF_CORE_READ(call, private_data), BPF_CORE_READ(map, private_data));
	return 0;
}

#define KFG_AF_UNIX 1

/*
 * A socket that accept(2) returned has the address of the one that listened (unix_stream_connect(),
 * net/unix/af_unix.c): what that was bound to, even if the file is renamed.
 */
static __always_inline void kfg_read_peer(struct kfg_file_query *q, struct sock *sk)
{
	struct unix_address *address;
	struct unix_sock *other;
	char path[KFG_PEER_PATH] = {};

	if (BPF_CORE_READ(sk, __sk_common.skc_family) != KFG_AF_UNIX || !bpf_core_type_exists(struct unix_sock))
		return;
	/* number 0 of a process is the one in the host's namespace */
	q->peer = BPF_CORE_READ(sk, sk_peer_pid, numbers[0].nr);
	other = (struct unix_sock *)BPF_CORE_READ((struct unix_sock *)sk, peer);
	address = BPF_CORE_READ(other, addr);
	q->found = 1;
	/* behind the family; an abstract name begins with NUL */
	if (address)
		bpf_probe_read_kernel_str(path, sizeof(path),
					  (void *)address + bpf_core_field_offset(struct unix_address, name) + 2);
	__builtin_memcpy(q->peer_path, path, sizeof(path));
}

/*
 * Which file an open fd of the calling process is, as the kernel knows it: what kfg_read_exe() will see of a loader. Of
 * a connected socket, who is at the other end: what getsockopt(2) says of that, programs of type CGROUP_SOCKOPT change.
 */
SEC("syscall")
int kfgate_file(struct kfg_file_query *q)
{
	struct file *file = kfg_descriptor_file(q->fd);
	struct kfg_file_id id = {};
	struct socket *socket;

	q->found = 0;
	if (!file)
		return 0;
	if (q->connected) {
		socket = BPF_CORE_READ(file, private_data);
		kfg_read_peer(q, BPF_CORE_READ(socket, sk));
		return 0;
	}
	kfg_identify(&id, file);
	q->id.ino = id.ino;
	q->id.dev = id.dev;
	q->id.generation = id.generation;
	q->found = 1;
	return 0;
}
