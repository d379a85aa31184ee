#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Build the RPM package of this source tree by kfgate.spec.
# usage: build-rpm.sh [-o OUTDIR] [-w WORKDIR]
#   -o OUTDIR    where the packages go (default: the current directory)
#   -w WORKDIR   where they are built, and what is there is lost: for ccache, which wants the same place each time
# What git tracks is packaged, as it is in the working tree; without git, all but build directories.
# Prints the paths of the packages, the source package among them.
# Exit status: 0 built, 1 failed, 2 wrong usage, 77 something is not installed.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=packaging/source-tree.bash
. "$here/source-tree.bash"
kfg_options "" "$@"
kfg_need rpm rpmbuild
kfg_work rpm

name=kfgate-$(sed -n 's/^Version: *//p' "$here/kfgate.spec")
kfg_copy_tree "$work/$name"
mkdir "$work/SOURCES"
tar -C "$work" --owner=0 --group=0 -czf "$work/SOURCES/$name.tar.gz" "$name"
options=(--define "_topdir $work")
# Elsewhere than on a distribution made of RPMs, what is installed is not in rpm's database.
rpm -q rpm >/dev/null 2>&1 || options+=(--nodeps)
[ "$(rpm -E '%{?_unitdir}')" ] || options+=(--load "$here/rpm-systemd.macros")
rpmbuild -ba "${options[@]}" "$here/kfgate.spec" >"$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; exit 1; }
kfg_hand_out "$out" "$work"/RPMS/*/kfgate*.rpm "$work"/SRPMS/kfgate*.rpm
