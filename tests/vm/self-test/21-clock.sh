# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
# rtc: 2031-05-06T07:08:09
# modules: nf_conntrack
. /t/lib.sh
check_eq "the clock is the one asked for" 2031-05-06 "$(date -u +%Y-%m-%d)"
check "the module is there" test -e /sys/kernel/btf/nf_conntrack
finish
