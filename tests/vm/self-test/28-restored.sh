# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
# reboot: yes
# modules: nf_conntrack
# A VM that goes on from a saved one has the kernel, the clock, the files and the modules of this run, and nothing of
# another. There are two of this case: each would find what the other leaves.
. /t/lib.sh
check_eq "it is restored where it was saved" "$([ ! -e /kfgate-vm/receive ] || echo 1)" "$KFGATE_VM_RESTORED"
check "runs the kernel asked for" test "$(uname -r)" = "$KFGATE_VM_VERSION"
check "the clock is that of the host" test "$(date +%s)" -ge "$(stat -c %Y /t/lib.sh)"
check "the module is there" test -e /sys/kernel/btf/nf_conntrack
check "nothing is left of another" test ! -e /tmp/left
echo left >/tmp/left
finish
