# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: 6.1 6.12 7.0 7.2 7.3 newest
# tier: bare
# The bare VM is what the other cases take for granted.
. /t/lib.sh

check "runs the kernel asked for" test "$(uname -r)" = "$KFGATE_VM_VERSION"
check_file "bpf is an active LSM" '(^|,)bpf(,|$)' /sys/kernel/security/lsm
check "kernel BTF is there" test -s /sys/kernel/btf/vmlinux
check_file "bpffs is mounted" ' /sys/fs/bpf bpf ' /proc/mounts
check_file "cgroup2 is mounted" ' /sys/fs/cgroup cgroup2 ' /proc/mounts
finish
