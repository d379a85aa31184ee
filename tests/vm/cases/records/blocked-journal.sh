# SPDX-License-Identifier: GPL-2.0-or-later
# journald hangs: loads are decided at once all the same, the agent answers, and what could not be written is counted and told.
# kernels: newest
# also: 6.1
# tier: systemd
# reboot: no
# args: systemd.setenv=KFGATE_PROFILE=10-observe systemd.wants=kfgate-profile.service systemd.wants=kfgate.service
# files: vm-stage=/ src:tests/vm/service.sh
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
# files: tests/tools/kfload fixture:plain.o
. /t/lib.sh
. /t/service.sh

policy_put <<P
version: 1
name: blocked
serial: 1
rules:
  - {id: keys, kfuncs: [bpf_key_put], action: refuse}
P
gate_up
mark
refused=$(stat refused)
journald=$(systemctl show -P MainPID systemd-journald.service)
kill -STOP "$journald"
timeout 100 /t/kfload names 3000 >/tmp/out
check_eq "loads are decided" "names loaded=0 refused=3000" "$(cat /tmp/out)"
check "others load" timeout 20 /t/kfload obj /t/plain.o
check "the agent answers" timeout 20 kfgate status
check "and takes a policy" timeout 20 kfgate reload
check_eq "it has seen them all" 3000 "$(($(stat refused) - refused))" || kfgate status
dropped=$(stat records_dropped)
echo "  dropped: $dropped, written: $(stat records_written), lost: $(stat events_lost)"
lost=$(stat events_lost)
check "what had no room was lost, and counted" [ "$lost" -gt 0 ]
kill -CONT "$journald"
check "when journald is back it is told" until_true 60 in_journal KFGATE_KIND=events-lost
check "and records come again" fence
told() { field KFGATE_COUNT KFGATE_KIND=events-lost | awk '{ sum += $1 } END { print sum + 0 }'; }
all_told() { [ "$(told)" -ge "$lost" ]; }
until_true 30 all_told
check_eq "the count is right" "$lost" "$(told)"
# the agent's own loads at the reload found the ring full, too
own=$(($(stat canaries_stage1) + $(stat canaries_stage2) - $(stat events_canary)))
check_eq "each load has a record or was counted" 3000 "$(($(records KFGATE_KIND=refused) + $(stat events_lost) - own))"
finish
