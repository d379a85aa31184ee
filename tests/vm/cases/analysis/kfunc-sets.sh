# SPDX-License-Identifier: GPL-2.0-or-later
# What kfgate reads from a kernel's image is what that kernel has registered when it runs: each kfunc, and the program
# types that may call it.
# kernels: 6.1 6.12 7.0 7.2 7.3 newest arm64:6.12 arm64:newest
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfsets fixture:kfsets.o kernel:vmlinux
. /t/lib.sh

check "the running kernel's sets can be read" sh -c 'kfsets /t/kfsets.o | sort >/tmp/running'
kfgate kfuncs --no-cache --kernel=/t/vmlinux | awk -F '  +' 'NR > 1 && $2 == "vmlinux" { print $1 "|" $4 }' |
	sed 's/ (filtered)$//' | sort >/tmp/image
check "there are some" test "$(wc -l </tmp/running)" -gt 40
check "the image says the same" diff /tmp/running /tmp/image
echo "$(wc -l </tmp/running) kfuncs"
check "nothing is wrong with reading it" sh -c 'kfgate kfuncs --no-cache --kernel=/t/vmlinux no_such | grep "no modules"'
finish
