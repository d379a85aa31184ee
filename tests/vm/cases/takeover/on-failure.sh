# SPDX-License-Identifier: GPL-2.0-or-later
# An agent that cannot put a policy into force: open leaves the host as it is, closed refuses every program that calls a
# kfunc, and no other.
# kernels: 6.1 7.3
# also: 6.12
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:plain.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

good() {
	cat >/tmp/policy.yaml <<P
version: 1
name: good
serial: 1
rules:
  - {id: bad, kfuncs: ["bpf_key_*"], programs: {names: [bad]}, action: refuse}
P
}
broken() {
	good
	echo "modus: audit" >>/tmp/policy.yaml
}
broken
kfgate run --policy /tmp/policy.yaml --log=json >/tmp/out 2>&1
check_eq "open: the agent fails" 7 $?
check "and nothing is enforced" kfload key bad
check_eq "no pin is left" "" "$(ls -d /sys/fs/bpf/kfgate/[0-9]* 2>/dev/null)"
kfgate run --policy /tmp/policy.yaml --log=json --on-failure=closed >/tmp/out 2>&1
check_eq "closed: the agent fails" 7 $?
check_file "with a record that is critical" '"PRIORITY":"2","KFGATE_KIND":"closed"' /tmp/out
expect_fail "and every kfunc is refused" kfload key good
check "but no program without one" kfload obj /t/plain.o
kfgate run --policy /tmp/policy.yaml --log=json --on-failure=closed >/tmp/out 2>&1
check_eq "once more" 7 $?
check_file "the gate from before goes on" 'the gate that was there goes on' /tmp/out
expect_fail "as it was" kfload key good
good
gate_start /tmp/policy.yaml
check "an agent with a good policy takes over" kfload key good
expect_fail "and enforces that" kfload key bad
kill -9 $gate_pid
wait $gate_pid 2>/dev/null
kfgate status >/tmp/out 2>&1
check_eq "status: no agent, and the gate is in force" 6 $?
check_file "by which policy" 'policy: .*, serial [0-9]+, mode enforce, digest .*, since 20' /tmp/out
kfgate status --json >/tmp/out
check_file "so in JSON" '"in_force": true' /tmp/out
check_file "and as a metric" 'kfgate_gate_in_force 1' "$(kfgate metrics --output=/tmp/metrics; echo /tmp/metrics)"
broken
kfgate run --policy /tmp/policy.yaml --log=json >/tmp/out 2>&1
check_eq "open, with a gate from before: the agent fails" 7 $?
check "what that allowed" kfload key good
expect_fail "and refused stays so" kfload key bad
check "detach" kfgate detach
check "takes it off" kfload key bad
kfgate status >/tmp/out 2>&1
check_eq "status: nothing is in force" 3 $?
finish
