# SPDX-License-Identifier: GPL-2.0-or-later
# Every attack on the gate works where it is not guarded, and is refused where it is.
# kernels: 6.1 6.12 newest arm64:6.12 arm64:newest
# tier: bare
# reboot: yes
# modules: loop
# timeout: 400
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/attack/attack fixture:*.o src:tests/vm/gate.sh src:tests/vm/attack.sh
. /t/lib.sh
. /t/gate.sh
. /t/attack.sh

mkdir -p /tmp/policy
policy() {
	cat >/tmp/policy/policy.yaml <<P
version: 1
name: attacks
serial: 1
guard: $1
without-bpf-lsm: enforce
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
}
gone() { until_true 10 kfload obj /t/key.o; }
export KFGATE_AGENT

# swap that anybody who may add some can write to; what keeps memory from it is no hook
if [ -z "${kfg_hooking:-}" ]; then
	dd if=/dev/zero of=/tmp/swap bs=1M count=64 2>/dev/null
	mkswap /tmp/swap >/dev/null
	losetup /dev/loop0 /tmp/swap
	swapon /dev/loop0
	sleep 1000 &
	KFGATE_AGENT=$!
	worked page-out
	kill $!
	kfg_swap=1
fi
check_umount_root() { unshare -m sh -c 'mount --make-rprivate /; exec /t/attack umount-root'; }
case $KFGATE_VM_KERNEL in
6.*) ;; # its root is the initial one here, which nobody can unmount
*)
	check "in a mount namespace of one's own all can be unmounted" check_umount_root
	worked delegate /tmp
	;;
esac

echo "The gate without the guard"
policy off
gate_start /tmp/policy/policy.yaml
KFGATE_AGENT=$gate_pid
expect_fail "it decides" kfload obj /t/key.o
check_eq "no variable of the agent is one of a file's" 0 "$(grep -c ' rw-p .* /' /proc/$gate_pid/maps)"
worked map-write
refused table-write
worked map-by-program
worked map-pin
worked prog-fd
# without BPF LSM the gate's programs are tracing programs, which 6.1 lets nobody trace
[ "$KFGATE_VM_KERNEL/${kfg_hooking:-}" = 6.1/modify-return ] || worked prog-trace
worked link-fd
worked by-id map
worked by-id prog
worked by-id link
worked write-user
case $KFGATE_VM_KERNEL in
6.*) ;;
*)
	worked write-registers
	check "a program may do system calls in the name of others" kfload obj /t/borrow.o
	;;
esac
worked pins-rmdir
worked pins-add
rmdir /sys/fs/bpf/kfgate/999999
worked pins-chmod
chmod 0700 /sys/fs/bpf/kfgate
worked pins-chown
worked mem-read
worked mem-write
worked vm-write
worked map-files
worked take-fd
worked trace
worked affinity
worked nice
worked io-idle
worked oom
worked kill-thread
kill -CONT $gate_pid
worked kill-pidfd
kill -CONT $gate_pid
for cover in cover cover-pins cover-above cover-sys cover-new; do
	worked $cover
	while grep -q '^attack ' /proc/mounts; do umount -l "$(awk '$1 == "attack" { m = $2 } END { print m }' /proc/mounts)"; done
	grep -q ' /sys/fs/bpf bpf ' /proc/mounts || mount -t bpf bpf /sys/fs/bpf
done
worked cover-private
mount --make-rshared /
worked cover-shared
worked umount-peer
worked cover-peer
while umount -l /sys/fs/bpf 2>/dev/null; do :; done
mount --make-rprivate /
mount -t bpf bpf /sys/fs/bpf
kill -9 $gate_pid
wait $gate_pid
check "the pins gone and the agent killed, the gate is gone" gone

gate_start /tmp/policy/policy.yaml
KFGATE_AGENT=$gate_pid
expect_fail "a new one decides" kfload obj /t/key.o
worked pin-rename
worked pin-unlink
worked pins-rename
mv /sys/fs/bpf/other /sys/fs/bpf/kfgate
case $KFGATE_VM_KERNEL in
6.*)
	worked ftrace
	check "function tracing off, the gate is gone" gone
	worked ftrace 1
	;;
esac
worked remount
mount -o remount,rw /sys/fs/bpf
worked move-new
worked kill-sigio
wait $gate_pid
rm -rf /tmp/moved/kfgate
umount /tmp/moved
mount -t bpf bpf /sys/fs/bpf
check "and that was the end of it" gone

echo "The gate with the guard"
policy on
# what is mounted later stands first in the kernel's list (7.x)
worked decoy
mkdir /tmp/under
mount -t tmpfs under /tmp/under
worked rmdir-under /tmp/under
check "what the host had mounted there is gone" sh -c '! grep -q " /tmp/under " /proc/mounts'
gate_start /tmp/policy/policy.yaml --verbose
KFGATE_AGENT=$gate_pid
grep -v "^kfgate: libbpf: \(map\|sec\|CO-RE\)" /tmp/kfgate.err | tail -n 5
check_file "it is guarded" 'the gate is guarded' /tmp/kfgate.err
check_file "its memory is locked" '^VmLck:[^0-9]*[1-9]' /proc/$gate_pid/status
kfgate programs --policy=/tmp/policy >/tmp/programs
check_file "kfgate programs counts the gate's own" '; beside them [1-9][0-9]* of the gate itself' /tmp/programs
check_eq "and does not ask for them" 0 "$(stat attempts)"
kfgate detach >/tmp/detach 2>&1
check_eq "kfgate detach does not take it off" 1 $?
check_file "and says who can" 'its agent alone can \(systemctl start kfgate, then stop\)' /tmp/detach
while read -r verb; do
	[ -n "$verb" ] || continue
	# shellcheck disable=SC2086 # a verb and its arguments
	refused $verb
done <<V
${kfg_swap:+page-out}
map-write
table-write
map-by-program
map-freeze
prog-fd
prog-attach
prog-replace
prog-trace
prog-run
link-fd
by-id map
by-id prog
by-id link
link-detach
link-update
write-user
override-return
write-registers
map-pin
pin-unlink
pin-rename
pins-rename
pins-replace
pins-rmdir
pins-add
pins-symlink
pins-chmod
pins-chown
pins-xattr
pins-lock
umount-root
ftrace
umount
umount-above
cover
cover-pins
cover-above
cover-sys
cover-new
cover-policy /tmp/policy/policy.yaml
move-old
move-new
remount
remount-new
pivot
rmdir-under /sys
rename-over /sys
kill
kill 15
kill-thread
kill-pidfd
kill-sigio
trace
mem-write
mem-read
vm-write
map-files
take-fd
limit
idle
affinity
nice
io-idle
oom
V
case $KFGATE_VM_KERNEL in
6.*) ;;
*)
	expect_fail "guarded: no program may do system calls in the name of others" kfload obj /t/borrow.o
	refused delegate /run/kfgate
	;;
esac
mount --make-rshared /
refused umount-shared
refused cover-shared
refused umount-peer
refused cover-peer
mount --make-rprivate /
kfg_gate="in a namespace of its own"
worked cover-private
attack say-yes 600 >/tmp/yes 2>&1 &
until_true 60 grep -q . /tmp/yes
cat /tmp/yes
expect_fail "after all that, and with programs that say yes on its hooks, the gate decides" kfload obj /t/key.o
check "what is not forbidden loads" kfload obj /t/plain.o
check "a signal 0 is no attack" kill -0 "$gate_pid"
kfgate metrics >/tmp/metrics
check_file "attempts are a metric by kind" '^kfgate_attempts_total.attempt="map". [1-9]' /tmp/metrics
check_eq "which add up to all" "$(sed -n 's/^kfgate_tampering_total //p' /tmp/metrics)" \
	"$(awk -F '[" ]' '/^kfgate_attempts_total/ && $2 != "listing" && $2 != "manager" { n += $NF } END { print n }' /tmp/metrics)"
check "the agent answers" kfgate status
check "and reloads" kfgate reload
check_record "refusals are records" '"KFGATE_KIND":"tampering"'
check_record "a look at the ids of all objects is another kind" '"PRIORITY":"6","KFGATE_KIND":"listing","KFGATE_LISTED":"map"'
for word in map program link pin mount signal trace limit sysctl helper; do
	check_record "  one of them: $word" '"KFGATE_ATTEMPT":"'$word'"'
done
finish
