/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * canary.c - loads programs that the table in force must refuse, and looks whether it did. Every table begins with
 * two rows that match the agent's own canaries (policy/compile.c): "kfgate_canary1" for its presence, before
 * verification, and "kfgate_canary2" for a live call, after it. What is shown is the whole way: hook, scan, name,
 * table, clock, answer.
 */
#include "gate/enforce/gate_internal.h"

#include "base/caps.h"
#include "base/cleanup.h"
#include "gate/enforce/create.h"
#include "gate/enforce/gate_btf.h"
#include "gate/enforce/missed.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOV_IMM(dst, value)                                                                                            \
	{                                                                                                              \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (dst), .imm = (value)                                  \
	}
#define MOV_REG(dst, src)                                                                                              \
	{                                                                                                              \
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = (dst), .src_reg = (src)                                \
	}
#define CALL_KFUNC(id)                                                                                                 \
	{                                                                                                              \
		.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .imm = (id)                              \
	}
#define JUMP_IF_ZERO(dst, by)                                                                                          \
	{                                                                                                              \
		.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = (dst), .off = (by)                                       \
	}
#define EXIT()                                                                                                         \
	{                                                                                                              \
		.code = BPF_JMP | BPF_EXIT                                                                             \
	}

struct attempt {
	int err; /* 0: it was loaded */
	bool counted; /* the gate says that it decided on a canary */
};

static int try_load(struct kfg_gate *gate, enum kfg_stat stat, enum bpf_prog_type type, const struct bpf_insn *insns,
		    size_t n, const char *name, struct bpf_prog_load_opts *opts, struct attempt *ret)
{
	struct kfg_stats before, after;
	int fd, r;

	r = kfg_gate_stats(gate, &before);
	if (r)
		return r;
	fd = kfg_create_prog(type, name, insns, n, opts);
	ret->err = fd < 0 ? -fd : 0;
	if (fd >= 0)
		close(fd);
	r = kfg_gate_stats(gate, &after);
	if (r)
		return r;
	ret->counted = after.n[stat] > before.n[stat];
	return 0;
}

static bool refused(const struct kfg_gate *gate, const struct attempt *a)
{
	return a->counted && a->err == gate->refuse_errno;
}

/* Before verification any call of any function will do: the program is never looked at by the verifier. */
static int prove_stage1(struct kfg_gate *gate, struct attempt *ret)
{
	int id = (int)kfg_gate_btf_func("bpf_rdonly_cast");
	struct bpf_insn insns[] = { CALL_KFUNC(id), MOV_IMM(0, 0), EXIT() };

	if (!id)
		return -ENOENT;
	return try_load(gate, KFG_STAT_CANARY1, BPF_PROG_TYPE_SOCKET_FILTER, insns, 3, "kfgate_canary1", NULL, ret);
}

/* bpf_key_put(bpf_lookup_system_key(0)) in a sleepable LSM program: 6.1 and later, with CONFIG_KEYS */
static int prove_stage2_key(struct kfg_gate *gate, struct attempt *ret)
{
	int get = (int)kfg_gate_btf_func("bpf_lookup_system_key");
	int put = (int)kfg_gate_btf_func("bpf_key_put");
	int hook = (int)kfg_gate_btf_func("bpf_lsm_bpf");
	struct bpf_insn insns[] = {
		MOV_IMM(1, 0), CALL_KFUNC(get), JUMP_IF_ZERO(0, 2), MOV_REG(1, 0), CALL_KFUNC(put),
		MOV_IMM(0, 0), EXIT(),
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_LSM_MAC, .prog_flags = BPF_F_SLEEPABLE,
		    .attach_btf_id = (__u32)hook);

	if (!get || !put || !hook)
		return -ENOENT;
	return try_load(gate, KFG_STAT_CANARY2, BPF_PROG_TYPE_LSM, insns, 7, "kfgate_canary2", &opts, ret);
}

/* bpf_rcu_read_lock(); bpf_rcu_read_unlock(); in a syscall program: 6.2 and later */
static int prove_stage2_rcu(struct kfg_gate *gate, struct attempt *ret)
{
	int lock = (int)kfg_gate_btf_func("bpf_rcu_read_lock");
	int unlock = (int)kfg_gate_btf_func("bpf_rcu_read_unlock");
	struct bpf_insn insns[] = { CALL_KFUNC(lock), CALL_KFUNC(unlock), MOV_IMM(0, 0), EXIT() };
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = BPF_F_SLEEPABLE);

	if (!lock || !unlock)
		return -ENOENT;
	return try_load(gate, KFG_STAT_CANARY2, BPF_PROG_TYPE_SYSCALL, insns, 4, "kfgate_canary2", &opts, ret);
}

/* How often stage 1 was missed, by whomever. */
static uint64_t missed_early(struct kfg_gate *gate)
{
	struct kfg_missed missed = {};

	return kfg_gate_missed(gate, &missed) ? 0 : missed.early;
}

typedef int try_fn(struct kfg_gate *gate, struct attempt *ret);

/* Where BPF LSM does not call the gate, a canary may be missed, too, before verification and after it. */
static int prove(struct kfg_gate *gate, try_fn *try, struct attempt *ret)
{
	int r = 0;

	for (int i = 0; i < KFG_MISSED_TRIES; i++) {
		uint64_t asked = kfg_missed_asked(gate), early = missed_early(gate);

		r = try(gate, ret);
		if (r || ret->counted || gate->hooking == KFG_HOOKING_LSM)
			return r;
		if ((ret->err || kfg_missed_was_asked(gate, asked)) && missed_early(gate) == early)
			return r;
	}
	return r;
}

static void say_why(struct kfg_proof *proof, const char *stage, const struct attempt *a)
{
	if (*proof->why)
		return;
	if (!a->err && a->counted)
		(void)snprintf(proof->why, sizeof(proof->why),
			       "the gate refused the canary %s verification, but it was loaded: "
			       "something answers in its place",
			       stage);
	else if (!a->err)
		(void)snprintf(proof->why, sizeof(proof->why),
			       "a canary %s verification was loaded as if there were no gate", stage);
	else if (!a->counted)
		(void)snprintf(proof->why, sizeof(proof->why), "the gate did not see the canary %s verification (%s)",
			       stage, strerror(a->err));
	else
		(void)snprintf(proof->why, sizeof(proof->why),
			       "the canary %s verification got another answer than the policy's: %s", stage,
			       strerror(a->err));
}

int kfg_gate_prove(struct kfg_gate *gate, struct kfg_proof *ret_proof)
{
	KFG_CAPS_RAISED;
	struct kfg_proof proof = {};
	struct attempt a = { .err = ENOENT };
	int r = 0;

	if (!kfg_gate_btf())
		return -errno;
	if (gate->stage1) {
		r = prove(gate, prove_stage1, &a);
		proof.stage1 = !r && refused(gate, &a);
		if (!proof.stage1)
			say_why(&proof, "before", &a);
	}
	a = (struct attempt){ .err = ENOENT };
	r = prove(gate, prove_stage2_rcu, &a);
	if (r || !refused(gate, &a))
		r = prove(gate, prove_stage2_key, &a);
	proof.stage2 = !r && refused(gate, &a);
	if (!proof.stage2)
		say_why(&proof, "after", &a);
	*ret_proof = proof;
	return 0;
}
