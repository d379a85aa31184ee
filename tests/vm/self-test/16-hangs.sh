# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
# timeout: 2
sleep 1000
