#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Is it true what the scanner says? Load the objects of corpus.sh in VMs, as they stand and each program by itself, and
# hold the results against the predictions. Takes about an hour the first time; what kernels did is kept in the cache.
# usage: run.sh [-b BUILD] [-t] [-k "KERNEL..."] [-v VERSIONS]     VERSIONS: of corpus.sh (default all)
#   -t   only load, hold nothing against anything
# Output: a line of counts per kernel, the disagreements, the share that agrees. Exit status: as compare.py; 77: there
# is no corpus.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$(dirname "$(dirname "$here")")
build=$top/build kernels='6.1 6.12 7.2 7.3' versions='6.12 7.3' only_truth=''
while getopts b:k:v:t opt; do
	case $opt in
	b) build=$(readlink -f "$OPTARG") ;;
	k) kernels=$OPTARG ;;
	v) versions=$OPTARG ;;
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
	truthload -t 30 /t/objects/*.o >/out/truth.tsv
GUEST

# What a kernel does with the objects of one source version.
truth() {
	local kernel=$1 version=$2 release
	release=$("$here/../vm/fetch-kernel.sh" "$kernel" | sed -n 's/^version=//p')
	local result=$corpus/results/$version-on-$release.tsv
	if [ ! -s "$result" ]; then
		rm -rf "$work/objects" "$work/out"
		mkdir -p "$work/objects"
		cp "$corpus/$version"/*.o "$work/objects/"
		"$here/../vm/run.sh" -k "$kernel" -m 6G -T 5400 -M nf_conntrack -M nf_nat -s "$work/guest.sh" \
			-o "$work/out" "$corpus/truthload" "$work/objects=/t/objects" >&2 ||
			[ -s "$work/out/truth.tsv" ]
		cp "$work/out/truth.tsv" "$result"
	fi
	echo "$result"
}

words=()
for kernel in $kernels; do
	dir=$(dirname "$("$here/../vm/fetch-kernel.sh" "$kernel" | sed -n 's/^vmlinux=//p')")
	for version in $versions; do
		result=$(truth "$kernel" "$version")
		[ -z "$only_truth" ] || continue
		"$build/tests/truth/fitdump" "$dir" "$corpus/$version"/*.o >"$work/$version-$kernel.tsv"
		words+=("$version-on-$kernel=$result=$work/$version-$kernel.tsv")
	done
done
[ -n "$only_truth" ] || "$here/compare.py" -e "$here/explained.tsv" "${words[@]}"
