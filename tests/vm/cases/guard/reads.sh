# SPDX-License-Identifier: GPL-2.0-or-later
# What the agent reads and writes: as many files as a policy may have, files that change while it reads them, and a file
# system that does not answer. And a list of locks that somebody made, for who asks.
# kernels: 6.1 6.12 7.3
# tier: bare
# reboot: yes
# modules: fuse
# timeout: 300
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/attack/attack fixture:key.o src:tests/vm/gate.sh src:tests/vm/attack.sh
. /t/lib.sh
. /t/gate.sh
. /t/attack.sh

dir=/etc/kfgate/policy.d
mkdir -p $dir /srv/data
# policy SERIAL MODE ACTION
policy() {
	cat <<P
version: 1
name: read
serial: $1
mode: $2
guard: on
include: [/srv/data/*.yaml]
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: $3}
P
}
i=0
while [ $i -lt 1000 ]; do
	echo "version: 1" >/srv/data/$i.yaml
	i=$((i + 1))
done

echo "Changed between being read and being guarded"
policy 1 sealed refuse >$dir/policy.yaml
policy 1 audit allow >/tmp/other.yaml
attack swap-read $dir/policy.yaml /tmp/other.yaml >/tmp/swap 2>&1 &
until_true 5 grep -q watching /tmp/swap
gate_start $dir
KFGATE_AGENT=$gate_pid
export KFGATE_AGENT
expect_fail "it decides" kfload obj /t/key.o
if grep -q 'mode: sealed' $dir/policy.yaml; then
	left_out "nothing was changed in time"
else
	check_file "what was changed meanwhile is told" 'changed while it came into force' /tmp/kfgate.err
	check_record "in a record" '"KFGATE_KIND":"policy-rejected"'
	kfgate status >/tmp/status
	check_file "and by the status" 'changed while it came into force' /tmp/status
fi

echo "As many files as a policy may have"
check_none "all of them have room" 'cannot guard' cat /tmp/kfgate.err
expect_fail "none can be written" sh -c 'echo x >>/srv/data/0.yaml'
expect_fail "nor the last" sh -c 'echo x >>/srv/data/999.yaml'
expect_fail "nor one added" sh -c 'echo "version: 1" >/srv/data/new.yaml'
refused code-write
refused code-chmod
refused umount
refused umount-above
refused rmdir-under
refused cover
refused pins-add
refused pin-unlink

echo "A file system that does not answer"
mkdir -p /tmp/free
kfg_gate="elsewhere"
worked fuse-hold /tmp/free
mkdir -p /srv/free
refused fuse-hold /run/kfgate
refused fuse-hold /srv/data
refused fuse-hold $dir
check "a directory beside is anybody's" sh -c 'mount -t tmpfs x /srv/free && umount /srv/free'
check "the agent answers" timeout 20 kfgate status

echo "A list of locks that somebody made"
attack control-answer /run/kfgate/control >/tmp/answer 2>&1 &
liar=$!
check "somebody answers in the agent's place" until_true 5 grep -q listening /tmp/answer
sed "s/WRITE $gate_pid /WRITE $liar /" /proc/locks >/tmp/locks
check "and stands in a list" grep -q "WRITE $liar " /tmp/locks
mount --bind /tmp/locks /proc/locks
timeout 20 kfgate status >/tmp/status 2>&1
check_eq "he is not believed" 1 $?
check_file "which is said" 'cannot see who holds' /tmp/status
umount /proc/locks
finish
