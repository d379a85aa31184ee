# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
. /t/lib.sh
check "false is true" false
check "true is true" true
finish
