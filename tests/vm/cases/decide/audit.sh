# SPDX-License-Identifier: GPL-2.0-or-later
# A policy with mode: audit lets through what it would refuse, and says "would refuse".
# kernels: 6.1 6.12 7.3 newest
# also: 7.2
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

cat >/tmp/policy.yaml <<'P'
version: 1
name: audit
serial: 1
mode: audit
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
gate_start /tmp/policy.yaml
check "it loads" kfload obj /t/key.o
check_record "would refuse" '"MESSAGE":"Would refuse'
check_eq "never the word refused" 0 "$(record_count '"MESSAGE":"Refused')"
check_eq "counted as such" 1 "$(stat would_refuse)"
check_eq "and not as refused" 0 "$(stat refused)"
check_record "the canaries were refused all the same" '"KFGATE_KIND":"started".*"KFGATE_STAGES":"(1 )?2"'
expect_fail "a second agent is not let in" kfgate run --policy /tmp/policy.yaml --log=json
check "memory: at most 8 MiB resident" [ "$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' /proc/$gate_pid/status)" -le 8192 ]
check "stop" gate_stop
finish
