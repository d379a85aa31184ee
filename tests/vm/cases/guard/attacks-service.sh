# SPDX-License-Identifier: GPL-2.0-or-later
# A guarded kfgate.service: what another service may not do to it, what the service manager may, and who comes next.
# kernels: newest
# also: 6.12
# tier: systemd
# timeout: 600
# files: vm-stage=/ src:tests/vm/service.sh src:tests/vm/attack.sh
# files: tests/tools/kfload tests/attack/attack fixture:key.o fixture:plain.o
. /t/lib.sh
. /t/service.sh
. /t/attack.sh

policy() {
	cat <<P
version: 1
name: guarded
serial: 1
guard: $1
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: $2}
P
}
decides() { expect_fail "$1: the gate decides" /t/kfload obj /t/key.o; }
agent() { unit_property MainPID; }
# What `refused` runs is of a service: its shell takes a line, and leaves what came out and the exit status.
mkfifo /run/evil
cat >/run/evil.sh <<'E'
while read -r words; do
	/t/attack $words >/run/evil.out 2>&1 </dev/null
	echo $? >/run/evil.new
	mv /run/evil.new /run/evil.status
done </run/evil
E
evil_is_through() { [ -e /run/evil.status ]; }
attack() {
	rm -f /run/evil.status
	echo "$@" >&9
	until_true 60 evil_is_through || echo 99 >/run/evil.status
	cat /run/evil.out
	return "$(cat /run/evil.status)"
}
exec 9<>/run/evil
systemd-run --quiet --collect --unit=evil.service sh /run/evil.sh
# Credentials are put into place by a helper of the service manager's, which moves a mount.
with_credential() { systemd-run -q --wait -p SetCredential=name:value sh -c '[ "$(cat "$CREDENTIALS_DIRECTORY/name")" = value ]'; }
is_up() { systemctl is-active -q kfgate.service; }

policy auto refuse | policy_put
policy off allow >/tmp/evil.yaml
mkdir -p /run/systemd/system/kfgate.service.d
printf '[Service]\nRestart=no\n' >/run/systemd/system/kfgate.service.d/test.conf
systemctl daemon-reload
mark
gate_up
journal -u kfgate.service >/tmp/log
check_file "started by PID 1 it is guarded without being asked" 'the gate is guarded against removal$' /tmp/log
decides "at first"

refused kill
refused kill-sigio
refused cgroup-kill
refused cgroup-kill-up
refused cgroup-handle memory.max 0
refused cgroup-handle cgroup.procs 0
refused cgroup-handle cgroup.kill
refused cgroup-handle cgroup.freeze
refused cgroup-freeze
refused cgroup-join
refused trace
refused trace 1
refused take-fd
refused oom
refused umount
refused umount-shared
refused cover
refused cover-shared
refused cover-policy /etc/kfgate/policy.d
refused cover-policy /etc/kfgate
refused cover-joined /etc/kfgate/policy.d
refused move-new
refused agent-peer /proc
refused agent-peer /run/systemd
refused pin-unlink
refused map-write
refused link-fd
refused ftrace
refused code-write
refused code-write /kfgate
refused code-truncate
refused oom-thread
refused sigtrap
refused send-signal 15
refused send-signal 1
check "the agent obeys no signal of the kernel's" sh -c "[ $(journal KFGATE_SIGNAL=15 KFGATE_COMM=kernel | wc -l) -gt 0 ]"
kfg_gate="in a namespace of its own"
worked cover-private
decides "attacked by a service"
check "systemctl status works" systemctl status --no-pager kfgate.service
check "and so does a listing of all programs" bpftool prog list
check_none "which has none of the gate's" kfgate_ bpftool prog list
check "that is told as what it is" in_journal KFGATE_KIND=listing KFGATE_COMM=bpftool KFGATE_LISTED=program PRIORITY=6
check_none "and no alert" bpftool journal KFGATE_KIND=tampering KFGATE_COMM=bpftool
check "records tell of it" in_journal KFGATE_KIND=tampering KFGATE_ATTEMPT=cgroup
check "with the unit that it was" in_journal KFGATE_KIND=tampering OBJECT_SYSTEMD_UNIT=evil.service

check "services get their credentials" with_credential

echo "Others in the place of the service manager, of the journal, and of the kernel"
/t/attack fake-manager stop 15 >/tmp/fake 2>&1 &
fake=$!
check "somebody answers where PID 1 listened" until_true 10 grep -q serving /tmp/fake
refused send-signal 15
wait $fake
check_file "where PID 1 listened, another one answers: the signal is no order" 'fake-manager refused EALREADY' /tmp/fake
decides "told to stop by it"
# PID 1 restarts it with another unit, for nobody can ask systemd for anything meanwhile
cat >/run/systemd/system/flaky.service <<'U'
[Service]
ExecStart=sleep 10
Restart=always
RestartSec=0
U
printf '[Unit]\nPartOf=flaky.service\n' >/run/systemd/system/kfgate.service.d/part.conf
systemctl daemon-reload
mark
old=$(agent)
systemctl start flaky.service
/t/attack fake-manager stop 60 >/tmp/fake 2>&1 &
fake=$!
check "and once more" until_true 10 grep -q serving /tmp/fake
check "PID 1 restarts the agent, and another one says that it is to stop" until_true 60 sh -c "! kill -0 $old"
wait $fake
decides "after a false answer about the job"
rm /run/systemd/system/kfgate.service.d/part.conf
systemctl daemon-reload
systemctl stop flaky.service
until_true 30 is_up
journal -u kfgate.service >/tmp/log
check_file "the gate stayed, and the next agent took it over" 'took over from gate' /tmp/log
/t/attack notify-hold 20 >/tmp/full 2>&1 &
full=$!
check "a full socket is there" until_true 10 grep -q full /tmp/full
check "the agent waits for no socket in the service manager's place" timeout 15 kfgate reload --force
kill $full
mv /run/systemd/notify.kept /run/systemd/notify
failed=$(stat records_failed)
/t/attack send-errno 2 60 >/tmp/answering 2>&1 &
answering=$!
check "an LSM program answers the agent" until_true 10 grep -q answering /tmp/answering
expect_fail "while no record gets out: the gate decides" in_unit unheard.service /t/kfload obj /t/key.o
kill $answering
no_record() { [ "$(stat records_failed)" -gt "$failed" ]; }
check "a record that finds no journal is counted as failed" until_true 20 no_record
refused hold-on /sys/kernel/btf/vmlinux
refused hold-on "/proc/$(agent)/root/sys/kernel/btf/vmlinux"

echo "A file that is called as PID 1's code is"
cp /t/attack /run/systemd-executor
if [ -e /usr/lib/systemd/systemd-executor ]; then
	echo "  this systemd has one of its own"
else
	systemd-run --quiet --collect --wait --pipe --unit=rogue.service /run/systemd-executor kill 18 >/tmp/executor 2>&1
	check_file "a service that is called so is no service manager" 'kill refused EPERM' /tmp/executor
fi

echo "What stands in the way of the next agent"
worked pins-readonly
worked pins-readonly joined
/t/attack lock-hold /run/kfgate/lock 300 >/tmp/held 2>&1 &
until_true 5 grep -q held /tmp/held
check "with the pins' mount read-only, and its old lock held, it is restarted" systemctl restart kfgate.service
decides "by it"
/t/attack control-answer /run/kfgate/control >/tmp/answer 2>&1 &
until_true 5 grep -q listening /tmp/answer
timeout 10 kfgate status >/tmp/status 2>&1
check_eq "what another process answers in the agent's place is no status" 1 $? || cat /tmp/answer
check_file "and it is said" 'is not the agent that holds /sys/fs/bpf/kfgate' /tmp/status
check "systemctl restart puts the agent's own socket there" systemctl restart kfgate.service
check "and it is believed" kfgate status

echo "The next agent"
old=$(agent)
check "systemctl restart" systemctl restart kfgate.service
decides "restarted"
check "another process" [ "$old" != "$(agent)" ]
old=$(agent)
check "the service manager may kill it" systemctl kill --signal=KILL kfgate.service
until_true 20 sh -c '! systemctl is-active -q kfgate.service'
decides "without an agent"
refused map-write
refused pin-unlink
refused pins-lock
refused umount
expect_fail "nobody else gets the way to the pins" chown 65534 /sys/fs/bpf
expect_fail "nor makes it impassable" chmod 0 /sys/fs/bpf
expect_fail "nor the directories above" chmod 0 /sys/fs
expect_fail "nor the runtime directory" chown 65534 /run/kfgate
check "another directory may change hands" chown 65534 /run/systemd/transient
chown 0 /run/systemd/transient
expect_fail "kfgate detach from a shell does not take it off" kfgate detach
decides "after that try"
expect_fail "its pid is not enough" /t/attack reborn "$old" /t/attack map-write
run="/usr/bin/kfgate run --policy /tmp/evil.yaml --runtime-dir /tmp/evil --log=json"
# shellcheck disable=SC2086 # words
expect_fail "an agent of a shell's is not the next" $run
decides "after it"
# shellcheck disable=SC2086
expect_fail "nor one of another service's" in_unit rogue.service $run
decides "after that"
mkdir -p /sys/fs/cgroup/system.slice/kfgate.service
cat >/tmp/joined <<J
echo 0 >/sys/fs/cgroup/system.slice/kfgate.service/cgroup.procs
exec $run
J
expect_fail "nor one in the unit's cgroup, if it was something else before" in_unit rogue.service sh /tmp/joined
decides "after that, too"
# shellcheck disable=SC2086
/t/attack orphan $run >/tmp/orphan 2>&1
sleep 3 # in which it would start
cat /tmp/orphan
check_none "nor one that became PID 1's child later" 'evil\.yaml' ps -eo args
decides "after all of them"
rmdir /sys/fs/cgroup/system.slice/kfgate.service
mark
check "the one that PID 1 starts is" systemctl start kfgate.service
journal -u kfgate.service >/tmp/log
check_file "and takes over" 'took over from gate' /tmp/log
decides "again"
refused map-write
old=$(agent)
check "the service manager may tell it to end, without a job to stop it" systemctl kill kfgate.service
until_true 20 sh -c "! kill -0 $old"
decides "without a job"
check "which is said" in_journal KFGATE_KIND=kept
check "the next one" systemctl start kfgate.service
systemd-run -q --unit=holder.service /t/attack link-hold 600
until_true 10 sh -c 'journalctl -q --no-pager -u holder.service | grep -q "holding [1-9]"'
check "it can be stopped" systemctl stop kfgate.service
check "and then the gate is gone" /t/kfload obj /t/key.o
check "the guard refuses nothing any more, although somebody holds its links" chmod 0700 /run/kfgate
check "nor does it cover what the pins were in" mount -t tmpfs x /sys/fs/bpf
umount /sys/fs/bpf
systemctl stop holder.service

echo "Guarded against the service manager, too"
policy strict refuse | policy_put
check "start" systemctl start kfgate.service
old=$(agent)
systemctl kill --signal=KILL kfgate.service
sleep 2 # in which a new agent would be there
check_eq "the service manager may not kill it" "$old" "$(agent)"
check "it lives" kill -0 "$old"
expect_fail "nor freeze it" timeout 20 systemctl freeze kfgate.service
systemctl thaw kfgate.service >/dev/null 2>&1
systemctl set-property --runtime kfgate.service MemoryMax=1M CPUQuota=1%
check_eq "nor let it have no memory" max "$(cat /sys/fs/cgroup/system.slice/kfgate.service/memory.max)"
check "which is told, and no tampering" in_journal KFGATE_KIND=manager KFGATE_PID=1
check "the agent answers" timeout 20 kfgate status
check "other services start and stop" in_unit other.service true
check "services get their credentials, still" with_credential
decides "strict"
finish
