# SPDX-License-Identifier: GPL-2.0-or-later
# What a process receives is nobody's to change by a map of sockets: no iterator enters any into one.
# kernels: 6.1 6.12 7.3
# tier: bare
# reboot: yes
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/attack/attack src:tests/vm/gate.sh src:tests/vm/attack.sh
# files: fixture:key.o fixture:plain.o fixture:sockets.o
. /t/lib.sh
. /t/gate.sh
. /t/attack.sh

mkdir -p /tmp/policy
policy() { keys_policy "$@" >/tmp/policy/policy.yaml; }
export KFGATE_AGENT

echo "Without the guard"
policy off
gate_start /tmp/policy/policy.yaml
KFGATE_AGENT=$gate_pid
worked take-sockets
check "the agent stops" gate_stop

echo "With the guard"
policy on
gate_start /tmp/policy/policy.yaml
KFGATE_AGENT=$gate_pid
check_file "it is guarded" 'the gate is guarded' /tmp/kfgate.err
before=$(stat attempts)
refused take-sockets
check "it is counted" [ "$(stat attempts)" -gt "$before" ]
check_record "and a record" '"KFGATE_KIND":"tampering".*"KFGATE_ATTEMPT":"helper"'
check "iterators are read as ever" kfgate programs --policy=/tmp/policy
check "what is not forbidden loads" kfload obj /t/plain.o
expect_fail "the gate decides" kfload obj /t/key.o
finish
