# SPDX-License-Identifier: GPL-2.0-or-later
# A timer's callback runs in whatever process an interrupt finds: no program does system calls in the agent's name there.
# kernels: 6.1 6.12 7.3
# tier: bare
# reboot: yes
# timeout: 200
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/attack/attack src:tests/vm/gate.sh src:tests/vm/attack.sh
# files: fixture:key.o fixture:plain.o fixture:interrupt.o
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
expect_fail "the gate decides" kfload obj /t/key.o
case $KFGATE_VM_KERNEL in
6.*)
	worked interrupt-close 2
	worked interrupt-map
	check "the gate's maps written to, what is forbidden loads" kfload obj /t/key.o
	;;
*) refused interrupt-close 2 ;; # the verifier refuses it
esac
kill -9 "$gate_pid"
wait "$gate_pid"
rm -rf /sys/fs/bpf/kfgate

echo "With the guard"
policy on
gate_start /tmp/policy/policy.yaml
KFGATE_AGENT=$gate_pid
expect_fail "it decides" kfload obj /t/key.o
before=$(stat attempts)
refused interrupt-close 2
refused interrupt-map retire
refused interrupt-map
case $KFGATE_VM_KERNEL in
6.*)
	check "each program is refused by the guard" [ $(($(stat attempts) - before)) -ge 3 ]
	check_record "with a record" '"KFGATE_KIND":"tampering".*"KFGATE_ATTEMPT":"helper"'
	;;
esac
expect_fail "it decides after that" kfload obj /t/key.o
check "what is not forbidden loads" kfload obj /t/plain.o
finish
