# SPDX-License-Identifier: GPL-2.0-or-later
# Loads as fast as they come on every CPU, while the agent reads, is stopped until the ring overflows, and reads again: each
# gets the verdict that the policy has for it, and each that is to be told is a record or a counted loss.
# kernels: 6.1 7.3
# also: 6.12
# tier: bare
# reboot: yes
# timeout: 300
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

cat >/tmp/policy.yaml <<'P'
version: 1
name: flood
serial: 1
defaults: {unlisted: audit}
rules:
  - {id: bad, kfuncs: ["bpf_key_*", bpf_lookup_system_key], programs: {names: [bad]}, action: refuse}
P
gate_start /tmp/policy.yaml
# more NUMBER: waits for that many forbidden loads more, and as many others
more() {
	kfg_until=$(($(cat /tmp/progress) + $1))
	until [ "$(cat /tmp/progress)" -ge $kfg_until ]; do sleep 0.1; done
}
echo 0 >/tmp/progress
kfload hammer 6 /tmp/enough /tmp/progress >/tmp/hammer &
hammer=$!
more 300
kill -STOP $gate_pid
more 600 # of two events each; the ring of 1 MiB takes fewer
kill -CONT $gate_pid
more 300
check "the host answers, and the agent" timeout 20 kfgate status
touch /tmp/enough
wait $hammer
echo "  $(cat /tmp/hammer)"
check_file "no forbidden load was admitted, no allowed one refused" 'admitted=0 refused=0 other=0' /tmp/hammer
bad=$(sed -n 's/.* bad=\([0-9]*\).*/\1/p' /tmp/hammer)
check_eq "each forbidden one is counted as refused" "$bad" "$(stat refused)"
check "events were lost meanwhile" [ "$(stat events_lost)" -gt 0 ]
check_sums
check_eq "what counts as recorded is in the records" "$(stat events_recorded)" "$(grep -c '"KFGATE_EVENT":"load"' $records)"
check "stop" gate_stop
finish
