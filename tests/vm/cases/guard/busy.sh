# SPDX-License-Identifier: GPL-2.0-or-later
# Task storage in use on a processor, where the kernel keeps and finds none then: whoever is moved while he forks is in
# no unit all the same.
# kernels: 6.1
# tier: bare
# reboot: yes
# args: preempt=full
# timeout: 300
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/attack/attack fixture:key.o src:tests/vm/gate.sh src:tests/vm/attack.sh
. /t/lib.sh
. /t/gate.sh
. /t/attack.sh

units_policy >/tmp/policy.yaml
attack unit-fork-busy /tmp/ready /tmp/go trusted.service kfload obj /t/key.o >/tmp/early 2>&1 &
early=$!
check "processes that were there before the gate" until_true 60 test -e /tmp/ready
gate_start /tmp/policy.yaml
touch /tmp/go
wait $early
check_eq "none of them gets a child into the unit" 3 $?
tail -n 1 /tmp/early
echo "  children that were given no unit: $(stat children_unplaced)"
check "stop" gate_stop
finish
