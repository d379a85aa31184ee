# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
. /t/lib.sh
check "a new VM runs what the dead one left out" true
echo kept >"$KFGATE_OUT/kept"
finish
