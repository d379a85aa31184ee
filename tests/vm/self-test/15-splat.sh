# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
. /t/lib.sh
check "the kernel log takes a line" sh -c 'echo "BUG: not really" >/dev/kmsg'
finish
