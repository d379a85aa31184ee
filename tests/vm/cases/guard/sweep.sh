# SPDX-License-Identifier: GPL-2.0-or-later
# No list of functions: every security_* and bpf_lsm_* function of the running kernel, each kind of program that the
# kernel lets attach there, each answer. With all of them there: a forbidden program does not load, an allowed one does,
# and no descriptor of the gate's is to be had. What the gate refused of them, it counted.
# 6.1 and 6.12 panic by themselves where a program answers for security_file_alloc(): their verifier bounds no answer, and
# alloc_file_pseudo() takes a positive one for a pointer. There that one is left out.
# kernels: newest
# also: 6.1 6.12
# tier: bare
# reboot: yes
# timeout: 600
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/attack/attack fixture:*.o src:tests/vm/gate.sh src:tests/vm/attack.sh
. /t/lib.sh
. /t/gate.sh
. /t/attack.sh

mkdir -p /tmp/policy
cat >/tmp/policy/policy.yaml <<P
version: 1
name: sweep
serial: 1
guard: on
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*", bpf_lookup_system_key], action: refuse}
P
export KFGATE_MAPS
KFGATE_MAPS=
gate_start /tmp/policy/policy.yaml
for map in $(seq 1 60); do KFGATE_MAPS="$KFGATE_MAPS $map"; done
kfg_left=0 kfg_kinds=''
case $KFGATE_VM_KERNEL in
6.*)
	# there, what programs of LSM answer reaches what the attack itself does: for a cgroup, and on 6.1 for all
	left_out "programs of LSM for a cgroup"
	export KFGATE_LEAVE_OUT=file_alloc
	kfg_left='[1-9][0-9]*' kfg_kinds='fmod_ret lsm fentry fexit'
	;;
esac
if [ "$KFGATE_VM_KERNEL" = 6.1 ]; then
	left_out "programs of LSM"
	kfg_kinds='fmod_ret fentry fexit'
fi
kfg_refused=0 kfg_attached=0
for kind in ${kfg_kinds:-all}; do
	[ "$kind" != all ] || kind=
	# shellcheck disable=SC2086 # none, or one
	refused answer-sweep $kind
	cat /tmp/attack.out
	check_file "no violation" 'violations: 0$' /tmp/attack.out
	check_file "functions were tried" "functions: [1-9][0-9][0-9]+, left out: $kfg_left, answers: 5" /tmp/attack.out
	kfg_refused=$((kfg_refused + $(sed -n 's/.*, refused: \([0-9]*\),.*/\1/p' /tmp/attack.out)))
	kfg_attached=$((kfg_attached + $(sed -n 's/.*, attached: \([0-9]*\),.*/\1/p' /tmp/attack.out)))
done
check "and programs attached" [ "$kfg_attached" -gt 0 ]
kfg_counted=$(stat overrides_refused)
echo "  refused $kfg_refused, counted $kfg_counted, tries to get descriptors $(stat attempts)"
check "each that the gate refused is counted" [ "$kfg_counted" -ge "$kfg_refused" ]
check "and so is each try to get a descriptor" [ "$(stat attempts)" -ge 100 ]
expect_fail "the gate decides" kfload obj /t/key.o
check "what is not forbidden loads" kfload obj /t/plain.o
check "the agent answers" kfgate status
finish
