# SPDX-License-Identifier: GPL-2.0-or-later
# on-stop: keep leaves the gate without an agent; kfgate detach takes off what no agent holds, and nothing else.
# kernels: 6.1 7.3
# also: 6.12
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

policy() {
	cat >/tmp/policy.yaml <<P
version: 1
name: detach
serial: 1
on-stop: $1
rules:
  - {id: bad, kfuncs: ["bpf_key_*"], programs: {names: [bad]}, action: refuse}
P
}
kfgate detach >/tmp/out 2>&1
check_eq "without a gate" 0 $?
check_file "it says that there is none" 'there is no gate to take off' /tmp/out
policy keep
gate_start /tmp/policy.yaml
expect_fail "the gate refuses" kfload key bad
kfgate detach >/tmp/out 2>&1
check_eq "with an agent there, it is not taken off" 5 $?
check_file "and who that is is said" "pid $gate_pid holds /sys/fs/bpf/kfgate" /tmp/out
check "stop" gate_stop
check_file "the gate stays, which the records say" '"KFGATE_KIND":"kept"' "$records"
expect_fail "and refuses" kfload key bad
policy detach
gate_start /tmp/policy.yaml
check_record "the next agent tells what it refused" '"KFGATE_KIND":"refused".*"KFGATE_PROG_NAME":"bad"'
check "stop" gate_stop
check "now it is off" kfload key bad
gate_start /tmp/policy.yaml
kill -9 $gate_pid
wait $gate_pid 2>/dev/null
expect_fail "killed" kfload key bad
check "detach" kfgate detach
check "takes it off" kfload key bad
check_none "with all its pins" . ls /sys/fs/bpf/kfgate
finish
