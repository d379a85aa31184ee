#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Is it true what the scanner says? Load the objects of corpus.sh in VMs, as they stand and each program by itself, and
# hold the results against the predictions. Takes about an hour the first time; what kernels did is kept in the cache.
# usage: run.sh [-b BUILD] [-t] [-k "KERNEL..."] [-c "NAME..."]     NAME: of corpus.sh (default all)
#   -t   only load, hold nothing against anything
# Output: a line of counts per kernel, the disagreements, the share that agrees. Exit status: as compare.py; 77: there
# is no corpus.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$(dirname "$(dirname "$here")")
build=$top/build kernels='6.1 6.12 6.16 6.18 7.2 7.3'
names='6.12 6.12-scx 6.1 7.2 7.3 variants cases packages' only_truth=''
while getopts b:k:c:t opt; do
	case $opt in
	b) build=$(readlink -f "$OPTARG") ;;
	k) kernels=$OPTARG ;;
	c) names=$OPTARG ;;
	t) only_truth=1 ;;
	*) exit 2 ;;
	esac
done
corpus=$("$here/corpus.sh")
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-truth.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$corpus/results"

cat >"$work/guest.sh" <<-'GUEST'
	ulimit -l unlimited
	odd='' even='' other=''
	for object in /t/objects/*.o; do
		other=$odd odd="$even $object" even=$other
	done
	truthload -t 45 $odd >/out/odd.tsv &
	truthload -t 45 $even >/out/even.tsv
	wait
	cat /out/odd.tsv /out/even.tsv >/out/truth.tsv
GUEST

# What a kernel does with the objects of NAME. libbpf wants the kernel's configuration where objects ask for it.
truth() {
	local kernel=$1 name=$2 release modules config=()
	"$here/../vm/fetch-kernel.sh" "$kernel" >"$work/kernel"
	release=$(sed -n 's/^version=//p' "$work/kernel")
	modules=$(sed -n 's/^modules=//p' "$work/kernel")/lib/modules/$release
	[ ! -f "$modules/config" ] || config=("$modules/config=/boot/config-$release")
	local result=$corpus/results/$name-on-$release.tsv
	if [ ! -s "$result" ]; then
		rm -rf "$work/objects" "$work/out"
		mkdir -p "$work/objects"
		cp "$corpus/$name"/*.o "$work/objects/"
		"$here/../vm/run.sh" -k "$kernel" -m 6G -T 5400 -M nf_conntrack -M nf_nat -s "$work/guest.sh" \
			-o "$work/out" "$corpus/truthload" "$work/objects=/t/objects" "${config[@]}" >&2 ||
			[ -s "$work/out/truth.tsv" ]
		cp "$work/out/truth.tsv" "$result"
	fi
	echo "$result"
}

words=()
for kernel in $kernels; do
	dir=$(dirname "$("$here/../vm/fetch-kernel.sh" "$kernel" | sed -n 's/^vmlinux=//p')")
	for name in $names; do
		result=$(truth "$kernel" "$name")
		[ -z "$only_truth" ] || continue
		"$build/tests/truth/fitdump" "$dir" "$corpus/$name"/*.o >"$work/$name-$kernel.tsv"
		words+=("$name-on-$kernel=$result=$work/$name-$kernel.tsv")
	done
done
[ -n "$only_truth" ] || "$here/compare.py" -e "$here/explained.tsv" "${words[@]}"
