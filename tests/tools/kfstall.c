/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kfstall.c - holds BPF_PROG_LOAD between the gate's two looks at it: the verifier reads the program's fd_array from
 * memory that never comes (userfaultfd(2)). usage: kfstall N SECONDS
 * Prints "stalled N" when all threads are in the load or have failed; waits SECONDS and ends, which ends the loads. If
 * fewer are stalled than wanted it prints the error of the others.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096ul

static void *absent; /* the page that never comes */
static atomic_int failed, last_error;

static int make_absent(void)
{
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	absent = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	area.range.start = (unsigned long)absent;
	area.range.len = PAGE;
	if (fd < 0 || absent == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &area))
		return -errno;
	return 0;
}

/* Calls a kfunc of the module whose BTF is number 1 of the fd_array. */
static void *load(void *arg)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .off = 1, .imm = 1 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;

	(void)arg;
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = 3;
	attr.license = (unsigned long)"GPL";
	attr.fd_array = (unsigned long)absent;
	memcpy(attr.prog_name, "stalled", 8);
	if (syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)) < 0)
		last_error = errno;
	failed++;
	return NULL;
}

int main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[1]) : 0, started = 0, r = n > 0 ? make_absent() : -EINVAL;
	pthread_attr_t attr;
	pthread_t thread;

	if (r) {
		fprintf(stderr, "kfstall: %s\n", strerror(-r));
		return r == -ENOSYS || r == -EPERM ? 77 : 1;
	}
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32 * 1024);
	while (started < n && !pthread_create(&thread, &attr, load, NULL))
		started++;
	/* a load that is not refused goes no further than the page */
	sleep(3);
	printf("stalled %d\n", started - failed);
	if (failed)
		printf("%d of %d failed: %s\n", failed, started, strerrorname_np(last_error));
	fflush(stdout);
	sleep(atoi(argv[2]));
	_exit(0);
}
