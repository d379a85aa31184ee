# SPDX-License-Identifier: GPL-2.0-or-later
# The gate outlives its agent (SIGKILL), deadlines included; the next agent takes it over with its counters and unread
# events; a second agent is told who is there; whoever stops it takes it off.
# kernels: 6.1 6.12 7.3 arm64:6.12 arm64:newest
# tier: bare
# timeout: 240
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

today=$(date -u +%Y-%m-%d)
policy() {
	cat >/tmp/policy.yaml <<P
version: 1
name: takeover
serial: $1
defaults: {unlisted: audit, expired: refuse}
deprecations:
  - {kfunc: bpf_lookup_system_key, deprecated-in: "6.1", deadline: $2}
rules:
  - {id: bad, kfuncs: ["bpf_key_*"], programs: {names: [bad]}, action: refuse}
  - {id: keys, kfuncs: ["bpf_key_*", bpf_lookup_system_key], action: allow}
P
}
pins() { ls /sys/fs/bpf/kfgate | tr '\n' ' '; }
drained() {
	kfg_tries=0
	until [ "$(pins)" = "$1 shared " ] || [ $kfg_tries -gt 40 ]; do
		kfg_tries=$((kfg_tries + 1))
		sleep 0.5
	done
	pins
}

policy 1 "$today"
gate_start /tmp/policy.yaml
check_eq "the gate is pinned" "1 shared " "$(pins)"
check_eq "for root alone" drwx------ "$(ls -ld /sys/fs/bpf/kfgate | cut -c 1-10)"
expect_fail "it refuses" kfload key bad
check "and allows" kfload key good
refused=$(stat refused)

kfgate run --policy /tmp/policy.yaml >/tmp/second 2>&1
check_eq "a second agent does not start" 5 $?
check_file "and says who is there" "pid $gate_pid holds /sys/fs/bpf/kfgate" /tmp/second
kfgate run --policy /tmp/policy.yaml --runtime-dir=/tmp/other >/tmp/second 2>&1
check_eq "nor with another directory" 5 $?
check_file "as the gate itself knows" "pid $gate_pid holds /sys/fs/bpf/kfgate" /tmp/second

first=$gate_pid
kill -9 $gate_pid
wait $gate_pid 2>/dev/null
expect_fail "killed: what was refused is refused" kfload key bad
check "what was allowed is allowed" kfload key good
date -u -s "$(date -u -d "@$(($(date +%s) + 86400))" +'%Y-%m-%d %H:%M:%S')" >/dev/null
expect_fail "a deadline passes without an agent" kfload key good
kfload names 5 >/dev/null
gate_start /tmp/policy.yaml
check_eq "the next agent took over" "2 shared " "$(drained 2)"
check_file "and says so" 'gate 2 took over from gate 1' /tmp/kfgate.err
check "the counters went on" [ "$(stat refused)" -ge $((refused + 7)) ]
check_record "what happened meanwhile is told, by the policy's names" '"KFGATE_RULE":"bad".*"KFGATE_POLICY":"takeover"'
check_record "each of it" '"KFGATE_PROG_NAME":"key_4"'
check "the generations count on" [ "$(stat generation)" -ge 2 ]
expect_fail "it goes on refusing" kfload key bad
gate_status >/tmp/out
check_file "and proved itself" '"proven": *true' /tmp/out

policy 2 2099-01-01
check "reload" kfgate reload
check "has effect" kfload key good
check "stop" gate_stop
check_none "takes the pins off" . ls /sys/fs/bpf/kfgate
check "and the gate" kfload key bad
gate_start /tmp/policy.yaml
check_eq "a new start begins anew" "1 shared " "$(pins)"
expect_fail "and refuses" kfload key bad
check "stop again" gate_stop
date -u -s "$(date -u -d "@$(($(date +%s) - 86400))" +'%Y-%m-%d %H:%M:%S')" >/dev/null
finish
