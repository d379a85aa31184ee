# SPDX-License-Identifier: GPL-2.0-or-later
# What this kernel and libbpf say of mistakes with kfuncs, explained.
# kernels: 6.1 6.12 7.3
# also: 7.2
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:m*.o fixture:pro*.o fixture:key.o src:policy/lifecycle/upstream.yaml src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

logs=/tmp/logs
mkdir -p $logs
cp /t/key.o /tmp/key.o
cat >/tmp/policy.yaml <<P
version: 1
name: explain
serial: 1
rules:
  - {id: keys, kfuncs: ["bpf_key_put"], action: refuse}
P

# explained NAME KIND KFUNC [PROGRAM]: the log NAME has that finding, and nothing in it was not understood
explained() {
	kfgate explain --quiet --format=json --lifecycle=/t/upstream.yaml "$logs/$1" >/tmp/found
	[ $? = 3 ] || return 1
	tr -d '\n' </tmp/found | tr '{' '\n' | grep "\"kind\": \"$2\"" | grep -E "\"kfunc\": (\"$3\"|$3)," |
		grep "\"program\": ${4:+\"}${4:-null}" >/dev/null || return 1
	! grep -q '"unclear"' /tmp/found
}

kfload log /t/missing.o >$logs/missing
kfload log /t/proto.o >$logs/proto
kfload log /t/proprietary.o >$logs/proprietary
kfload log /t/mistakes.o >$logs/mistakes
gate_start /tmp/policy.yaml
kfload log /t/key.o >$logs/refused
gate_stop
check "a kfunc that is gone" explained missing missing bpf_task_kptr_get
check "another prototype" explained proto prototype bpf_key_put
check "a license" explained proprietary license null proprietary
check "a program type" explained mistakes not-allowed bpf_lookup_system_key wrong_type
check "a leak" explained mistakes reference bpf_lookup_system_key leaks
check "a call of what is not there" explained mistakes unresolved-call '(null|"bpf_no_such_kfunc")' unguarded
check "a refusal by the gate" explained refused refused null key_live
check "the stack for a kernel object" explained mistakes argument bpf_key_put on_stack
check "a program that may not sleep" explained mistakes sleepable bpf_lookup_user_key cannot_sleep
if [ "$KFGATE_VM_KERNEL" != 6.1 ]; then # which did not ask about NULL
	check "NULL" explained mistakes argument bpf_key_put maybe_null
	check "a region that is not left" explained mistakes context bpf_rcu_read_lock keeps_rcu
	check "sleep where that is not possible" explained mistakes sleepable bpf_lookup_user_key sleeps_in_rcu
fi
check "a program that loads is nothing to explain" sh -c 'kfload log /t/key.o | kfgate explain --lifecycle=/t/upstream.yaml'
for f in "$logs"/*; do
	sed "s|^|LOG ${f##*/} |" "$f"
done
finish
