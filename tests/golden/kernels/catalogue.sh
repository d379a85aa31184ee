#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# catalogue.sh KFGATE CATALOGUE OBJECT... - what `kfgate scan` says of objects on kernels of the catalogue in the tree, by
# names of each architecture, compared with cases/catalogue.txt. What changes with each refresh of the catalogue, the
# last number of a release and its revision, is N there. With KFG_GOLDEN_UPDATE=1 that file is written anew.
set -u
here=$(cd "$(dirname "$0")" && pwd)
kfgate=$1 catalogue=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-catalogue.XXXXXX")
trap 'rm -rf "$work"' EXIT
export KFGATE_KERNELS=$catalogue XDG_CACHE_HOME=$work/cache
shift 2
cp "$@" "$work/"
printf 'version: 1\nname: test\nserial: 1\nmode: audit\n' >"$work/policy.yaml"
cd "$work" || exit 1
for name in arm64:6.12 arm64:debian:trixie aarch64:7.3 amd64:6.12; do
	echo "# scan --kernel=$name"
	"$kfgate" scan --policy=policy.yaml --kernel="$name" -- *.o 2>&1
	echo "# exit code $?"
done | sed -E "s|$catalogue/||g; s| at /[^ ]*/| at |; s/(6\.12|7\.3)\.[0-9]+/\1.N/g; s/_(6\.12|7\.3)\.N-[^ ]*\.facts/_\1.N.facts/g" |
	grep -v '^policy ' >"$work/out"
if [ -n "${KFG_GOLDEN_UPDATE:-}" ]; then
	cp "$work/out" "$here/cases/catalogue.txt"
elif ! diff -u "$here/cases/catalogue.txt" "$work/out"; then
	echo "scan says something else of kernels of the catalogue"
	exit 1
fi
# Each architecture has the suites that the other one has.
for arch in amd64 arm64; do
	grep -v '^#' "$KFGATE_KERNELS/index.tsv" | grep -- "-${arch}_" | cut -f 1 | sort -u >"$work/$arch"
done
diff -u "$work/amd64" "$work/arm64" || exit 1
