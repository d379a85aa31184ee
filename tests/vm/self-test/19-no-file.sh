# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
# files: no/such/program
. /t/lib.sh
check "is never run" true
finish
