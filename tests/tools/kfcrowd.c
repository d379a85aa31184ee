/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kfcrowd.c - many threads load a program that calls bpf_key_put() (6.1 and later), as fast as they can.
 * usage: kfcrowd THREADS N FILE
 * Each of THREADS loads it N times, under the name "crowd". Prints "crowd loaded=N refused=N other=N", the ids of those
 * that were loaded, "id N" each, and "done"; they stay until there is such a file. other: refused with another errno
 * than EACCES. Used in test VMs.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define KEPT_MAX 65536u

static struct bpf_insn insns[] = {
	{ .code = 0xb7, .dst_reg = 1 },
	{ .code = 0x85, .src_reg = 2 },
	{ .code = 0x15, .off = 2 },
	{ .code = 0xbf, .dst_reg = 1 },
	{ .code = 0x85, .src_reg = 2 },
	{ .code = 0xb7 },
	{ .code = 0x95 },
};
static int hook, each;
static int kept[KEPT_MAX]; /* descriptors */
static atomic_uint loaded, refused, other;

static int look_up(void)
{
	struct btf *btf = btf__load_vmlinux_btf();

	if (!btf)
		return -1;
	hook = btf__find_by_name_kind(btf, "bpf_lsm_bpf", BTF_KIND_FUNC);
	insns[1].imm = btf__find_by_name_kind(btf, "bpf_lookup_system_key", BTF_KIND_FUNC);
	insns[4].imm = btf__find_by_name_kind(btf, "bpf_key_put", BTF_KIND_FUNC);
	btf__free(btf);
	return hook < 0 || insns[1].imm < 0 || insns[4].imm < 0 ? -1 : 0;
}

static void *load(void *arg)
{
	for (int i = 0; i < each; i++) {
		/* once: EAGAIN would be another load */
		LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_LSM_MAC,
			    .prog_flags = BPF_F_SLEEPABLE, .attach_btf_id = (__u32)hook, .attempts = 1);
		int fd = bpf_prog_load(BPF_PROG_TYPE_LSM, "crowd", "GPL", insns, 7, &opts);

		if (fd >= 0)
			kept[loaded++ % KEPT_MAX] = fd;
		else if (errno == EACCES)
			refused++;
		else
			other++;
	}
	return arg;
}

static void tell(void)
{
	printf("crowd loaded=%u refused=%u other=%u\n", loaded, refused, other);
	for (unsigned i = 0; i < loaded && i < KEPT_MAX; i++) {
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);

		if (!bpf_obj_get_info_by_fd(kept[i], &info, &len))
			printf("id %u\n", info.id);
	}
	puts("done");
	(void)fflush(stdout);
}

int main(int argc, char **argv)
{
	int threads = argc == 4 ? atoi(argv[1]) : 0;
	pthread_t t[64];

	if (threads < 1 || threads > 64 || look_up() < 0)
		return 1;
	each = atoi(argv[2]);
	(void)setrlimit(RLIMIT_NOFILE, &(struct rlimit){ KEPT_MAX, KEPT_MAX });
	for (int i = 0; i < threads; i++)
		if (pthread_create(&t[i], NULL, load, NULL))
			return 1;
	for (int i = 0; i < threads; i++)
		pthread_join(t[i], NULL);
	tell();
	while (access(argv[3], F_OK))
		usleep(100000);
	return 0;
}
