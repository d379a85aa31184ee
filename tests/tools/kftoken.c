/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kftoken.c - loads BPF programs through a BPF token: as uid 1000, in a user namespace of its own, from a bpffs that
 * this namespace owns and to which root has delegated loads of XDP programs and nothing else.
 * usage: kftoken [-x PATH] PROGRAM...    rcu (bpf_rcu_read_lock, _unlock), task (bpf_task_from_pid, _release) or plain
 * (no kfunc). With -x it first lays itself over the file PATH, where only its own mount namespace sees it, and runs as
 * that.
 * Prints "NAME loaded" or "NAME refused ERRNO-NAME" for each, and "bare refused ERRNO-NAME" for what the kernel says to
 * a load without the token. Exit status 0: all loaded; 3: at least one refused; 1: could not try; 77: no BPF tokens
 * here. They came with Linux 6.9 (kernel/bpf/token.c).
 */
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define UID 1000
#define TOKEN_CREATE 36 /* BPF_TOKEN_CREATE, include/uapi/linux/bpf.h (6.9 and later) */
#define F_TOKEN_FD (1u << 16) /* BPF_F_TOKEN_FD, the same */

/* The attributes of BPF_PROG_LOAD up to prog_token_fd, from union bpf_attr, include/uapi/linux/bpf.h (6.9 to 7.3). */
struct load_attr {
	uint32_t prog_type;
	uint32_t insn_cnt;
	uint64_t insns;
	uint64_t license;
	uint32_t log_level;
	uint32_t log_size;
	uint64_t log_buf;
	uint32_t kern_version;
	uint32_t prog_flags;
	char prog_name[16];
	uint32_t prog_ifindex;
	uint32_t expected_attach_type;
	uint32_t unused[18]; /* prog_btf_fd to log_true_size */
	int32_t prog_token_fd;
	uint32_t pad; /* fd_array_cnt in later kernels; 0 */
};
_Static_assert(offsetof(struct load_attr, expected_attach_type) == 68, "the kernel's layout");
_Static_assert(offsetof(struct load_attr, prog_token_fd) == 144, "the kernel's layout");

#define CALL                                                                                                           \
	{                                                                                                              \
		.code = 0x85, .src_reg = 2                                                                             \
	} /* of a kfunc: the id follows */
#define PASS                                                                                                           \
	{ .code = 0xb7, .imm = XDP_PASS },                                                                             \
	{                                                                                                              \
		.code = 0x95                                                                                           \
	}

static struct bpf_insn plain[] = { PASS };
static struct bpf_insn rcu[] = { CALL, CALL, PASS };
/* the task of pid 1; if (task) release it */
static struct bpf_insn task[] = {
	{ .code = 0xb7, .dst_reg = 1, .imm = 1 }, CALL, { .code = 0x15, .off = 2 },
	{ .code = 0xbf, .dst_reg = 1 },		  CALL, PASS,
};

#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const struct program {
	const char *name, *kfuncs[2]; /* in the order of their calls */
	struct bpf_insn *insns;
	uint32_t n_insns;
} programs[] = {
	{ "plain", {}, plain, SIZE(plain) },
	{ "rcu", { "bpf_rcu_read_lock", "bpf_rcu_read_unlock" }, rcu, SIZE(rcu) },
	{ "task", { "bpf_task_from_pid", "bpf_task_release" }, task, SIZE(task) },
};

static int fail(const char *what)
{
	printf("kftoken: %s: %s\n", what, strerrorname_np(errno));
	return 1;
}

static int resolve_calls(const struct program *program, const struct btf *btf)
{
	const char *const *kfunc = program->kfuncs;

	for (uint32_t i = 0; i < program->n_insns; i++) {
		if (program->insns[i].code != 0x85)
			continue;
		program->insns[i].imm = btf__find_by_name_kind(btf, *kfunc, BTF_KIND_FUNC);
		if (program->insns[i].imm < 0) {
			errno = ENOENT;
			return fail(*kfunc);
		}
		kfunc++;
	}
	return 0;
}

static int resolve_programs(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int ret = 0;

	if (!btf)
		return fail("BTF");
	if (btf__find_by_name_kind(btf, "bpf_token", BTF_KIND_STRUCT) < 0) {
		puts("this kernel has no BPF tokens");
		ret = 77;
	}
	for (size_t i = 0; !ret && i < SIZE(programs); i++)
		ret = resolve_calls(&programs[i], btf);
	btf__free(btf);
	return ret;
}

/* token: an fd, or -1. Returns an fd, or -1 with errno. */
static int load(const struct program *program, int token)
{
	struct load_attr attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.insn_cnt = program->n_insns,
		.insns = (uint64_t)program->insns,
		.license = (uint64_t) "GPL",
		.expected_attach_type = BPF_XDP,
	};

	snprintf(attr.prog_name, sizeof(attr.prog_name), "token_%s", program->name);
	if (token >= 0) {
		attr.prog_flags = F_TOKEN_FD;
		attr.prog_token_fd = token;
	}
	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int say_load(const char *name, const struct program *program, int token)
{
	int fd = load(program, token);

	if (fd < 0) {
		printf("%s refused %s\n", name, strerrorname_np(errno));
		return 3;
	}
	printf("%s loaded\n", name);
	close(fd);
	return 0;
}

/* One byte over the socket, and with it an fd. */
static int send_fd(int sock, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(fd))] = "";
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(sock, &msg, 0) == 1 ? 0 : -1;
}

static int receive_fd(int sock)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
	};
	int fd;

	if (recvmsg(sock, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ok;

	if (fd < 0)
		return -1;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok ? 0 : -1;
}

/* Uid 1000 of the host, root of a user namespace of its own. */
static int enter_namespaces(void)
{
	if (setgid(UID) || setuid(UID))
		return fail("setuid");
	/* the change of the uid gave /proc/self to root */
	if (prctl(PR_SET_DUMPABLE, 1) || unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return fail("unshare");
	if (write_file("/proc/self/setgroups", "deny") || write_file("/proc/self/gid_map", "0 1000 1") ||
	    write_file("/proc/self/uid_map", "0 1000 1"))
		return fail("uid_map");
	return 0;
}

/*
 * The token belongs to the user namespace in which the bpffs was opened, and what it allows to the mount options,
 * which only root of the initial namespace may set (kernel/bpf/inode.c, 6.9 and later).
 */
static int make_token(int sock)
{
	struct {
		uint32_t flags;
		uint32_t bpffs_fd;
	} attr = {};
	int fs = fsopen("bpf", 0), mount, root, token;
	char byte;

	if (fs < 0 || send_fd(sock, fs) || read(sock, &byte, 1) != 1)
		return -1;
	mount = fsmount(fs, 0, 0);
	root = mount < 0 ? -1 : openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -1;
	attr.bpffs_fd = root;
	token = syscall(SYS_bpf, TOKEN_CREATE, &attr, sizeof(attr));
	close(root);
	close(mount);
	close(fs);
	return token;
}

static const struct program *find(const char *name)
{
	for (size_t i = 0; i < SIZE(programs); i++)
		if (!strcmp(programs[i].name, name))
			return &programs[i];
	return NULL;
}

static int load_all(int token, char **names)
{
	int ret = 0;

	for (; *names; names++) {
		const struct program *program = find(*names);

		ret |= program ? say_load(*names, program, token) : 1;
	}
	(void)say_load("bare", find("plain"), -1);
	return ret;
}

/* Runs this program as PATH: "kftoken -t TOKEN PROGRAM...". */
static int masquerade(const char *path, int token, char **argv)
{
	char self[4096] = "", number[16];

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 || mount(self, path, NULL, MS_BIND, NULL))
		return fail("mount");
	snprintf(number, sizeof(number), "%d", dup(token));
	argv[1] = "-t";
	argv[2] = number;
	execv(path, argv);
	return fail("execv");
}

static int run_child(int sock, char **argv)
{
	int ret = enter_namespaces(), token;

	if (ret)
		return ret;
	token = make_token(sock);
	if (token < 0)
		return fail("token");
	if (!strcmp(argv[1], "-x"))
		return masquerade(argv[2], token, argv);
	return load_all(token, argv + 1);
}

/* The part of root of the initial namespace: one bit per command, program type and attach type. */
static int delegate(int sock)
{
	int fs = receive_fd(sock);
	char bit[3][24];

	if (fs < 0)
		return fail("bpffs");
	snprintf(bit[0], sizeof(bit[0]), "%#llx", 1ull << BPF_PROG_LOAD);
	snprintf(bit[1], sizeof(bit[1]), "%#llx", 1ull << BPF_PROG_TYPE_XDP);
	snprintf(bit[2], sizeof(bit[2]), "%#llx", 1ull << BPF_XDP);
	if (fsconfig(fs, FSCONFIG_SET_STRING, "delegate_cmds", bit[0], 0) ||
	    fsconfig(fs, FSCONFIG_SET_STRING, "delegate_progs", bit[1], 0) ||
	    fsconfig(fs, FSCONFIG_SET_STRING, "delegate_attachs", bit[2], 0) ||
	    fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return fail("delegate");
	return write(sock, "", 1) == 1 ? 0 : fail("socket");
}

int main(int argc, char **argv)
{
	int sock[2], ret, status;
	pid_t child;

	if (argc < 2 || (argv[1][0] == '-' && argc < 4)) {
		fputs("usage: kftoken [-x PATH] PROGRAM...\n", stderr);
		return 1;
	}
	ret = resolve_programs();
	if (ret)
		return ret;
	if (!strcmp(argv[1], "-t"))
		return load_all(atoi(argv[2]), argv + 3);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sock))
		return fail("socketpair");
	fflush(stdout);
	child = fork();
	if (child < 0)
		return fail("fork");
	if (!child) {
		close(sock[0]);
		return run_child(sock[1], argv);
	}
	close(sock[1]);
	ret = delegate(sock[0]);
	close(sock[0]);
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return fail("child");
	return ret ? ret : WEXITSTATUS(status);
}
