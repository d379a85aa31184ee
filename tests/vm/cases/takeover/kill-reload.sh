# SPDX-License-Identifier: GPL-2.0-or-later
# An agent that is killed at any moment of a reload leaves one policy in force, the old one or the new one, while loads
# go on without a pause; the next agent takes it over.
# kernels: 7.3
# also: 6.1
# tier: bare
# reboot: yes
# timeout: 400
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

policy() {
	cat >/tmp/policy.yaml <<P
version: 1
name: kill-reload
serial: $1
defaults: {unlisted: audit}
rules:
  - {id: bad-$1, kfuncs: ["bpf_key_*", bpf_lookup_system_key], programs: {names: [bad]}, action: refuse}
$(seq 50 | sed 's/.*/  - {id: "r&", kfuncs: ["bpf_unused_&_*"], action: allow}/')
P
}
number() { sed -n 's/.* '"$1"'=\([0-9]*\).*/\1/p' /tmp/hammer; }

policy 1
gate_start /tmp/policy.yaml
refused=$(stat refused)
kfload hammer 1 /tmp/enough >/tmp/hammer &
hammer=$!
unanswered=0
for moment in 0.02 0.1 0.2 0.3 0.5 0.8 1.2; do
	policy "$(($(stat serial) + 1))"
	kfgate reload >/tmp/reload.out 2>&1 &
	reload=$!
	sleep $moment
	kill -9 $gate_pid
	wait $gate_pid 2>/dev/null
	wait $reload || unanswered=$((unanswered + 1))
	gate_start /tmp/policy.yaml
done
touch /tmp/enough
wait $hammer
echo "  $unanswered of 7 reloads were cut off; $(cat /tmp/hammer)"
check "some were" [ $unanswered -gt 0 ]
check "loads went on all the time" [ "$(number bad)" -gt 20 ]
check_eq "forbidden ones that were admitted" 0 "$(number admitted)"
check_eq "allowed ones that were refused" 0 "$(number refused)"
check_eq "other answers" 0 "$(number other)"
check_eq "each refusal was counted once" "$(number bad)" $(($(stat refused) - refused))
check_eq "the last policy is in force" "$(sed -n 's/^serial: //p' /tmp/policy.yaml)" "$(stat serial)"
check "stop" gate_stop
finish
