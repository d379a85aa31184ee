# SPDX-License-Identifier: GPL-2.0-or-later
# A unit of a rule means a process that the service manager put there. Whoever puts itself there has no unit. At work
# before the gate, whose start takes processes as it finds them, and refused afterwards. Without the guard.
# kernels: 6.1 6.12 newest
# tier: bare
# reboot: yes
# timeout: 400
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/attack/attack fixture:*.o src:tests/vm/gate.sh src:tests/vm/attack.sh
. /t/lib.sh
. /t/gate.sh
. /t/attack.sh

units_policy >/tmp/policy.yaml
load="kfload obj /t/key.o"
verbs="unit-move unit-fork unit-clone unit-thread unit-detour"

echo "Before the gate"
# shellcheck disable=SC2086 # a command and its arguments
attack unit-early /tmp/ready /tmp/go trusted.service $load >/tmp/early 2>&1 &
early=$!
until [ -e /tmp/ready ]; do sleep 0.1; done
gate_start /tmp/policy.yaml
touch /tmp/go
check "who was there when the gate came is taken as it was found" wait $early

attempts() {
	# shellcheck disable=SC2086
	refused unit-born born.slice/trusted.service $load
	for cgroup in trusted.service a.slice/trusted.service trusted.service/inner; do
		for verb in $verbs; do
			# shellcheck disable=SC2086
			refused $verb $cgroup $load
		done
	done
}
echo "With the gate"
check "what PID 1 puts there loads" in_cgroup trusted.service $load
check "in a slice, too" in_cgroup a.slice/trusted.service $load
check "and what goes to a cgroup of the unit's own" in_cgroup trusted.service attack unit-move trusted.service/inner $load
check "or is cloned into it" in_cgroup trusted.service attack unit-clone trusted.service/inner $load
attempts
check_record "the record shows the cgroup, and no unit" '"KFGATE_RULE":"no-keys".*"KFGATE_CGROUP":"/trusted.service"'
expect_fail "of none" grep -q '"KFGATE_RULE":"no-keys".*"KFGATE_UNIT":"trusted.service"' $records
refused unit-race trusted.service $load
refused unit-fork-race trusted.service $load
refused unit-exec-race trusted.service "$(command -v kfload)" obj /t/key.o
check "whom PID 1 moves again has a unit" into_cgroup other.service sh -c '. /t/lib.sh; in_cgroup trusted.service kfload obj /t/key.o'
expect_fail "a process of the unit that goes elsewhere has none" in_cgroup trusted.service attack unit-move other.service $load
check "unless it comes back" in_cgroup trusted.service attack unit-move other.service attack unit-move trusted.service $load

check_sums

echo "With the next gate"
into_cgroup trusted.service sh -c 'echo begun; until [ -e /tmp/go2 ]; do sleep 0.1; done; exec kfload obj /t/key.o' >/tmp/held 2>&1 &
held=$!
until_true 20 grep -q begun /tmp/held
kill -KILL $gate_pid
wait $gate_pid
refused unit-move trusted.service $load
gate_start /tmp/policy.yaml
touch /tmp/go2
expect_fail "who put itself there before it is known to it" wait $held
check_file "as refused" 'refused EACCES' /tmp/held
verbs="unit-move unit-clone"
attempts
check "what PID 1 puts there loads" in_cgroup trusted.service $load
check "stop" gate_stop
finish
