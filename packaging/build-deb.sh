#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Build the Debian package of this source tree, and let lintian look at it.
# usage: build-deb.sh [-a ARCH] [-o OUTDIR] [-w WORKDIR]
#   -a ARCH      for another architecture, as arm64, by Debian's cross compiler (crossbuild-essential-ARCH) and the
#                libraries of that architecture that debian/control names; kfgate-kernels is for all
#   -o OUTDIR    where the packages go (default: the current directory)
#   -w WORKDIR   where they are built, and what is there is lost: for ccache, which wants the same place each time
# What git tracks is packaged, as it is in the working tree; without git, all but build directories.
# Needs dpkg-dev, debhelper, lintian and the packages of debian/control: tests/install-deps.sh.
# Prints the paths of the packages. Exit status: 0 built, 1 failed, 2 wrong usage, 3 lintian has errors or warnings,
# 77 something is not installed.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=packaging/source-tree.bash
. "$here/source-tree.bash"
kfg_options a: "$@"
kfg_need dpkg-buildpackage dh lintian
kfg_work deb

kfg_copy_tree "$work/kfgate"
mv "$work/kfgate/packaging/debian" "$work/kfgate/debian"
build() { cd "$work/kfgate" && dpkg-buildpackage -us -uc -b ${arch:+"-a$arch" -Pcross -d}; }
(build) >"$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; exit 1; }
kfg_hand_out "$out" "$work"/kfgate*.deb
lintian --allow-root --fail-on error,warning "$work"/*.changes || exit 3
