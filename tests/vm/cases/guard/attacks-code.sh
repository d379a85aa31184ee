# SPDX-License-Identifier: GPL-2.0-or-later
# The agent's identity covers the code that it runs, and a signal is an order only if it has a sender that may give one.
# kernels: 6.1 7.3
# also: 6.12
# tier: bare
# reboot: yes
# timeout: 240
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/attack/attack fixture:key.o src:tests/vm/gate.sh src:tests/vm/attack.sh
. /t/lib.sh
. /t/gate.sh
. /t/attack.sh

policy() { keys_policy "$@" >/tmp/policy.yaml; }
decides() { expect_fail "$1: the gate decides" kfload obj /t/key.o; }
writable() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		(: >>"$1") 2>/dev/null && return
		sleep 0.5
	done
	return 1
}
export KFGATE_AGENT

echo "The gate without the guard"
policy off
gate_start /tmp/policy.yaml
KFGATE_AGENT=$gate_pid
decides "at first"
worked code-write
worked code-truncate
worked code-chmod
worked code-xattr
worked code-flags
worked code-swap
worked code-attributes
worked code-setattr
worked code-replace
worked oom-thread
worked hold /tmp/policy.yaml
worked lease /tmp/policy.yaml
worked send-signal 15
wait $gate_pid
check "a signal of nobody's took the gate off" kfload obj /t/key.o
gate_start /tmp/policy.yaml
KFGATE_AGENT=$gate_pid
worked sigtrap
wait $gate_pid
gate_start /tmp/policy.yaml
KFGATE_AGENT=$gate_pid
worked pins-readonly
check "the pins' mount made read-only, the agent stops" gate_stop
check "and takes the gate off" kfload obj /t/key.o
worked pins-readonly
gate_start /tmp/policy.yaml
KFGATE_AGENT=$gate_pid
decides "started on a mount that was read-only"
gate_stop

echo "The gate with the guard"
policy strict
gate_start /tmp/policy.yaml
KFGATE_AGENT=$gate_pid
check_file "it is guarded" 'the gate is guarded' /tmp/kfgate.err
decides "guarded"
refused code-write
refused code-write /kfgate
refused code-write ld-linux
refused code-write libbpf
refused code-truncate
refused code-chmod
refused code-xattr
refused code-flags
refused code-swap
refused code-attributes
refused code-setattr
libc=$(sed -n 's|.* \(/.*/libc.so.*\)|\1|p' /proc/$gate_pid/maps | head -n 1)
check "packages are updated as ever" attack code-replace
expect_fail "  and what the agent has mapped has another name, and is guarded" sh -c ": >>$libc.old"
refused oom-thread
refused hold /tmp/policy.yaml
refused lease /tmp/policy.yaml
refused sigtrap
refused send-signal 15
refused send-signal 2
check_record "each is a record: code" '"KFGATE_ATTEMPT":"code"'
check_record "  hold" '"KFGATE_ATTEMPT":"hold"'
check_record "  a signal without a sender" 'Refused a signal to the agent to kernel.*"KFGATE_ATTEMPT":"signal".*"KFGATE_SIGNAL":"15"'
check "the agent lives" kfgate status
decides "after that"
worked send-signal 9
decides "killed by the kernel"
refused map-write
wait $gate_pid
check "and without an agent its files are files like others" writable "$libc.old"
finish
