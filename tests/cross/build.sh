#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Build for another architecture what the VM cases of it take, or bring it up to date, and print the directory.
# usage: build.sh DIR ARCH     ARCH: Debian's name, as arm64
# Exit status: 77 if there is no cross compiler here, or no cross build for ARCH.
set -euo pipefail

top=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
[ $# = 2 ] || { echo "usage: build.sh DIR ARCH" >&2; exit 2; }
dir=$1
case $2 in
arm64) triplet=aarch64-linux-gnu ;;
*) echo "build.sh: no cross build for $2" >&2; exit 77 ;;
esac
command -v "$triplet-gcc" >/dev/null || { echo "no $triplet-gcc here: apt install gcc-$triplet" >&2; exit 77; }
mkdir -p "$dir"
exec 9>"$dir/.lock"
flock 9
sysroot=$("$top/tests/cross/sysroot.sh" "$2")
if [ ! -e "$dir/build.ninja" ]; then
	cmake -S "$top" -B "$dir" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_TESTING=ON \
		-DCMAKE_TOOLCHAIN_FILE="$top/tests/cross/toolchain.cmake" -DKFG_SYSROOT="$sysroot" \
		-DKFG_TRIPLET="$triplet" >"$dir/.log" 2>&1 || { tail -n 20 "$dir/.log" >&2; exit 1; }
fi
nice ninja -C "$dir" cross >"$dir/.log" 2>&1 || { tail -n 20 "$dir/.log" >&2; exit 1; }
echo "$dir"
