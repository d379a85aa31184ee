# SPDX-License-Identifier: GPL-2.0-or-later
# Programs that were there before: reported; their later fds are theirs, unless the policy says otherwise.
# kernels: 6.1 6.12 7.3 newest
# also: 7.2
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

policy() {
	cat >/tmp/policy.yaml <<P
version: 1
name: present
serial: $1
present: $2
rules:
  - {id: keys, kfuncs: ["bpf_key_*"], loaders: {exes: [$3]}, action: allow}
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
}
kfload hold /t/key.o 1000 /sys/fs/bpf/before >/tmp/before &
holder=$!
until grep -q '^id ' /tmp/before; do sleep 0.2; done
id=$(sed -n 's/^id //p' /tmp/before)
policy 1 report /t/kfload
gate_start /tmp/policy.yaml
check_record "found by the sweep, and reported with what the policy says" '"KFGATE_EVENT":"present".*key_live|key_live.*"KFGATE_EVENT":"present"'
check "not refused: an fd by id" kfload fd $id
check "an fd by pin" kfload fd /sys/fs/bpf/before
kfload hold /t/key.o 1000 >/tmp/admitted &
holder2=$!
until grep -q '^id ' /tmp/admitted; do sleep 0.2; done
admitted=$(sed -n 's/^id //p' /tmp/admitted)
policy 2 report /t/other
check "a policy that refuses both" kfgate reload
check "does not take an admitted program from its users" kfload fd $admitted
check_record "but reports it, with its loader" '"KFGATE_EVENT":"present".*"KFGATE_PID":"'$holder2'".*"KFGATE_POLICY_SERIAL":"2"'
expect_fail "while a new load is refused" kfload obj /t/key.o
policy 3 refuse /t/kfload
check "present: refuse" kfgate reload
check "a program whose loader is known and allowed keeps its users" kfload fd $admitted
expect_fail "one whose loader nobody saw does not: refused by id" kfload fd $id
expect_fail "and by pin" kfload fd /sys/fs/bpf/before
check "programs without kfuncs keep theirs" kfload obj /t/plain.o
check "stop" gate_stop
check "and it is lifted" kfload fd /sys/fs/bpf/before
kill $holder $holder2
rm /sys/fs/bpf/before
finish
