# SPDX-License-Identifier: GPL-2.0-or-later
# Programs as large as they come, and calls where one would not look.
# kernels: 6.12 newest
# also: 7.2
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

cat >/tmp/policy.yaml <<'P'
version: 1
name: large
serial: 1
scope: any
errno: EPERM
rules:
  - {id: no-cast, kfuncs: [bpf_rdonly_cast], action: refuse}
P
gate_start /tmp/policy.yaml
for n in 2 7 8 9 15 16 17 63 64 65 71 72 73 127 128 129 1000 1000000; do
	for at in 0 $((n / 2)) $((n - 1)); do
		kfload raw $n bpf_rdonly_cast $at >/tmp/out
		check_eq "$n instructions, the call is number $at" "raw refused EPERM" "$(cat /tmp/out)"
	done
done
check_record "the last record says where" '"KFGATE_PROG_INSNS":"1000000"'
check "no call in 65 instructions" kfload raw 65
kfload many 257 >/tmp/out
check_eq "more distinct kfuncs than the verifier takes are unscannable" "many refused EPERM" "$(cat /tmp/out)"
check_record "and called that" 'many-kfuncs'
for n in 1 2 3 4; do
	kfload many 256 1000000 bpf_rdonly_cast >/tmp/out.$n &
	pids="${pids:-} $!"
done
for pid in $pids; do wait "$pid"; done
check_eq "four at once of 1,000,000 instructions and 256 kfuncs, the last of which is forbidden" 4 \
	"$(cat /tmp/out.? | grep -c 'many refused EPERM')"
kfload many 256 1000000 bpf_rcu_read_lock >/tmp/out
check_eq "the kernel itself refuses the like" "many refused EINVAL" "$(cat /tmp/out)"
check_sums
expect_fail "a call with a destination register is refused by the kernel itself" kfload raw 10 bpf_rdonly_cast 3 1
check "stop" gate_stop
expect_fail "without us, too" kfload raw 10 bpf_rdonly_cast 3 1
finish
