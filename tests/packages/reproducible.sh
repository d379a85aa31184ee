#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian packages do not depend on where they were built: those of this build against some of another folder.
# usage: reproducible.sh BUILD
# Exit status: 0 the same bytes, 1 not, 77 what it takes is not installed.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
build=$1 failed=0
"$here/build.sh" "$build" deb
again=$build/packages/again # the same each time, for ccache
rm -rf "$again"
mkdir -p "$again"
if [ -d /usr/lib/ccache ]; then
	CCACHE_DIR=$(ccache -k cache_dir)
	export CCACHE_DIR PATH=/usr/lib/ccache:$PATH
fi
"$here/../../packaging/build-deb.sh" -o "$again" -w "$build/packages/in-another-folder" >"$again/log" 2>&1 ||
	{ tail -n 40 "$again/log"; exit 1; }
for deb in "$build"/packages/deb/*.deb; do
	cmp "$deb" "$again/$(basename "$deb")" && continue
	failed=1
	for tree in one two; do mkdir -p "$again/$tree"; done
	dpkg-deb -R "$deb" "$again/one" && dpkg-deb -R "$again/$(basename "$deb")" "$again/two"
	diff -rq "$again/one" "$again/two" || :
done
exit $failed
