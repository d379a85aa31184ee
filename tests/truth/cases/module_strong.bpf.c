/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

extern struct bpf_fib_lookup *bpf_xdp_flow_lookup(struct xdp_md *xdp, struct bpf_fib_lookup *tuple, void *opts,
						  u32 opts_size) __ksym;

SEC("xdp") int flow(struct xdp_md *xdp)
{
	return 2;
}
