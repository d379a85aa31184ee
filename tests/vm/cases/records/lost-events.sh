# SPDX-License-Identifier: GPL-2.0-or-later
# A flood of refusals and an agent that does not read: no verdict changes, what is lost is counted, and the count is told.
# kernels: newest
# also: 6.1 6.12
# tier: bare
# timeout: 300
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

cat >/tmp/policy.yaml <<'P'
version: 1
name: blind
serial: 1
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
gate_start /tmp/policy.yaml
kill -STOP $gate_pid
kfload storm /t/key.o 8 10 >/tmp/out
check_eq "every object is refused" "storm loaded=0 refused=80" "$(cat /tmp/out)"
kfload storm key 8 110 >/tmp/out
check_eq "a full ring: every load is refused" "storm loaded=0 refused=880" "$(cat /tmp/out)"
kill -CONT $gate_pid
settle
lost=$(stat events_lost)
echo "  lost: $lost, events: $(stat events), refused: $(stat refused)"
check "events were lost" [ "$lost" -gt 0 ]
check_eq "each refusal is an event or a counted loss" "$(stat refused)" 	"$(($(stat events) + lost - $(stat canaries_stage1) - $(stat canaries_stage2)))"
check_record "the loss is told" '"KFGATE_KIND":"events-lost"'
check_sums
check "stop" gate_stop
finish
