# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
# modules: kfgate_no_such_module
. /t/lib.sh
check "is never run" true
finish
