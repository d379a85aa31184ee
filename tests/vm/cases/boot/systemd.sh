# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: 6.1 newest
# tier: systemd
# args: kfgate=off systemd.wants=kfgate.service
# files: vm-stage=/
# The whole system comes up without the gate, which the kernel command line keeps down, so that what fails in other
# cases is the gate's doing.
. /t/lib.sh

check "runs the kernel asked for" test "$(uname -r)" = "$KFGATE_VM_VERSION"
check_file "bpf is an active LSM" '(^|,)bpf(,|$)' /sys/kernel/security/lsm
check "kernel BTF is there" test -s /sys/kernel/btf/vmlinux
check_file "bpffs is mounted" ' /sys/fs/bpf bpf ' /proc/mounts
check_eq "the system is up" running "$(systemctl is-system-running --wait)"
check_none "no unit failed" . systemctl --failed --plain --no-legend
check "the journal has the boot" journalctl -b -q --no-pager -n 1 _PID=1
check_eq "kfgate=off: the gate's service stays down" "inactive no" "$(systemctl show -P ActiveState kfgate.service) $(systemctl show -P ConditionResult kfgate.service)"
check "which is no failure, and start says so" systemctl start kfgate.service
check_eq "nothing of it is in the kernel" "" "$(ls /sys/fs/bpf/kfgate 2>/dev/null)"
finish
