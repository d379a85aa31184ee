# SPDX-License-Identifier: GPL-2.0-or-later
# A policy with mode: sealed: what is in force is never loosened until the next boot, not by a reload, a stop, another agent, or a
# write to its maps. Without the guard, which would not let the agent be stopped or killed in the first place.
# kernels: 6.12 7.3 arm64:6.12 arm64:newest
# also: 6.1
# tier: bare
# reboot: yes
# files: agent/kfgate agent/kfgate-agent tests/tools/kfgate-next tests/tools/kfload src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

# policy SERIAL MODE NAME...: the programs of these names are refused
policy() {
	cat >/tmp/policy.yaml <<P
version: 1
name: policy-$1
serial: $1
mode: $2
guard: off
P
	shift 2
	[ $# = 0 ] || echo "rules:" >>/tmp/policy.yaml
	for name; do
		echo "  - {id: no-$name, kfuncs: ['bpf_key_*'], programs: {names: [$name]}, action: refuse}" >>/tmp/policy.yaml
	done
}
policy 1 enforce bad
gate_start /tmp/policy.yaml
policy 2 sealed bad
check "a gate is sealed by a reload" kfgate reload
gate_status >/tmp/out
check_file "status says so" '"mode": *"sealed"' /tmp/out
expect_fail "it refuses" kfload key bad
check "and allows" kfload key worse

policy 3 sealed bad worse
check "a tighter policy is taken" kfgate reload
expect_fail "and decides" kfload key worse
check_record "by its name" '"KFGATE_RULE":"no-worse".*"KFGATE_POLICY":"policy-3"'
policy 4 sealed
check "a looser one is taken" kfgate reload
expect_fail "without effect" kfload key bad
expect_fail "on any of them" kfload key worse
check_eq "each of the two refusals is one record" 2 "$(record_count '"KFGATE_PROG_NAME":"worse".*"KFGATE_POLICY":"policy-3"')"
policy 5 enforce bad worse
expect_fail "one that is not sealed is not taken" kfgate reload
policy 1 sealed bad worse
expect_fail "nor is a lower serial, whatever is asked for" kfgate reload --force
check "no table can be written to" kfload poke kfg_table
check "and nothing that counts" kfload poke kfg_hit

policy 5 sealed
check "stop" gate_stop
check_file "does not take it off" '"KFGATE_KIND":"kept".*sealed' "$records"
expect_fail "it refuses" kfload key bad
kfgate detach >/tmp/out 2>&1
check_eq "detach does not, either" 1 $?
check_file "and says why" 'it is sealed until the next boot' /tmp/out
expect_fail "it refuses" kfload key worse
gate_start /tmp/policy.yaml
expect_fail "another agent with a looser policy: it refuses" kfload key bad
expect_fail "all that it did" kfload key worse
check "and allows the rest" kfload key good
kill -9 $gate_pid
wait $gate_pid 2>/dev/null
expect_fail "killed: it refuses" kfload key worse
policy 6 enforce
kfgate run --policy /tmp/policy.yaml >/tmp/out 2>&1
check_eq "an agent with a policy that is not sealed does not take over" 4 $?
policy 4 sealed
kfgate run --policy /tmp/policy.yaml >/tmp/out 2>&1
check_eq "nor with a lower serial" 7 $?
expect_fail "it refuses" kfload key worse
policy 5 sealed
kfgate-next run --policy /tmp/policy.yaml >/tmp/out 2>&1
check_eq "nor one of a version that cannot read what is sealed" 4 $?
check_file "and that is said" 'a gate of another version is sealed' /tmp/out
gate_start /tmp/policy.yaml
policy 6 sealed bad
expect_fail "a fifth policy has no room" kfgate reload
kfgate reload >/tmp/out 2>&1
check_file "and that is said" 'as many as can be' /tmp/out
policy 5 sealed
check "one that is in force already is no other" kfgate reload
expect_fail "all four decide" kfload key worse
check "no table can be written to" kfload poke kfg_table
check "and none replaced" kfload poke kfg_tables
check "stop" gate_stop
expect_fail "to the end" kfload key bad
finish
