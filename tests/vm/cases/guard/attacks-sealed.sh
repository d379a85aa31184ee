# SPDX-License-Identifier: GPL-2.0-or-later
# A sealed and guarded gate: the files of its policy are nobody's to change, and nobody takes it off before the next boot.
# kernels: 6.1 6.12 7.3
# tier: bare
# reboot: yes
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/attack/attack fixture:key.o src:tests/vm/gate.sh src:tests/vm/attack.sh
. /t/lib.sh
. /t/gate.sh
. /t/attack.sh

dir=/etc/kfgate/policy.d
mkdir -p $dir /usr/lib/kfgate /srv/elsewhere /srv/parts/a
ln -s elsewhere /srv/data
echo "version: 1" >/srv/elsewhere/10-data.yaml
echo "version: 1" >/srv/parts/a/10-part.yaml
cat >$dir/50-policy.yaml <<'P'
version: 1
name: sealed
serial: 1
mode: sealed
include: [/srv/data/*.yaml, /srv/parts/*/*.yaml, /srv/not/yet/*.yaml]
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
echo "version: 1" >/tmp/other.yaml
ln $dir/50-policy.yaml /etc/kfgate/also
gate_start $dir
KFGATE_AGENT=$gate_pid
export KFGATE_AGENT
check_file "sealed, it is guarded without being asked" 'the gate is guarded' /tmp/kfgate.err
expect_fail "it decides" kfload obj /t/key.o

# cannot WHAT SHELL: the words fail, and the policy is what it was
cannot() {
	refusals=$(stat attempts)
	expect_fail "nobody can $1" sh -c "$2"
	check "  it is the guard that refuses" [ "$(stat attempts)" -gt "$refusals" ]
	check_eq "  and it is as it was" "$(cat /tmp/before)" "$(ls $dir; cat $dir/*)"
}
{ ls $dir; cat $dir/*; } >/tmp/before
cannot "write to it" "echo 'mode: audit' >>$dir/50-policy.yaml"
cannot "truncate it" ": >$dir/50-policy.yaml"
cannot "write to it by another name" "echo 'mode: audit' >>/etc/kfgate/also"
cannot "put another in its place" "mv /tmp/other.yaml $dir/50-policy.yaml"
cannot "put one beside it" "cp /tmp/other.yaml $dir/60-other.yaml"
cannot "remove it" "rm $dir/50-policy.yaml"
cannot "rename it" "mv $dir/50-policy.yaml $dir/50-policy.off"
cannot "rename its directory" "mv $dir /etc/kfgate/policy.off"
cannot "make it unreadable" "chmod 0 $dir/50-policy.yaml"
cannot "change its flags by a descriptor that only reads" "/t/attack flags $dir/50-policy.yaml"
cannot "change its attributes so" "/t/attack attributes $dir/50-policy.yaml"
cannot "change the flags of its directory" "/t/attack flags $dir"
cannot "change the flags of the way to it" "/t/attack flags /etc/kfgate"
/t/attack setattr /tmp/other.yaml >/dev/null
case $? in
77) left_out "no file_setattr(2) for the file system of a sealed policy" ;;
*) cannot "change its flags by file_setattr(2)" "/t/attack setattr $dir/50-policy.yaml" ;;
esac
cannot "link to it" "ln $dir/50-policy.yaml /etc/kfgate/more"
cannot "cover it" "mount -t tmpfs none $dir"
cannot "make the way to it another" "mv /etc/kfgate /etc/kfgate.old"
cannot "rename what is above" "mv /etc /etc.old"
cannot "exchange it" "cp -r /etc/kfgate /srv/other && /t/attack exchange /srv/other /etc/kfgate"
cannot "close the way to it" "chmod 0 /etc/kfgate"
cannot "give the way to somebody" "chown 1 /etc"
cannot "make a directory of policies that was not there" "mkdir /usr/lib/kfgate/policy.d"
cannot "put a link in its place" "ln -s /tmp /usr/lib/kfgate/policy.d"
cannot "move one there" "mkdir /srv/policy.d && mv /srv/policy.d /usr/lib/kfgate/policy.d"
cannot "add what an include finds" "echo 'version: 1' >/srv/elsewhere/20-more.yaml"
cannot "change what it found" "echo 'defaults: {unlisted: allow}' >>/srv/elsewhere/10-data.yaml"
cannot "make its link another" "rm /srv/data"
cannot "replace its link" "ln -sfn /tmp /srv/data"
cannot "rename the directory behind it" "mv /srv/elsewhere /srv/nowhere"
cannot "add a directory that an include looks into" "mkdir /srv/parts/b"
cannot "add a file to one" "echo 'version: 1' >/srv/parts/a/20-more.yaml"
cannot "make a directory that it would look into" "mkdir /srv/not"
if [ "$KFGATE_VM_KERNEL" != 6.1 ]; then
	cannot "keep the agent out by an access list" "/t/attack policy-acl $dir/50-policy.yaml"
fi
check "other names in those directories are everybody's" sh -c \
	'mkdir /srv/new /etc/other /usr/lib/kfgate/else && mv /etc/other /etc/another && touch /srv /etc'
echo x >/etc/kfgate/else
check "flags of other files are everybody's" /t/attack flags /etc/kfgate/else
check "it can be read" grep -q no-keys $dir/50-policy.yaml
check "other files are everybody's" sh -c 'echo x >/etc/kfgate/else && rm /etc/kfgate/else'
kfload race /t/key.o 60 >/tmp/out
check_file "another task's asking for programs being loaded: all loads are refused" 'loaded=0 refused=60' /tmp/out
check_file "and none can be had" ' fds=0 ' /tmp/out
check "however often it asks" [ "$(stat foreign_fds_repeated)" -gt 0 ]
refused kill
refused kill 15
refused pin-unlink
refused map-write
refused link-detach
expect_fail "kfgate detach does not take it off" kfgate detach
expect_fail "it decides" kfload obj /t/key.o
check "and reloads what is there" kfgate reload
check_record "each of these is told" '"KFGATE_ATTEMPT":"policy"'
finish
