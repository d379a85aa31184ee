# SPDX-License-Identifier: GPL-2.0-or-later
# kfgate.service on a host whose kernel command line leaves bpf out of lsm=, with the libraries of Debian 13.
# kernels: newest
# also: 6.1 6.12
# lsm: landlock,lockdown,yama,integrity,apparmor
# tier: systemd
# timeout: 240
# files: vm-stage=/ src:tests/vm/service.sh
# files: tests/tools/kfload fixture:key.o fixture:plain.o
. /t/lib.sh
. /t/service.sh

policy() {
	cat <<P
version: 1
name: without-lsm
serial: 1
without-bpf-lsm: $1
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
}
check "the gate is off: works" /t/kfload obj /t/key.o
policy enforce | policy_put
mark
gate_up
check "the service is up" systemctl is-active -q kfgate.service
kfgate status >/tmp/status
check_file "status says which gate that is" 'BPF LSM: NOT ACTIVE: the gate refuses what it sees; 0 loads were missed' /tmp/status
case $KFGATE_VM_KERNEL in
6.*) check_file "the guard runs where the kernel does not preempt" '^ *Guard: on' /tmp/status ;;
*) check_file "the guard does not run by itself where the kernel preempts" '^ *Guard: off' /tmp/status ;;
esac
expect_fail "a forbidden program is refused" /t/kfload obj /t/key.o
check "an allowed one loads" /t/kfload obj /t/plain.o
fence
check "the refusal is in the journal" in_journal KFGATE_KIND=refused KFGATE_WITHOUT_LSM=enforce
policy audit | policy_put
check "a restart" systemctl restart kfgate.service
check "audit refuses nothing" /t/kfload obj /t/key.o
check "stop" systemctl stop kfgate.service
check_none "the gate is gone" 'kfgate' bpftool prog list
finish
