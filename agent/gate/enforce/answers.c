/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answers.c - see answers.h */
#include "gate/enforce/answers.h"

#include "base/caps.h"
#include "base/cleanup.h"
#include "gate/enforce/create.h"
#include "gate/enforce/gate_btf.h"
#include "gate/enforce/gate_internal.h"
#include "gate/enforce/guard.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOV_IMM(dst, value)                                                                                            \
	{                                                                                                              \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (dst), .imm = (value)                                  \
	}
#define CALL(helper)                                                                                                   \
	{                                                                                                              \
		.code = BPF_JMP | BPF_CALL, .imm = (helper)                                                            \
	}
#define EXIT()                                                                                                         \
	{                                                                                                              \
		.code = BPF_JMP | BPF_EXIT                                                                             \
	}

/*
 * Hooks of ours where the kernel tests for an error by `!= 0`, or hands the answer on to who does (6.1). Others, and
 * hooks that we may use some day, are taken for unsafe. inode_setxattr and inode_removexattr are unsafe: they answer +1
 * themselves to say "not mine" (security/security.c, 6.1).
 */
static const char *const safe_hooks[] = {
	/* kernel/bpf/syscall.c */
	"bpf_prog_load",
	"bpf_prog_alloc_security",
	"bpf_prog_free",
	"bpf_prog_free_security",
	"inode_create",
	"inode_mkdir",
	"inode_mknod",
	"inode_symlink",
	"inode_link", /* fs/namei.c */
	"inode_unlink",
	"inode_rmdir",
	"inode_rename",
	"inode_setattr", /* fs/namei.c, fs/attr.c */
	"file_open",
	"file_lock",
	"file_send_sigiotask", /* fs/open.c, fs/locks.c, fs/fcntl.c */
	"file_ioctl",
	"file_ioctl_compat",
	"inode_file_setattr", /* fs/ioctl.c, fs/file_attr.c */
	"sb_umount",
	"sb_mount",
	"sb_remount",
	"sb_pivotroot", /* fs/namespace.c, fs/super.c */
	"task_kill",
	"ptrace_access_check",
	"task_alloc", /* kernel/signal.c, kernel/ptrace.c, kernel/fork.c */
	"task_setrlimit",
	"task_setscheduler",
	"task_setnice",
	"task_setioprio", /* kernel/sys.c, sched/, block/ */
	"mmap_file",
	"perf_event_alloc",
	"path_notify", /* mm/util.c, kernel/events/core.c, fs/notify/ */
	"bprm_check_security", /* fs/exec.c: exec_binprm() takes +1 for done, but nothing was executed */
	"bprm_committed_creds",
	"task_free", /* have no answer */
};

bool kfg_answers_hook_is_safe(const char *hook)
{
	for (size_t i = 0; i < sizeof(safe_hooks) / sizeof(safe_hooks[0]); i++)
		if (strcmp(safe_hooks[i], hook) == 0)
			return true;
	return false;
}

/* Does the verifier refuse the program? EINVAL is its word; on any other failure nothing is known. */
static bool is_refused(unsigned hook, enum bpf_attach_type attach, const struct bpf_insn *insns, size_t n)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach, .attach_btf_id = hook);
	int fd = kfg_create_prog(BPF_PROG_TYPE_LSM, "kfgate_ask", insns, n, &opts);
	if (fd >= 0)
		close(fd);
	return fd == -EINVAL;
}

__u32 kfg_answers_unbounded(void)
{
	const struct bpf_insn plain[] = { MOV_IMM(0, 1), EXIT() };
	const struct bpf_insn cgroup[] = { MOV_IMM(1, 1), CALL(BPF_FUNC_set_retval), MOV_IMM(0, 1), EXIT() };
	unsigned hook = kfg_gate_btf_func("bpf_lsm_bpf_prog");
	__u32 bits = KFG_UNBOUNDED_LSM | KFG_UNBOUNDED_CGROUP;

	if (!hook)
		return bits;
	if (is_refused(hook, BPF_LSM_MAC, plain, 2))
		bits &= ~KFG_UNBOUNDED_LSM;
	if (is_refused(hook, BPF_LSM_CGROUP, cgroup, 4))
		bits &= ~KFG_UNBOUNDED_CGROUP;
	return bits;
}

struct hooks {
	int map;
	int error;
};

static void add_hook(void *userdata, const char *hook)
{
	struct hooks *hooks = userdata;
	const __u32 one = 1;
	char func[64];
	unsigned id;

	if (kfg_answers_hook_is_safe(hook))
		return;
	(void)snprintf(func, sizeof(func), "bpf_lsm_%s", hook);
	id = kfg_gate_btf_func(func);
	if (id && bpf_map_update_elem(hooks->map, &id, &one, BPF_ANY))
		hooks->error = -errno;
}

int kfg_answers_fill_hooks(const struct bpf_object *gate, int map)
{
	struct hooks hooks = { .map = map };
	struct bpf_program *prog;
	int r;

	if (!kfg_gate_btf())
		return -errno;
	bpf_object__for_each_program(prog, gate)
	{
		const char *hook = strchr(bpf_program__section_name(prog), '/');

		if (bpf_program__type(prog) == BPF_PROG_TYPE_LSM && hook)
			add_hook(&hooks, hook + 1);
	}
	r = kfg_guard_each_hook(add_hook, &hooks);
	/* of no verdict: a positive answer is the number of bytes sent, so that a record would count as delivered */
	add_hook(&hooks, "socket_sendmsg");
	if (!r)
		r = hooks.error;
	return r ? r : kfg_create_freeze(map);
}

#define READ_MAX 64

int kfg_gate_find_overrides(struct kfg_gate *gate, kfg_gate_override_fn *fn, void *userdata)
{
	KFG_CAPS_RAISED;
	struct kfg_override found[READ_MAX];
	_cleanup_close_ int fd = kfg_gate_iterate(gate);
	size_t have = 0;
	int n = 0;
	ssize_t r = fd;

	/* a read ends where it likes, also within one */
	while (r >= 0 && (r = read(fd, (char *)found + have, sizeof(found) - have)) > 0) {
		size_t whole = (have += (size_t)r) / sizeof(found[0]);

		for (size_t i = 0; i < whole; i++) {
			found[i].prog[sizeof(found[i].prog) - 1] = '\0';
			found[i].target[sizeof(found[i].target) - 1] = '\0';
			if (kfg_gate_owns_prog(gate, found[i].prog_id))
				continue;
			fn(userdata, &found[i]);
			n++;
		}
		have -= whole * sizeof(found[0]);
		memmove(found, found + whole, have);
	}
	if (r < 0)
		return fd < 0 ? fd : -errno;
	return n;
}
