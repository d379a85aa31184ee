# SPDX-License-Identifier: GPL-2.0-or-later
# Kfuncs of a module are named "name [module]", also when the module comes after the gate.
# kernels: 6.1 6.12 7.3 newest arm64:6.12 arm64:newest
# also: 7.2
# modules: nf_conntrack nf_nat
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

policy() {
	cat >/tmp/policy.yaml <<P
version: 1
name: module
serial: $1
scope: ${3:-live}
rules:
  - {id: ct, kfuncs: [$2], action: refuse}
P
}
check "the program loads without the gate" kfload obj /t/module.o
check "and so does one whose calls are dead" kfload obj /t/module_dead.o
policy 1 '"bpf_xdp_ct_lookup [nf_conntrack]"'
gate_start /tmp/policy.yaml
expect_fail "by name and module" kfload obj /t/module.o
check_record "the record names both" '"KFGATE_KFUNC":"bpf_xdp_ct_lookup \[nf_conntrack\]"'
policy 2 '"bpf_xdp_ct_lookup [vmlinux]"'
check "reload" kfgate reload
check "another module is another kfunc" kfload obj /t/module.o
policy 3 '"bpf_ct_*"'
check "reload" kfgate reload
expect_fail "a glob without a module means any" kfload obj /t/module.o
check "a dead call is no use" kfload obj /t/module_dead.o
policy 4 '"bpf_xdp_ct_lookup [nf_conntrack]"' any
check "reload to scope any" kfgate reload
case $KFGATE_VM_KERNEL in
6.1) check "after verification alone a dead call cannot be seen" kfload obj /t/module_dead.o ;;
*)
	expect_fail "scope any: a dead call is a use" kfload obj /t/module_dead.o
	check_record "found after verification, by name and module" \
		'"KFGATE_STAGE":"2".*"KFGATE_KFUNC":"bpf_xdp_ct_lookup \[nf_conntrack\]".*"KFGATE_SCOPE":"present".*"module_dead"'
	policy 5 '"bpf_xdp_ct_lookup [vmlinux]"' any
	check "reload" kfgate reload
	check "scope any: another module is another kfunc" kfload obj /t/module_dead.o
	;;
esac
check "stop" gate_stop
finish
