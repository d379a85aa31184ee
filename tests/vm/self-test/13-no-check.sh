# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
. /t/lib.sh
finish
