# SPDX-License-Identifier: GPL-2.0-or-later
# kfgate.service: start, status, reload, stop, watchdog; its memory, and that it sleeps.
# kernels: 6.12
# also: 6.1
# tier: systemd
# reboot: no
# timeout: 420
# args: systemd.setenv=KFGATE_PROFILE=20-deprecations-only systemd.wants=kfgate-profile.service systemd.wants=kfgate.service
# files: vm-stage=/ src:tests/vm/service.sh
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
# files: tests/tools/kfload fixture:key.o
. /t/lib.sh
. /t/service.sh

policy() {
	policy_put <<P
version: 1
name: service
serial: $1
rules:
  - {id: keys, kfuncs: [bpf_key_put], action: $2}
P
}
# The number of times that the threads of the agent have gone to sleep.
sleeps() { awk '/^voluntary_ctxt_switches/ { sum += $2 } END { print sum }' "/proc/$pid"/task/*/status; }

pid=$(unit_property MainPID)
check_eq "it tells systemd when it is ready" notify "$(unit_property Type)"
check_eq "with the shipped policy" deprecations-only "$(kfgate status --json | sed -n '/"policy"/,/}/s/.*"name": *"\([^"]*\)".*/\1/p')"
check "and the lifecycle data" [ "$(stat deprecations)" -gt 10 ]
systemctl status --no-pager kfgate.service >/tmp/status
check_file "systemctl status shows the policy" 'Status: "Policy deprecations-only 1 in force"' /tmp/status
check_file "and nobody denied it anything" 'Active: active \(running\)' /tmp/status
rss=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status")
echo "  resident: $rss KiB, $(stat deprecations) deprecations"
# the memory of a guarded agent is locked: what is freed within its heap stays
check "at most 10 MiB resident" [ "$rss" -le 10240 ]
check "a watchdog is set" [ "$(unit_property WatchdogUSec)" != 0 ]
pings=$(unit_property WatchdogTimestampMonotonic)
before=$(sleeps)
sleep 30 # in which nothing happens
woken=$(($(sleeps) - before))
[ "$pings" = "$(unit_property WatchdogTimestampMonotonic)" ] || woken=$((woken - 1))
check_eq "nothing wakes it while nothing happens" 0 "$woken"

mark
policy 2 refuse
check "reload" systemctl reload kfgate.service
check_eq "the new policy is in force" "Policy service 2 in force" "$(unit_property StatusText)"
expect_fail "and decides" /t/kfload obj /t/key.o
check_eq "in the same process" "$pid" "$(unit_property MainPID)"

policy 3 allowed
expect_fail "a bad policy: the reload fails" systemctl reload kfgate.service
check_eq "the service goes on" active "$(systemctl is-active kfgate.service)"
expect_fail "with the old policy" /t/kfload obj /t/key.o
check_eq "systemctl status says so" "Policy service 2 in force, last reload rejected" "$(unit_property StatusText)"
journal -u kfgate.service >/tmp/log
check_file "the journal has the place and the reason" '/etc/kfgate/policy.d/policy.yaml:5:[0-9]+: error: .*allowed' /tmp/log
check "as a record, too" in_journal KFGATE_KIND=policy-rejected -p err
policy 3 allow
check "a good one again" systemctl reload kfgate.service
check_eq "is taken" "Policy service 3 in force" "$(unit_property StatusText)"
check "and decides" /t/kfload obj /t/key.o

policy 4 refuse
systemctl reload kfgate.service
check "stop" systemctl stop kfgate.service
check_eq "it ended well" success "$(unit_property Result)"
check "nothing is refused any more" /t/kfload obj /t/key.o
check_none "none of its programs is left" kfgate_ bpftool prog list
kfgate status >/tmp/out 2>&1
check_eq "kfgate status knows that it is down" 3 $?
check "the journal knows" in_journal KFGATE_KIND=stopped
check "start" systemctl start kfgate.service
expect_fail "and it decides again" /t/kfload obj /t/key.o
check "restart" systemctl restart kfgate.service
expect_fail "and again" /t/kfload obj /t/key.o

policy_put <<P
version: 1
name: hammer
serial: 5
rules:
  - {id: bad, kfuncs: [bpf_key_put], programs: {names: [bad]}, action: refuse}
P
systemctl reload kfgate.service
refused=$(stat refused)
nice -n 10 /t/kfload hammer 1 /tmp/enough >/tmp/hammer &
hammer=$!
sleep 1 # of loads before the restart
check "restart under load" systemctl restart kfgate.service
check "the agent is killed under load" systemctl kill --signal=KILL kfgate.service
is_new() { [ "$(unit_property NRestarts)" = 1 ] && systemctl is-active -q kfgate.service; }
check "and comes back" until_true 60 is_new
touch /tmp/enough
wait $hammer
cat /tmp/hammer
check_file "none was decided wrongly" ' admitted=0 refused=0 other=0' /tmp/hammer
bad=$(sed 's/.*bad=\([0-9]*\).*/\1/' /tmp/hammer)
check_eq "each refusal was counted once, by whichever gate" "$bad" $(($(stat refused) - refused))

systemctl stop kfgate.service
systemctl reset-failed kfgate.service
shown=$(cat /proc/sys/kernel/kptr_restrict)
echo 2 >/proc/sys/kernel/kptr_restrict
check "it starts where the kernel hides its symbols" systemctl start kfgate.service
echo "$shown" >/proc/sys/kernel/kptr_restrict

# a policy that cannot be read: told at once, and not started again and again; the gate from before goes on
cp /etc/kfgate/policy.d/policy.yaml /tmp/good.yaml
echo "modus: audit" >>/etc/kfgate/policy.d/policy.yaml
systemctl kill --signal=KILL kfgate.service
is_failed() { [ "$(systemctl is-failed kfgate.service)" = failed ]; }
check "an agent whose policy is broken fails" until_true 60 is_failed
check_eq "with the exit status for that" 7 "$(unit_property ExecMainStatus)"
kfgate status >/tmp/out 2>&1
check_eq "status: no agent, and the gate is in force" 6 $?
check_file "by which policy" 'policy: .*, serial [0-9]+, mode enforce, .*since 20' /tmp/out
cp /tmp/good.yaml /etc/kfgate/policy.d/policy.yaml
systemctl reset-failed kfgate.service
check "it starts again when the policy is mended" systemctl start kfgate.service

mkdir -p /run/systemd/system/kfgate.service.d
printf '[Service]\nWatchdogSec=15\n' >/run/systemd/system/kfgate.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart kfgate.service
sleep 16 # longer than the watchdog waits
check_eq "it feeds the watchdog" 0 "$(unit_property NRestarts)"
hung=$(unit_property MainPID)
systemctl kill --signal=STOP kfgate.service
is_replaced() { [ "$(unit_property MainPID)" != "$hung" ] && systemctl is-active -q kfgate.service; }
check "when it hangs it is replaced" until_true 90 is_replaced
check_eq "by the watchdog" 1 "$(unit_property NRestarts)"
expect_fail "and the new one decides" /t/kfload key bad
rm -r /run/systemd/system/kfgate.service.d
systemctl daemon-reload
finish
