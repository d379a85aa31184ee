# SPDX-License-Identifier: GPL-2.0-or-later
# Loads through a BPF token, by an unprivileged user in a user namespace of its own, are judged as all others, and
# the record says that there was a token.
# kernels: 6.1 6.12 7.3 newest
# also: 7.0 7.2
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/tools/kftoken fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

kftoken plain rcu task >/tmp/out 2>&1
[ $? != 77 ] || skip "$(cat /tmp/out)"
check_eq "the kernel takes all three through the token, and none without" \
	"plain loaded,rcu loaded,task loaded,bare refused EPERM" "$(paste -sd , /tmp/out)"

cat >/tmp/policy.yaml <<'P'
version: 1
name: token
serial: 1
defaults: {unlisted: allow}
rules:
  - {id: rcu, kfuncs: ["bpf_rcu_read_*"], action: audit}
  - {id: no-task, kfuncs: [bpf_task_from_pid], loaders: {uids: [1000]}, action: refuse}
P
gate_start /tmp/policy.yaml
kftoken plain rcu task >/tmp/out 2>&1
check_eq "with the gate one of them is refused, with EACCES" \
	"plain loaded,rcu loaded,task refused EACCES,bare refused EPERM" "$(paste -sd , /tmp/out)"
check_record "the refused one's record" '"KFGATE_KIND":"refused".*"KFGATE_PROG_NAME":"token_task"'
check_record "the audited one's" '"KFGATE_KIND":"audited".*"KFGATE_PROG_NAME":"token_rcu"'
check_eq "both were loaded with a token, by the host's uid 1000" 2 \
	"$(record_count '"KFGATE_PROG_NAME":"token_(task|rcu)".*"KFGATE_TOKEN":"yes".*"KFGATE_UID":"1000"')"
check "a load without a token is as ever" kfload obj /t/guarded.o
check_record "and its record says no token" '"KFGATE_KIND":"audited".*"KFGATE_PROG_NAME":"guarded".*"KFGATE_TOKEN":"no"'
check "another user may do what uid 1000 may not" kfload obj /t/task.o
check "and a load without kfuncs loads" kfload obj /t/plain.o
check_eq "no other record" 0 "$(grep '"KFGATE_EVENT":"load"' $records | grep -Ecv 'token_task|token_rcu|guarded|task_live')"

mkdir /tmp/trusted
cp /t/kfload /tmp/trusted/kfload
cat >/tmp/policy.yaml <<'P'
version: 1
name: token
serial: 2
defaults: {unlisted: allow}
rules:
  - {id: trusted, kfuncs: ["bpf_task_*"], loaders: {exes: [/tmp/trusted/kfload]}, action: allow}
  - {id: no-task, kfuncs: ["bpf_task_*"], action: refuse}
P
check "reload" kfgate reload
check "the trusted loader loads" /tmp/trusted/kfload obj /t/task.o
kftoken -x /tmp/trusted/kfload task >/tmp/out 2>&1
check_eq "a file laid over it in a user's own mount namespace is another loader" \
	"task refused EACCES,bare refused EPERM" "$(paste -sd , /tmp/out)"

cat >/tmp/policy.yaml <<'P'
version: 1
name: token
serial: 3
defaults: {unlisted: allow}
rules:
  - {id: host, kfuncs: ["bpf_task_*"], loaders: {userns: initial}, action: allow}
  - {id: by-token, kfuncs: ["bpf_task_*"], loaders: {token: true}, action: refuse}
P
check "reload" kfgate reload
check "rules tell a load of the host" kfload obj /t/task.o
kftoken rcu task >/tmp/out 2>&1
check_eq "from one through a token" "rcu loaded,task refused EACCES,bare refused EPERM" "$(paste -sd , /tmp/out)"
check_record "by its rule" '"KFGATE_RULE":"by-token"'
check "stop" gate_stop
finish
