# SPDX-License-Identifier: GPL-2.0-or-later
# What root exports of the running kernel without its image, read in its memory, is what the image and the modules say:
# each kfunc of the kernel and of loaded modules, with its flags, its program types, and whether it is filtered.
# kernels: 6.1 6.12 7.3 newest
# also: 7.2
# modules: nf_conntrack nf_nat
# tier: bare
# files: agent/kfgate agent/kfgate-agent kernel:vmlinux
. /t/lib.sh

export KFGATE_KERNELS=/nowhere
kfuncs() {
	kfgate kfuncs --no-cache --format=csv --kernel="$1" | sort
}

check "the running kernel is exported" sh -c 'kfgate kernel export --no-cache --verbose -o /tmp/own.facts 2>/tmp/said'
cat /tmp/said
check "by what it has registered itself" grep -q 'have registered' /tmp/said
kfuncs /tmp/own.facts >/tmp/own
kfuncs /t/vmlinux,/kfgate-vm/modules.d >/tmp/image
check "there are some" test "$(wc -l </tmp/own)" -gt 40
check "of modules, too" grep -q nf_conntrack /tmp/own
check "the image says the same" diff /tmp/own /tmp/image
check "it says that they are registered" grep -aqx 'kfuncs: [0-9]* registered' /tmp/own.facts
check "and that other modules were not there" grep -aq '^limits: modules that were not loaded: not checked' /tmp/own.facts
echo "$(wc -l </tmp/own) kfuncs, $(grep -c filtered /tmp/own) filtered, $(wc -c </tmp/own.facts) bytes"
echo 2 >/proc/sys/kernel/kptr_restrict
check "also where the kernel hides its symbols" kfgate kernel export --no-cache -o /tmp/hidden.facts
kfuncs /tmp/hidden.facts >/tmp/hidden
check "the same kfuncs" sh -c 'cut -d , -f 1,2 /tmp/own >/tmp/a; cut -d , -f 1,2 /tmp/hidden | diff /tmp/a -'
check "and where types are not known, it says so" sh -c \
	'cmp -s /tmp/own /tmp/hidden || grep -aq "^limits: for which program types .* not known" /tmp/hidden.facts'
check "BTF alone tells less" sh -c 'kfgate kfuncs --no-cache --format=csv | sort | cmp -s - /tmp/own; test $? = 1'
finish
