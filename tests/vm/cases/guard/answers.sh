# SPDX-License-Identifier: GPL-2.0-or-later
# Programs that answer for a function that a verdict depends on: at work where they were there before the gate, which
# names them, and refused where they come later. Without the guard.
# kernels: 6.1 6.12 newest
# also: arm64:6.12 arm64:newest
# tier: bare
# reboot: yes
# timeout: 300
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/attack/attack fixture:*.o src:tests/vm/gate.sh src:tests/vm/attack.sh
. /t/lib.sh
. /t/gate.sh
. /t/attack.sh

mkdir -p /tmp/policy
policy() {
	cat >/tmp/policy/policy.yaml <<P
version: 1
name: answers
serial: 1
mode: $1
guard: off
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*", bpf_lookup_system_key], action: refuse}
P
}
policy enforce

echo "Before the gate"
case $KFGATE_VM_KERNEL in
6.1)
	kfg_gate="with no gate" worked answer-ext bpf_lsm_bpf_prog 1
	check_file "a program that replaces an LSM program can be attached" "ext attached" /tmp/attack.out
	;;
esac
attack answer-early fmod_ret security_bpf_prog 1 /tmp/go >/tmp/early 2>&1 &
kfg_early=$!
until grep -q attached /tmp/early; do sleep 0.2; done
gate_start /tmp/policy/policy.yaml --verbose
check_record "the gate names what was there before it" '"KFGATE_KIND":"override".*"KFGATE_TARGET":"security_bpf_prog"'
check_eq "and counts it" 1 "$(stat overrides_present)"
expect_fail "it decides for others" kfload obj /t/key.o
touch /tmp/go
wait $kfg_early
cat /tmp/early
check_file "what was there before the gate gets a forbidden program loaded" 'VIOLATION security_bpf_prog: a forbidden' /tmp/early
check "reload" kfgate reload
check_eq "it is gone, and so is its number" 0 "$(stat overrides_present)"

echo "With the gate there"
export KFGATE_MAPS
KFGATE_MAPS=$(attack map-ids)
kfg_gate="with the gate"
while read -r verb; do
	# shellcheck disable=SC2086 # a verb and its arguments
	refused $verb
done <<V
answer fmod_ret security_bpf_prog 1
answer fmod_ret security_bpf_prog -1
answer fmod_ret security_bpf_prog_load 1
answer fmod_ret security_bpf 1
answer fmod_ret security_bpf_map 1
answer fmod_ret security_locked_down 1
answer fmod_ret __x64_sys_bpf 1
answer lsm bpf_lsm_bpf_prog 1
answer lsm bpf_lsm_bpf 1
answer lsm bpf_lsm_move_mount 1
answer lsm_cgroup bpf_lsm_bpf_prog 1
answer-ext bpf_lsm_bpf_prog 1
answer-ext bpf_lsm_inode_create 1
V
case $KFGATE_VM_KERNEL in
6.*) # the verifier bounds what it answers: 7.x
	before=$(stat overrides_refused)
	attack answer lsm_cgroup bpf_lsm_socket_sendmsg 4000
	check "nor may a program say that a record was sent" [ "$(stat overrides_refused)" -gt "$before" ]
	;;
esac
case $KFGATE_VM_KERNEL in
6.1) kfg_kind=lsm kfg_what=bpf_lsm_bpf_prog ;;
*) kfg_kind=fmod_ret kfg_what=security_bpf_prog ;;
esac
check_record "a record says who and what" \
	'"KFGATE_KIND":"tampering".*"KFGATE_ATTEMPT":"override".*"KFGATE_TARGET":"'$kfg_what'".*"KFGATE_COMM":"attack"'
check "each is counted" [ "$(stat overrides_refused)" -ge 5 ]
check "a program that answers 0 on the same hook loads" attack lsm-zero
check "what answers for HID devices loads, or is not in this kernel" attack fmod-hid
expect_fail "the gate decides" kfload obj /t/key.o
check "what is not forbidden loads" kfload obj /t/plain.o
check_sums
finish
