# SPDX-License-Identifier: GPL-2.0-or-later
# A light skeleton: the loads come from a loader program in the kernel, and are judged as any other.
# kernels: newest
# also: 6.1
# tier: systemd
# reboot: no
# args: systemd.setenv=KFGATE_PROFILE=10-observe systemd.wants=kfgate-profile.service systemd.wants=kfgate.service
# files: vm-stage=/ src:tests/vm/service.sh
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
# files: tests/tools/lskel
. /t/lib.sh
. /t/service.sh

policy_put <<P
version: 1
name: light
serial: 1
defaults: {unlisted: audit}
rules:
  - {id: keys, kfuncs: [bpf_key_put], action: refuse}
P
case $KFGATE_VM_KERNEL in
6.1) others='' kernel=unknown ;;
6.12) others=task kernel=unknown ;;
*) others=task kernel=yes ;;
esac
systemctl stop kfgate.service
check "1. it loads without the gate" /t/lskel key $others
gate_up
mark
if [ -n "$others" ]; then
	check "2. an allowed one loads" /t/lskel $others
fi
/t/lskel key >/tmp/out
check_eq "3. a forbidden one is refused" "key refused EACCES" "$(cat /tmp/out)"
check "4. the records arrive" fence
check_eq "   one of the refused program" key_live "$(field KFGATE_PROG_NAME KFGATE_KIND=refused)"
check_eq "   that the kernel loaded it, where the kernel says so" $kernel "$(field KFGATE_KERNEL KFGATE_KIND=refused)"
check_eq "   the process behind it" /t/lskel "$(field KFGATE_EXE KFGATE_KIND=refused)"
if [ -n "$others" ]; then
	check_eq "   and one of the allowed" task_live "$(field KFGATE_PROG_NAME KFGATE_KIND=audited | sort -u)"
fi
check_eq "5. the loader program itself is none" 0 "$(records KFGATE_EVENT=load KFGATE_PROG_NAME=__loader.prog)"
systemctl stop kfgate.service
check "6. without the gate it loads again" /t/lskel key
systemctl start kfgate.service
finish
