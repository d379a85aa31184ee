# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
# A status of 77 that a command returned is no reason to skip.
. /t/lib.sh
check "true is true" true
sh -c 'exit 77'
exit
