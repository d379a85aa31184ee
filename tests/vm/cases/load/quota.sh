# SPDX-License-Identifier: GPL-2.0-or-later
# A unit that holds its loads between the two looks of the gate, as many as it can, keeps no other unit's out; nor does
# a container those of the same runtime.
# kernels: 6.1 7.3
# also: 6.12
# tier: bare
# reboot: yes
# timeout: 300
# memory: 4G
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/tools/kfstall fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

cat >/tmp/policy.yaml <<'P'
version: 1
name: crowd
serial: 1
defaults: {unlisted: audit}
rules:
  - {id: victim, kfuncs: ["bpf_key_*", bpf_lookup_system_key], loaders: {units: [victim.service]}, action: allow}
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
# stall UNIT N: that many loads of the unit get stuck; how many did is in /tmp/UNIT
stall() {
	in_cgroup "$1" kfstall "$2" 1000 >"/tmp/$1" &
	kfg_tries=0
	until grep -q stalled "/tmp/$1" || [ $kfg_tries -gt 120 ]; do
		kfg_tries=$((kfg_tries + 1))
		sleep 0.5
	done
	sed 's/^/    | /' "/tmp/$1"
}
stalled() { sed -n 's/^stalled //p' "/tmp/$1"; }

gate_start /tmp/policy.yaml
in_cgroup victim.service kfload obj /t/key.o >/tmp/out
check_eq "a unit loads what it may" "key.o loaded" "$(cat /tmp/out)"
stall attacker.service 600
check "another gets a third of the room" [ "$(stalled attacker.service)" -ge 250 ]
check "and no more" [ "$(stalled attacker.service)" -le 360 ]
check "what it cannot have is counted" [ "$(stat table_full)" -ge 200 ]
case $KFGATE_VM_KERNEL in
6.1) check_file "and fails" 'failed: ENOMEM' /tmp/attacker.service ;;
*) check_record "and told" '"KFGATE_REASON":"table-full".*"KFGATE_UNIT":"attacker.service"' ;;
esac
in_cgroup victim.service kfload obj /t/key.o >/tmp/out
check_eq "the first unit still loads" "key.o loaded" "$(cat /tmp/out)"
in_cgroup bystander.service kfload obj /t/key.o >/tmp/out
check_eq "and a third is judged by the policy" "key.o refused EACCES" "$(cat /tmp/out)"
in_cgroup attacker.service/inner kfload obj /t/key.o >/tmp/out
expect_fail "a cgroup of its own does not help the attacker" grep -q loaded /tmp/out
# it may not multiply itself by cgroups that it makes: all that it moves is on its own account
cat >/tmp/many.sh <<'M'
n=1
while [ $n -le 26 ]; do
	mkdir -p /sys/fs/cgroup/own-$n.service
	sh -c 'echo 0 >/sys/fs/cgroup/own-$0.service/cgroup.procs; exec kfstall 20 1000' $n >/tmp/own-$n &
	n=$((n + 1))
done
wait
M
in_cgroup attacker.service sh /tmp/many.sh &
tries=0
until [ "$(cat /tmp/own-* | grep -c stalled)" = 26 ] || [ $tries -gt 120 ]; do
	tries=$((tries + 1))
	sleep 0.5
done
own=$(sed -n 's/^stalled //p' /tmp/own-* | awk '{ n += $1 } END { print n + 0 }')
check "26 cgroups of its own give it no more room" [ $(($(stalled attacker.service) + own)) -le 360 ]
in_cgroup victim.service kfload obj /t/key.o >/tmp/out
check_eq "and take none from others" "key.o loaded" "$(cat /tmp/out)"
for n in 2 3 4 5; do stall attacker-$n.service 300; done
in_cgroup victim.service kfload obj /t/key.o >/tmp/out
check_eq "nor do five units" "key.o loaded" "$(cat /tmp/out)"
killall -9 kfstall
again='"KFGATE_RULE":"no-keys".*"KFGATE_UNIT":"attacker.service"'
tries=0
until grep -q "$again" "$records" || [ $tries -gt 30 ]; do
	in_cgroup attacker.service kfload obj /t/key.o >/dev/null
	tries=$((tries + 1))
	sleep 1
done
check_file "when its loads have ended it has room again, and is judged by the policy" "$again" "$records"
# Containers of a runtime that makes their cgroups itself are one unit, and share what it may have.
cat >/tmp/container.sh <<'M'
cgroup=$1
shift
mkdir -p "/sys/fs/cgroup$cgroup"
echo 0 >"/sys/fs/cgroup$cgroup/cgroup.procs"
exec "$@"
M
# a program that needs room: 6.1 does not see which do
object=task.o
[ "$KFGATE_VM_KERNEL" != 6.1 ] || object=plain.o
contained() { in_cgroup containerd.service sh /tmp/container.sh "$@"; }
for pair in /docker/1:/docker/2 /kubepods/besteffort/pod1/a:/kubepods/besteffort/pod2/a /kubepods/pod3/a:/kubepods/pod4/a; do
	one=${pair%:*} other=${pair#*:} out=/tmp/contained-$(echo "$pair" | tr -cd a-z0-9)
	contained "$one" kfstall 600 1000 >"$out" &
	until_true 60 grep -q stalled "$out"
	n=$(sed -n 's/^stalled //p' "$out")
	check "$one gets a part of its unit's room" [ "$n" -ge 100 ]
	check "and no more" [ "$n" -le 200 ]
	contained "${one%/a}/b" kfload obj /t/$object >/tmp/out
	expect_fail "nor by a cgroup below" grep -q loaded /tmp/out
	contained "$other" kfload obj /t/$object >/tmp/out
	check_eq "$other still loads" "$object loaded" "$(cat /tmp/out)"
	killall -9 kfstall
	until_true 60 contained "$one" kfload obj /t/$object
done
check_sums
check "stop" gate_stop
finish
