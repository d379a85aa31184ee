# SPDX-License-Identifier: GPL-2.0-or-later
# A deadline passes while the gate is running and nobody is awake: the agent is stopped, the clock goes on.
# kernels: 6.1 6.12 7.3 newest
# also: 7.2
# rtc: 2026-12-31T12:00:00
# reboot: yes
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

cat >/tmp/policy.yaml <<'P'
version: 1
name: deadline
serial: 1
deprecations:
  - {kfunc: bpf_key_put, deprecated-in: "6.12", deadline: 2026-12-31, replacement: bpf_key_put_new}
  - {kfunc: bpf_lookup_system_key, removed-in: "7.3"}
upgrades:
  - {kernel: "7.3", on: 2027-01-02}
waivers:
  - {id: OPS-1, kfuncs: [bpf_key_put], loaders: {exes: [/t/waived]}, until: 2027-01-10, owner: me, reason: test}
P
ln -s /t/kfload /t/link
cp /t/kfload /t/waived
gate_start /tmp/policy.yaml
date -u
check "the day named is the last good one" kfload obj /t/key.o
check_record "a warning that names the deadline and the replacement" 	'"KFGATE_VERDICT":"warn".*bpf_key_put: warn, deprecated, deadline 2026-12-31, use bpf_key_put_new'
kill -STOP $gate_pid
check "to the last second of the day" date -u -s "2026-12-31 23:59:00"
check "it loads" kfload obj /t/key.o
check "and then the day is over" date -u -s "2027-01-01 00:00:00"
kfload obj /t/key.o >/tmp/out
check_eq "refused, though the agent sleeps" "key.o refused EACCES" "$(cat /tmp/out)"
check "a waiver holds for its loader" /t/waived obj /t/key.o
expect_fail "a link to another loader is no waiver" /t/link obj /t/key.o
check "the day after the upgrade" date -u -s "2027-01-02 00:00:00"
expect_fail "what the new kernel removes is past its deadline from that day" /t/waived obj /t/key.o
kill -CONT $gate_pid
settle
check_record "the records come when the agent wakes" '"KFGATE_REASON":"expired"'
check_record "the waiver is in the record" '"KFGATE_WAIVER":"OPS-1"'
check_record "the calendar's deadline is the day before" '"KFGATE_DEADLINE":"2027-01-01"|2027-01-01'
check "a clock set back" date -u -s "2026-12-30 00:00:00"
check "makes it good again: it is the host's clock that counts" kfload obj /t/key.o
check "stop" gate_stop
finish
