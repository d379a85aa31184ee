# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest
# tier: bare
# A check that fails in a pipeline fails.
. /t/lib.sh
check "true is true" true
echo false | while read -r command; do check "$command is true" "$command"; done
finish
