#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Cross build the Debian package for another architecture as Debian does, in a root of Debian 12 with that one's
# libraries beside the host's, and look at what came out. Run by hand, as root: it fetches about 400 MB the first time.
# usage: cross.sh ARCH OUTDIR     ARCH: Debian's name, as arm64
# Prints the packages. Exit status: 0 built and as it should be, 1 not, 2 wrong usage, 77 not to be had here.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$(dirname "$(dirname "$here")")
# shellcheck source=tests/vm/apt-root.sh
. "$here/../vm/apt-root.sh"
[ $# = 2 ] || { echo "usage: cross.sh ARCH OUTDIR" >&2; exit 2; }
arch=$1 out=$2 suite=bookworm

# The libraries that debian/control names are wanted of the other architecture, the tools of this one.
packages() {
	sed -n '/^Build-Depends:/,/^[^ ]/s/^ \([a-z0-9.+-]*\).*/\1/p' "$top/packaging/debian/control" |
		sed "s/^lib.*-dev\$/&:$arch/; s/^zlib1g-dev\$/&:$arch/; s/^debhelper-compat\$/debhelper/"
	echo "crossbuild-essential-$arch pkgconf:$arch lintian"
}

make_root() {
	local dir=$1 mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	[ ! -e "$dir/etc/debian_version" ] || return 0
	mirror=$(kfg_mirror "$suite") || return
	rm -rf "$dir"
	mmdebstrap --quiet --mode=root --variant=buildd --architectures="amd64,$arch" \
		--include="$(packages | paste -sd ' ' | tr ' ' ,)" --aptopt='Acquire::Check-Valid-Until "false"' \
		"$suite" "$dir.tmp" "deb [signed-by=$keyring] $mirror $suite main" >"$dir.log" 2>&1 ||
		{ tail -n 30 "$dir.log" >&2; rm -rf "$dir.tmp"; return 1; }
	mv "$dir.tmp" "$dir"
}

[ "$(id -u)" = 0 ] || { echo "cross.sh: needs root, for a chroot" >&2; exit 77; }
command -v mmdebstrap >/dev/null || { echo "cross.sh: mmdebstrap is not installed" >&2; exit 77; }
root=$kfg_cache/cross/$arch-$suite
mkdir -p "$kfg_cache/cross" "$out"
kfg_in_cache "cross-$arch" make_root "$root" >&2
work=$(mktemp -d "$root/tmp/kfgate.XXXXXX")
trap 'rm -rf "$work"' EXIT
git -C "$top" ls-files -z | tar -C "$top" --null -T - -cf - | tar -C "$work" -xf -
inside=${work#"$root"}
chroot "$root" env LC_ALL=C.UTF-8 "$inside/packaging/build-deb.sh" -a "$arch" -o "$inside/out" >&2
cp "$work"/out/*.deb "$out/"
deb=$(ls "$out"/kfgate_*_"$arch".deb)
[ "$(dpkg-deb -f "$deb" Architecture)" = "$arch" ]
dpkg-deb -f "$deb" Depends | grep -q 'libbpf1' || { echo "cross.sh: no dependency on libbpf1" >&2; exit 1; }
dpkg-deb --fsys-tarfile "$deb" | tar -xOf - ./usr/bin/kfgate >"$work/kfgate"
wanted=$(chroot "$root" dpkg-architecture -a"$arch" -qDEB_HOST_GNU_CPU 2>/dev/null)
readelf -h "$work/kfgate" | grep -qi "Machine: *$wanted" || { echo "cross.sh: kfgate is not for $wanted" >&2; exit 1; }
ls "$out"/*.deb
