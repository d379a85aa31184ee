#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Make the packages of this source tree as a part of a build, if something has changed since the last time.
# usage: build.sh BUILD deb|rpm
# They are in BUILD/packages/deb or rpm. lintian's errors and warnings are failures.
# Exit status: 0 they are there, 1 not, 77 what it takes is not installed.
set -euo pipefail

build=$1 kind=$2
case $kind in
deb) needed="dpkg-buildpackage dh lintian" ;;
rpm) needed="rpmbuild rpm" ;;
*) exit 2 ;;
esac
for command in $needed; do
	command -v "$command" >/dev/null || { echo "$command is not installed (tests/install-deps.sh)"; exit 77; }
done
mkdir -p "$build/packages"
exec 9>>"$build/packages/lock"
flock 9
# The same sources are compiled for each run of the tests; debhelper has a home of its own for each build.
if [ -d /usr/lib/ccache ]; then
	CCACHE_DIR=$(ccache -k cache_dir)
	export CCACHE_DIR PATH=/usr/lib/ccache:$PATH
fi
cmake --build "$build" --target "kfg_$kind" >"$build/packages/$kind.log" 2>&1 ||
	{ tail -n 40 "$build/packages/$kind.log"; exit 1; }
