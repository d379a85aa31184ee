/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

struct bpf_ct_opts___mine {
	s32 netns_id;
	s32 error;
	u8 l4proto;
	u8 dir;
	u16 ct_zone_id;
	u8 ct_zone_dir;
	u8 reserved[3];
};

extern struct nf_conn *bpf_xdp_ct_lookup(struct xdp_md *xdp, struct bpf_sock_tuple *tuple, u32 tuple_size,
					 struct bpf_ct_opts___mine *opts, u32 opts_size) __weak __ksym;
extern void bpf_ct_release(struct nf_conn *ct) __weak __ksym;
extern struct xfrm_state *bpf_xdp_get_xfrm_state(struct xdp_md *xdp, void *opts, u32 opts_size) __weak __ksym;
extern void bpf_xdp_xfrm_state_release(struct xfrm_state *x) __weak __ksym;

static __always_inline int lookup(struct xdp_md *xdp)
{
	struct bpf_ct_opts___mine opts = { .netns_id = -1, .l4proto = 6 };
	struct bpf_sock_tuple tuple = {};
	struct nf_conn *ct = bpf_xdp_ct_lookup(xdp, &tuple, sizeof(tuple.ipv4), &opts, 12);

	if (ct)
		bpf_ct_release(ct);
	return 2;
}

SEC("xdp") int conntrack(struct xdp_md *xdp)
{
	return lookup(xdp);
}

SEC("xdp") int conntrack_guarded(struct xdp_md *xdp)
{
	return bpf_ksym_exists(bpf_xdp_ct_lookup) ? lookup(xdp) : 2;
}

SEC("xdp") int xfrm_guarded(struct xdp_md *xdp)
{
	u64 opts[4] = {};

	if (bpf_ksym_exists(bpf_xdp_get_xfrm_state)) {
		struct xfrm_state *x = bpf_xdp_get_xfrm_state(xdp, opts, sizeof(opts));

		if (x)
			bpf_xdp_xfrm_state_release(x);
	}
	return 2;
}

SEC("tc") int of_xdp_alone(struct __sk_buff *skb)
{
	return lookup((void *)skb);
}
