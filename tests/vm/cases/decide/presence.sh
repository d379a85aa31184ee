# SPDX-License-Identifier: GPL-2.0-or-later
# What counts as use: a live call; presence where the policy says so, where the kernel inlines the call away, and where it
# puts another function in its place.
# kernels: 6.12 7.3 newest
# also: 7.0 7.2
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

policy() {
	cat >/tmp/policy.yaml <<P
version: 1
name: presence
serial: $1
scope: $2
rules:
  - {id: no-keys, kfuncs: [bpf_key_put, bpf_lookup_system_key], action: refuse$3}
  - {id: no-cast, kfuncs: [bpf_rdonly_cast], action: refuse}
  - {id: no-skb, kfuncs: [bpf_dynptr_from_skb], action: refuse}
P
}
policy 1 live
gate_start /tmp/policy.yaml
check "scope live: a dead call is no use" kfload obj /t/guarded.o
expect_fail "scope live: a live one is" kfload obj /t/key.o
expect_fail "a kfunc that the kernel inlines is used where it is present" kfload obj /t/inlined.o
check_record "the record says so" '"KFGATE_KFUNC":"bpf_rdonly_cast".*"KFGATE_SCOPE":"present"'
expect_fail "a kfunc that the kernel replaces is judged by the name that was loaded" kfload obj /t/special.o
check_record "and recorded under it" '"KFGATE_KFUNC":"bpf_dynptr_from_skb"'
expect_fail "a dead call of the replacement does not hide it" kfload obj /t/decoy.o
policy 2 any
check "swap to scope any" kfgate reload
expect_fail "scope any: a dead call is a use" kfload obj /t/guarded.o
check_record "refused before verification" '"KFGATE_STAGE":"1".*guarded|guarded.*"KFGATE_STAGE":"1"'
policy 3 live ", scope: any"
check "swap to scope any in one rule" kfgate reload
expect_fail "a rule may have a scope of its own" kfload obj /t/guarded.o
policy 4 live
check "swap back" kfgate reload
check "and it loads again" kfload obj /t/guarded.o
check "stop" gate_stop
finish
