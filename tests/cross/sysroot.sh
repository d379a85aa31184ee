#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Make a directory with what building kfgate for another architecture takes of that one's libraries, and what a VM of
# it boots with: Debian's packages, unpacked, not installed. Needs no root. The cross compiler is the host's
# (crossbuild-essential-ARCH, or gcc of that architecture).
# usage: sysroot.sh ARCH [SUITE]     ARCH: Debian's name, as arm64; SUITE: default bookworm
# Prints the directory, which is in the cache (KFGATE_CACHE), and made anew after a month.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/vm/apt-root.sh
. "$here/../vm/apt-root.sh"

packages="busybox-static libarchive-dev libbpf-dev libc6-dev libcjson-dev libcmocka-dev libelf-dev liblzma-dev
	libsystemd-dev libyaml-dev libzstd-dev zlib1g-dev libgcc-12-dev libasan8 libubsan1"

# Symbolic links to absolute paths lead out of the directory; a linker given --sysroot follows the text of scripts only.
relative_links() {
	local root=$1 link target
	find "$root" -type l -lname '/*' | while read -r link; do
		target=$(readlink "$link")
		ln -sfnr "$root$target" "$link"
	done
}

make() {
	local dir=$1 arch=$2 suite=$3 debs tmp=$1.tmp deb
	if [ -n "$(find "$dir/stamp" -mtime -30 2>/dev/null)" ]; then return 0; fi
	kfg_apt_open "$suite" "$arch" || return
	rm -rf "$tmp"
	mkdir -p "$tmp"
	debs=$kfg_cache/apt/$arch/$suite/archives
	rm -f "$debs"/*.deb
	# Nothing is installed in the private root, so this is all that the packages depend on.
	# shellcheck disable=SC2086 # one word per package
	apt-get -qq -y --no-install-recommends --download-only install $packages >"$tmp.log" 2>&1 ||
		{ cat "$tmp.log" >&2; return 1; }
	# The merged /usr, which the packages of some suites leave to base-files
	mkdir -p "$tmp"/usr/{bin,sbin,lib,lib64}
	ln -s usr/bin usr/sbin usr/lib usr/lib64 "$tmp/"
	for deb in "$debs"/*.deb; do
		# through the links: dpkg-deb -x would put directories in their place
		dpkg-deb --fsys-tarfile "$deb" | tar -C "$tmp" -x --keep-directory-symlink --no-same-owner || return
	done
	rm -f "$debs"/*.deb
	relative_links "$tmp"
	touch "$tmp/stamp"
	rm -rf "$dir"
	mv "$tmp" "$dir"
}

[ $# -ge 1 ] || { echo "usage: sysroot.sh ARCH [SUITE]" >&2; exit 2; }
arch=$1 suite=${2:-bookworm}
dir=$kfg_cache/sysroot/$arch-$suite
mkdir -p "$kfg_cache/sysroot"
kfg_in_cache "sysroot-$arch" make "$dir" "$arch" "$suite" >&2
echo "$dir"
