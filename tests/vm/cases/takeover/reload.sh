# SPDX-License-Identifier: GPL-2.0-or-later
# A new policy is swapped in whole, under fire; a bad one leaves the old in force and says why.
# kernels: newest
# also: 6.1 6.12
# tier: bare
# timeout: 300
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

policy() {
	cat >/tmp/policy.yaml <<P
version: 1
name: reload
serial: $1
rules:
  - {id: no-keys-$1, kfuncs: ["bpf_key_*"], action: refuse}
P
}
policy 1
gate_start /tmp/policy.yaml
kfload storm key 4 1500 >/tmp/out &
storm=$!
n=2
while kill -0 $storm 2>/dev/null && [ $n -lt 20 ]; do
	policy $n
	kfgate reload >/tmp/reload.out 2>&1 || { cat /tmp/reload.out; break; }
	n=$((n + 1))
done
wait $storm
check "$n reloads under fire" [ $n -gt 3 ]
check_eq "every load was judged by one policy or the other" "storm loaded=0 refused=6000" "$(cat /tmp/out)"
echo 'serail: 1' >>/tmp/policy.yaml
expect_fail "a bad policy is not taken" kfgate reload
kfgate reload >/tmp/out 2>&1
check_file "it says where and why" 'policy.yaml:[0-9]+:[0-9]+: .*serail' /tmp/out
expect_fail "the old one goes on" kfload obj /t/key.o
check_record "and is told of in the records" '"KFGATE_KIND":"policy-rejected"'
policy 1
expect_fail "a lower serial is not taken" kfgate reload
check "unless forced" kfgate reload --force
check_eq "that is the policy in force" 1 "$(gate_status | sed -n 's/.*"serial": *\([0-9]*\).*/\1/p')"
policy 2
kill -HUP $gate_pid
serial_is() { [ "$(gate_status | sed -n 's/.*"serial": *\([0-9]*\).*/\1/p')" = "$1" ]; }
check "SIGHUP takes it, too" until_true 20 serial_is 2
check "stop" gate_stop
finish
