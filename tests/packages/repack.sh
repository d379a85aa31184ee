#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Make a Debian package for another architecture of this one's and of the programs that tests/cross/build.sh built: all
# but the programs is the same. That is what VMs of that architecture install; packaging/build-deb.sh -a makes the
# package that is handed out, and takes minutes.
# usage: repack.sh DEB CROSS ARCH OUT    DEB: the package; CROSS: the cross build; ARCH: Debian's name, as arm64
# Exit status: 0 OUT is there, 1 not.
set -euo pipefail

deb=$1 cross=$2 arch=$3 out=$4
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-repack.XXXXXX")
trap 'rm -rf "$work"' EXIT

is_program() { [ "$(head -c 4 "$1" | od -An -c | tr -d ' ')" = '177ELF' ]; }

dpkg-deb -R "$deb" "$work/root"
find "$work/root" -type f >"$work/files"
while read -r file; do
	is_program "$file" || continue
	built=$cross/agent/${file##*/}
	is_program "$built" || { echo "repack.sh: no ${file##*/} in $cross" >&2; exit 1; }
	install -m 755 "$built" "$file"
	echo "$file" >>"$work/programs"
done <"$work/files"
[ -s "$work/programs" ] || { echo "repack.sh: no programs in $deb" >&2; exit 1; }
sed -i "s/^Architecture: .*/Architecture: $arch/" "$work/root/DEBIAN/control"
sums() { cd "$work/root" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum; }
(sums) >"$work/md5sums"
mv "$work/md5sums" "$work/root/DEBIAN/md5sums"
dpkg-deb --root-owner-group -Znone -b "$work/root" "$out" >"$work/log"
