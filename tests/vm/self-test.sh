#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The harness must see what goes wrong: run the cases of self-test/, most of which misbehave on
# purpose, and compare the verdicts with self-test/expected.
# usage: self-test.sh [-b BUILD] [-j N]     Exit status: 0 as expected, 1 not, 77 no kernel to be had.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
build=$(dirname "$(dirname "$here")")/build
jobs=1
while getopts b:j: opt; do
	case $opt in
	b) build=$(readlink -f "$OPTARG") ;;
	j) jobs=$OPTARG ;;
	*) exit 2 ;;
	esac
done

"$here/fetch-kernel.sh" newest >/dev/null || exit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
KFGATE_VM_SAVED=yes "$here/run-cases.sh" -b "$build" -j "$jobs" -d "$here/self-test" >"$work/output" || status=$?
[ "$status" = 1 ] || { echo "run-cases.sh ended with $status instead of 1"; exit 1; }
# Verdicts only: paths, kernel versions and time stamps differ from host to host.
sed -n -E 's/^(ok|FAIL|skip)( +[0-9a-z-]+(, in part,)?) on newest.*/\1\2/p; /passed/p' "$work/output" |
	LC_ALL=C sort >"$work/verdicts"
if ! grep -v '^#' "$here/self-test/expected" | diff -u - "$work/verdicts"; then
	cat "$work/output"
	exit 1
fi
kept=$(find "$build/vm-logs" -path '*18-after-death/kept')
[ -n "$kept" ] || { echo "a file left in KFGATE_OUT did not come out of the VM"; exit 1; }
echo "self-test: the harness sees what it must see"
