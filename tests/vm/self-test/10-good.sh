# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
. /t/lib.sh
check "true is true" true
check_eq "the VM's lib.sh counts" 1 "$kfg_checked"
finish
