#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Golden tests of `kfgate explain`. usage: run.sh KFGATE LIFECYCLE-DIR [--update]
#
#   NAME.log    a log: of a real load where its name ends in a kernel's version, else put together from the wordings in
#               the sources that agent/analysis/explain/messages.c names, or from a public bug report
#   NAME.txt    what is printed with --quiet, and the exit code
#   NAME.json   the same with --format=json
#
# Beside that the log must pass through unchanged. --update writes .txt and .json anew, to be read before they are committed.
set -u
kfgate=$1 lifecycle=$2 update=${3:-}
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-golden.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0 n=0
place='s|\("known_from": "\)[^"]*/\([^:]*\):[0-9]*"|\1\2:LINE"|' # rows move as the data grow

expect() {
	if [ -n "$update" ]; then
		cp "$1" "$2"
	elif ! diff -u "$2" "$1"; then
		failed=1
	fi
}

for log in "$here"/*.log; do
	name=$(basename "$log" .log)
	n=$((n + 1))
	"$kfgate" explain --quiet --lifecycle="$lifecycle" "$log" >"$work/txt" 2>&1
	echo "exit code $?" >>"$work/txt"
	"$kfgate" explain --format=json --lifecycle="$lifecycle" <"$log" 2>&1 | sed "$place" >"$work/json"
	python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$work/json" || failed=1
	expect "$work/txt" "$here/$name.txt"
	expect "$work/json" "$here/$name.json"
	"$kfgate" explain --lifecycle="$lifecycle" "$log" >"$work/whole" 2>&1
	if ! cmp -s -n "$(stat -c %s "$log")" "$log" "$work/whole"; then
		echo "$name: the log does not pass through unchanged"
		failed=1
	fi
done
echo "$n logs"
[ $n -gt 0 ] || failed=1
exit $failed
