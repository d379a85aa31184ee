# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
# A command that succeeds, is missing or dies of a signal is not one that refuses.
. /t/lib.sh
expect_fail "success is no refusal" true
expect_fail "no program is no refusal" /t/no-such-program
expect_fail "a signal is no refusal" sh -c 'kill -SEGV $$'
expect_fail "a refusal is one" false
check_eq "three of four failed" 3 "$kfg_failed"
finish
