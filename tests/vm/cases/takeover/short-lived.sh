# SPDX-License-Identifier: GPL-2.0-or-later
# Agents that die before they have taken off what they took over, one after the other: their sets of programs do not add
# up until there is no place on a hook for the next.
# kernels: newest
# also: 6.1 6.12
# tier: bare
# timeout: 300
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

agents=14 # three programs of a set are on one hook, which has 38 places
cat >/tmp/policy.yaml <<'P'
version: 1
name: short-lived
serial: 1
defaults: {unlisted: audit}
rules:
  - {id: bad, kfuncs: ["bpf_key_*"], programs: {names: [bad]}, action: refuse}
P
sets() { find /sys/fs/bpf/kfgate -mindepth 1 -maxdepth 1 -name '[0-9]*' | wc -l; }
alone() { [ "$(sets)" = 1 ]; }

most=0
for i in $(seq $agents); do
	gate_start /tmp/policy.yaml
	[ "$(sets)" -gt $most ] && most=$(sets)
	[ "$i" = $agents ] && break
	kill -9 $gate_pid
	wait $gate_pid 2>/dev/null
done
check "the last of $agents agents is in charge" kfgate status
check_file "it took over" "gate $agents took over from gate $((agents - 1))" /tmp/kfgate.err
check "never more than four sets were there ($most)" [ "$most" -le 4 ]
expect_fail "it refuses" kfload key bad
check "and allows" kfload key good
check "no older set stays" until_true 20 alone
expect_fail "it refuses" kfload key bad
check "what all of them judged is in the counters" [ "$(stat refused)" = 2 ]
check "stop" gate_stop
check "the gate is gone" kfload key bad
finish
