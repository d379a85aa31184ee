# SPDX-License-Identifier: GPL-2.0-or-later
# Ways round the decision that worked once.
# kernels: 6.12 7.3 newest
# also: 7.0 7.2
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

mkdir -p /tmp/trusted
cp /t/kfload /tmp/trusted/kfload
cat >/tmp/policy.yaml <<'P'
version: 1
name: attacks
serial: 1
defaults: {unlisted: allow}
rules:
  - {id: trusted, kfuncs: ["bpf_key_*"], loaders: {exes: [/tmp/trusted/kfload]}, action: allow}
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
  - {id: no-tasks, kfuncs: ["bpf_task_*"], loaders: {units: [evil.service]}, action: refuse}
P
gate_start /tmp/policy.yaml
check "the trusted loader loads" /tmp/trusted/kfload obj /t/key.o
expect_fail "another does not" kfload obj /t/key.o

# the agent's own setup program, run by another, made that one the agent and its root the host's
expect_fail "there is no program of the gate to be run" kfload run kfgate_setup
mkdir -p /tmp/jail/tmp/trusted /tmp/jail/t /tmp/jail/proc /tmp/jail/sys
for d in bin lib lib64 usr; do
	[ -d /$d ] && mkdir -p /tmp/jail/$d && mount --bind /$d /tmp/jail/$d
done
mount --bind /t /tmp/jail/t
mount --bind /sys /tmp/jail/sys
cp /t/kfload /tmp/jail/tmp/trusted/kfload
expect_fail "the same path below another root is another loader" chroot /tmp/jail /tmp/trusted/kfload obj /t/key.o

# the number of levels of a cgroup was taken modulo 256
cat >/tmp/deep <<'D'
cd /sys/fs/cgroup/evil.service || exit 1
n=2
while [ $n -le 256 ]; do
	mkdir c && cd c || exit 1
	n=$((n + 1))
done
echo 0 >cgroup.procs || exit 1
exec kfload obj /t/task.o
D
in_cgroup evil.service sh /tmp/deep >/tmp/out 2>&1
tail -n 1 /tmp/out
check_eq "a cgroup 256 levels deep is in its unit" "task.o refused EACCES" "$(tail -n 1 /tmp/out)"
check_record "and the record says which" '"KFGATE_UNIT":"evil.service"'
check "another unit loads" kfload obj /t/task.o

check "the gate is proven again after a reload" kfgate reload
check "stop" gate_stop
finish
