# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
# args: kfgate.self-test
# What asks for something at boot is booted.
. /t/lib.sh
check_file "the kernel has the argument" ' kfgate.self-test' /proc/cmdline
check_eq "it is no restored one" "" "$KFGATE_VM_RESTORED"
finish
