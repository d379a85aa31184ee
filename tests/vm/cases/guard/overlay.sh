# SPDX-License-Identifier: GPL-2.0-or-later
# A sealed policy on an overlay over two file systems, which gives a directory another inode number whenever it
# is read anew. It stays sealed when the kernel has dropped what it had in memory.
# kernels: newest
# tier: bare
# modules: overlay
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

mkdir -p /lower /upper /all
mount -t tmpfs lower /lower
mount -t tmpfs upper /upper
mkdir -p /upper/files /upper/work /lower/etc/kfgate/policy.d
cat >/lower/etc/kfgate/policy.d/policy.yaml <<P
version: 1
name: overlaid
serial: 1
mode: sealed
guard: on
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
mount -t overlay all -o lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work,xino=off /all
numbers() { ls -id /all/etc /all/etc/kfgate /all/etc/kfgate/policy.d /all/etc/free | awk '{ print $1 }' | tr '\n' ' '; }
forget() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
}
mkdir /all/etc/free
before=$(numbers)
forget
check "without a gate the numbers change" [ "$(numbers)" != "$before" ]

gate_start /all/etc/kfgate/policy.d
sealed() {
	expect_fail "$1: nothing is added" touch /all/etc/kfgate/policy.d/new.yaml
	expect_fail "$1: nothing is renamed" mv /all/etc/kfgate/policy.d/policy.yaml /all/etc/kfgate/policy.d/other
	expect_fail "$1: nor the way to it" mv /all/etc/kfgate/policy.d /all/etc/kfgate/other.d
	expect_fail "$1: nothing is written" sh -c 'echo "#" >>/all/etc/kfgate/policy.d/policy.yaml'
	check "$1: a directory beside it is anybody's" sh -c 'touch /all/etc/free/new && rm /all/etc/free/new'
}
sealed "at first"
forget
sealed "after memory was given back"
expect_fail "the gate decides" kfload obj /t/key.o
finish
