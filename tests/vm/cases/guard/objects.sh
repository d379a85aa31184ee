# SPDX-License-Identifier: GPL-2.0-or-later
# What the gate makes after its start is guarded like what it was started with: the policy in force, what a reload makes,
# each object while it is made. And the places on its hooks are not to be filled by others.
# kernels: 6.1 newest
# also: 6.12
# tier: bare
# reboot: yes
# timeout: 300
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/attack/attack fixture:*.o src:tests/vm/gate.sh src:tests/vm/attack.sh
. /t/lib.sh
. /t/gate.sh
. /t/attack.sh

mkdir -p /tmp/policy
policy() { keys_policy "$@" >/tmp/policy/policy.yaml; }
watched() {
	rm -f /tmp/enough
	attack watch /tmp/enough >/tmp/watched 2>&1 &
	kfg_watcher=$!
	until grep -q watching /tmp/watched; do sleep 0.2; done
	for serial in 2 3 4; do
		policy "$1" $serial
		kfgate reload >/dev/null
	done
	touch /tmp/enough
	wait $kfg_watcher
	kfg_status=$?
	tail -n 1 /tmp/watched
	return $kfg_status
}

echo "Without the guard"
policy off 1
gate_start /tmp/policy/policy.yaml
worked table-fd
refused table-write
check "objects are had while they are made" watched off
worked fill lsm bpf_lsm_bpf_prog 30
worked fill fentry bpf_lsm_inode_rename 35
attack fill lsm bpf_lsm_bpf_prog 40
attack stub
expect_fail "the gate decides" kfload obj /t/key.o
check "stop" gate_stop

echo "With the guard"
policy on 1
before=$(attack ids 2>&1 >/dev/null)
gate_start /tmp/policy/policy.yaml
check_file "it is guarded" 'the gate is guarded' /tmp/kfgate.err
refused table-fd
refused table-write
# shellcheck disable=SC2086 # three numbers
refused newer $before
cat /tmp/attack.out
watched on
check_eq "no object is had while it is made" 3 $?
# shellcheck disable=SC2086
refused newer $before
for hook in bpf_prog bpf inode_rename; do
	refused fill lsm bpf_lsm_$hook 36
	check_file "  16 of them, and no more" "^16 on" /tmp/attack.out
done
refused fill fentry bpf_lsm_inode_rename 36
check_file "programs of other types are counted, too" "^16 on" /tmp/attack.out
attack fill lsm bpf_lsm_inode_rename 10 /tmp/filled >/tmp/ten 2>&1 &
until grep -q 'on bpf' /tmp/ten; do sleep 0.2; done
refused fill fentry bpf_lsm_inode_rename 36
check_file "together with those of others" "^6 on" /tmp/attack.out
touch /tmp/filled
wait $!
sleep 1 # for the kernel to free them
refused fill lsm bpf_lsm_inode_rename 36
check_file "what is gone takes no place" "^16 on" /tmp/attack.out
refused fill fentry cgroup_attach_task 36
check_file "on the function that tells who moves, too" "^16 on" /tmp/attack.out
worked fill fentry security_inode_rename 30
check_record "a record says so" '"KFGATE_ATTEMPT":"place"'
check_record "and another" '"KFGATE_ATTEMPT":"map"'
expect_fail "the gate decides" kfload obj /t/key.o
check "what is not forbidden loads" kfload obj /t/plain.o
finish
