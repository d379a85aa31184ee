# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
# What could not look has found nothing, and that is no answer.
. /t/lib.sh
expect_fail "no file, no line in it" grep -q x /t/no-such-file
expect_fail "no number is not less than 1" [ "" -lt 1 ]
check_none "no program, no line of it" x /t/no-such-program
check_none "a line that is there" '^b' printf 'a\nb\n'
check_none "a line that is not" '^c' printf 'a\nb\n'
check_eq "four of five failed" 4 "$kfg_failed"
finish
