/* SPDX-License-Identifier: GPL-2.0-or-later */
/* null.bpf.c - LSM programs that only return 0, on the gate's hooks: the floor of what any gate costs. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("lsm.s/bpf_prog_load")
int null_load(void *ctx)
{
	return 0;
}

SEC("lsm.s/bpf_prog")
int null_prog(void *ctx)
{
	return 0;
}

SEC("lsm/bpf_prog_free")
int null_free(void *ctx)
{
	return 0;
}
