# SPDX-License-Identifier: GPL-2.0-or-later
# How often each rule decided, allowed loads included: counted in the kernel, kept through reloads and restarts.
# kernels: 6.1 newest
# also: 6.12
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

policy() {
	cat >/tmp/policy.yaml <<P
version: 1
name: hits
serial: $1
rules:
$2
  - {id: keys, kfuncs: ["bpf_*_key"], action: allow}
  - {id: nobody, kfuncs: [bpf_key_put], programs: {names: [nobody]}, action: allow}
P
}
# hits NAME COLUMN
hits() {
	kfgate status --rules >/tmp/hits || cat /tmp/hits
	awk -v name="$1" -v at="$2" '$2 == name || $1 == name && name == "unlisted" { print name == "unlisted" ? $(at - 1) : $at }' /tmp/hits
}

policy 1 ""
gate_start /tmp/policy.yaml
check_eq "nobody uses anything" 0 "$(hits keys 3)"
check "a load that a rule allows" kfload obj /t/key.o
check_eq "is counted, without a record" 1 "$(hits keys 3)"
check_eq "and what no rule matched" 1 "$(hits unlisted 3)"
check "two more" kfload obj /t/key.o
check "of them" kfload obj /t/key.o
check_eq "each kfunc of a load counts once" 3 "$(hits keys 3)"
check_eq "a rule that decides nothing" 0 "$(hits nobody 3)"
kfgate status >/tmp/status
check_file "status says it" 'Rules: 1 of 2 decided something since .*; 3 kfuncs of loads matched none' /tmp/status
check_file "and which did not" 'did not: nobody$' /tmp/status
kfgate metrics >/tmp/metrics
check_file "so do the metrics" '^kfgate_hits_total.part="rule",name="keys". 3$' /tmp/metrics
kfgate status --rules --json >/tmp/json
check_file "and JSON" '"name": "keys"' /tmp/json

kfload hold /t/key.o 1000 >/tmp/held &
holder=$!
until_true 20 grep -q "^id " /tmp/held
policy 2 '  - {id: new, kfuncs: [bpf_key_put], action: warn}'
check "a reload with a rule before the others" kfgate reload
check_eq "a rule keeps its counts by its id" 4 "$(hits keys 3)"
check_eq "the new one has none" 0 "$(hits new 3)"
check_eq "programs that are there use them, too" "1 1" "$(hits keys 4) $(hits new 4)"
kill $holder
kfload obj /t/key.o
check_eq "the new one counts" "1 5" "$(hits new 3) $(hits keys 3)"

check "nobody writes to what counts" kfload poke kfg_hit

before=$(hits keys 3)
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do kfload obj /t/key.o; done >/dev/null &
loader=$!
for serial in 3 4 5 6; do
	policy $serial '  - {id: new, kfuncs: [bpf_key_put], action: warn}'
	check "a reload while programs are loaded" kfgate reload
done
wait $loader
check_eq "between two policies no load is lost, and none counted twice" $((before + 12)) "$(hits keys 3)"

new=$(hits new 3)
before=$(hits keys 3)
old=$gate_pid
kill -9 $old
kfload obj /t/key.o
gate_start /tmp/policy.yaml
check_eq "the next agent goes on from there, and from what was loaded without one" "$((new + 1)) $((before + 1))" \
	"$(hits new 3) $(hits keys 3)"
policy 7 '  - {id: new, kfuncs: [bpf_key_put], action: refuse}'
check "a policy that refuses" kfgate reload
expect_fail "is counted as well" kfload obj /t/key.o
check "at least once" [ "$(hits new 3)" -ge $((new + 2)) ]
kfgate metrics >/tmp/metrics
check_file "what was recorded is a metric by reason" '^kfgate_decisions_total.outcome="refused",reason="rule". 1$' /tmp/metrics
check_file "and by kfunc" '^kfgate_kfunc_decisions_total.kfunc="bpf_key_put",.*,outcome="refused". 1$' /tmp/metrics
gate_stop
finish
