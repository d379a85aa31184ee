/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

struct tcp_congestion_ops___mine {
	u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
	u32 (*undo_cwnd)(struct sock *sk);
	int (*no_such_operation)(struct sock *sk);
	char name[16];
};

SEC("struct_ops") u32 BPF_PROG(mine_ssthresh, struct sock *sk)
{
	return 2;
}

SEC("struct_ops") void BPF_PROG(mine_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
}

SEC("struct_ops") u32 BPF_PROG(mine_undo_cwnd, struct sock *sk)
{
	return 2;
}

SEC(".struct_ops")
struct tcp_congestion_ops___mine mine = {
	.ssthresh = (void *)mine_ssthresh,
	.cong_avoid = (void *)mine_cong_avoid,
	.undo_cwnd = (void *)mine_undo_cwnd,
	.no_such_operation = (void *)mine_undo_cwnd,
	.name = "kfgate_set",
};
