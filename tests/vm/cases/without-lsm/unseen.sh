# SPDX-License-Identifier: GPL-2.0-or-later
# Without BPF LSM, a load while none of the gate's programs is called is found among the programs that are there: told
# as missed, and judged. Function tracing switched off does that on 6.1 and 6.12.
# kernels: 6.1 6.12 newest
# lsm: landlock,lockdown,yama,integrity,apparmor
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

cat >/tmp/policy.yaml <<'P'
version: 1
name: unseen
serial: 1
without-bpf-lsm: enforce
defaults: {unlisted: refuse}
rules:
  - {id: tasks, kfuncs: ["bpf_task_*", "bpf_rcu_read_*"], action: allow}
P
tracing() { echo "$1" >/proc/sys/kernel/ftrace_enabled; }
# Loads it and keeps it for half a minute.
hold() { kfload hold "$1" 30 >/tmp/held 2>&1 & }
missed() { stat loads_missed; }

gate_start /tmp/policy.yaml
expect_fail "the gate decides" kfload obj /t/key.o
check "and lets load what is allowed" kfload obj /t/plain.o
sleep 3 # in which the agent looks twice
check_eq "nothing was missed" 0 "$(missed)"
tracing 0
kfload obj /t/key.o >/tmp/out
if grep -q refused /tmp/out; then
	echo "  function tracing switched off takes nothing from the gate on this kernel"
	tracing 1
	sleep 2
	check_eq "nothing was missed" 0 "$(missed)"
	check "stop" gate_stop
	finish
fi
hold /t/key.o
until_true 20 grep -q loaded /tmp/held
tracing 1
expect_fail "the gate decides again" kfload obj /t/key.o
check_record "what got in meanwhile is told" '"KFGATE_KIND":"missed"'
check_record "and judged" '"KFGATE_KIND":"present".*"KFGATE_PROG_NAME":"key_live"'
check_eq "it is one" 1 "$(missed)"
sleep 3 # in which it looks twice
check_eq "and stays one" 1 "$(missed)"
check "stop" gate_stop
finish
