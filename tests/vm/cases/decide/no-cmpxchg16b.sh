# SPDX-License-Identifier: GPL-2.0-or-later
# A CPU without cmpxchg16b, on which Linux 7.x has no memory for programs that ask for it while they run: the gate has its
# memory beforehand, and every verdict is as elsewhere.
# kernels: 7.3
# tier: bare
# cpu: max,-cx16
# timeout: 240
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

cat >/tmp/policy.yaml <<'P'
version: 1
name: no-cmpxchg16b
serial: 1
defaults: {unlisted: allow}
rules:
  - {id: bad, kfuncs: ["bpf_key_*", bpf_lookup_system_key], programs: {names: [bad]}, action: refuse}
P
expect_fail "the CPU has none" grep -qw cx16 /proc/cpuinfo
gate_start /tmp/policy.yaml
kfload hammer 4 /tmp/enough /tmp/progress >/tmp/hammer &
hammer=$!
until [ "$(cat /tmp/progress 2>/dev/null || echo 0)" -ge 400 ]; do sleep 0.1; done
touch /tmp/enough
wait $hammer
echo "  $(cat /tmp/hammer)"
check_file "no forbidden load was admitted, no allowed one refused" 'admitted=0 refused=0 other=0' /tmp/hammer
check "kfuncs load" kfload obj /t/task.o
check_sums
check "stop" gate_stop
finish
