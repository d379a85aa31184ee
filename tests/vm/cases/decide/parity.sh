# SPDX-License-Identifier: GPL-2.0-or-later
# The decision rule in the kernel answers as the one in user space does, on generated policies and loads.
# kernels: 6.1 6.12 7.2 7.3 newest
# also: 7.0 arm64:6.12 arm64:newest
# tier: bare
# files: tests/parity/parity_kernel tests/parity/parity.o
. /t/lib.sh
check "300 policies, 60 questions each" parity_kernel /t/parity.o 300
cat /tmp/kfg-check.out
finish
