/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * skel_internal.h - libbpf's header of that name for light skeletons that are signed (libbpf 1.7 and later), with an
 * older libbpf: what it lacks, kfsigned.c has.
 */
#pragma once

#define bpf_load_and_run_opts unsigned_opts
#define bpf_load_and_run unsigned_load_and_run
#include_next <bpf/skel_internal.h>
#undef bpf_load_and_run_opts
#undef bpf_load_and_run

struct bpf_load_and_run_opts {
	struct bpf_loader_ctx *ctx;
	const void *data;
	const void *insns;
	__u32 data_sz;
	__u32 insns_sz;
	const char *errstr;
	void *signature;
	__u32 signature_sz;
	__s32 keyring_id;
	void *excl_prog_hash;
	__u32 excl_prog_hash_sz;
};

static int bpf_load_and_run(struct bpf_load_and_run_opts *opts);
