# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
echo c >/proc/sysrq-trigger
