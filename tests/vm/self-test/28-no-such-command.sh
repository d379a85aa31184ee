# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
# A misspelt function, or one of a file that is not sourced, does nothing; the script goes on after it.
. /t/lib.sh
no_such_function 20 true
check "true is true" true
finish
