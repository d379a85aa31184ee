# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: 6.1 6.12 newest
# tier: systemd
# The whole system comes up, so that what fails later is the product's doing.
. /t/lib.sh

check "runs the kernel asked for" test "$(uname -r)" = "$KFGATE_VM_VERSION"
check_file "bpf is an active LSM" '(^|,)bpf(,|$)' /sys/kernel/security/lsm
check "kernel BTF is there" test -s /sys/kernel/btf/vmlinux
check_file "bpffs is mounted" ' /sys/fs/bpf bpf ' /proc/mounts
check_eq "the system is up" running "$(systemctl is-system-running --wait)"
check_eq "no unit failed" "" "$(systemctl --failed --plain --no-legend | awk '{ print $1 }')"
check "the journal has the boot" journalctl -b -q --no-pager -n 1 _PID=1
finish
