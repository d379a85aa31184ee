#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the guard adds to ordinary system calls, in guest instructions (QEMU counts them): with the gate alone, and with
# the gate and its guard. Prints a Markdown table.
# usage: run.sh [-b BUILD] [-k KERNEL]
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$(dirname "$(dirname "$(dirname "$here")")")
build=$top/build kernel=newest
while getopts b:k: opt; do
	case $opt in
	b) build=$(readlink -f "$OPTARG") ;;
	k) kernel=$OPTARG ;;
	*) exit 2 ;;
	esac
done
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

cat >"$work/script" <<'E2'
. /t/lib.sh
. /t/gate.sh
for guard in off on; do
	printf 'version: 1\nname: bench\nserial: 1\nguard: %s\n' $guard >/tmp/policy.yaml
	gate_start /tmp/policy.yaml
	guardbench | sed "s/^/$guard /"
	[ $guard = on ] || gate_stop
done
exit 0
E2
"$top/tests/vm/run.sh" -i -k "$kernel" -T 900 -s "$work/script" "$build/agent/kfgate" "$build/agent/kfgate-agent" \
	"$build/tests/bench/guardbench" "$top/tests/vm/gate.sh" >"$work/out"
cp "$work/out" "$build/bench-guard-$kernel.txt"
printf '| call | instructions | added by the guard |\n|---|---|---|\n'
awk '{ sub("min=", "", $3) } $1 == "off" { off[$2] = $3 }
	$1 == "on" { printf "| %s | %d | %d (%.1f %%) |\n", $2, off[$2], $3 - off[$2],
		100 * ($3 - off[$2]) / off[$2] }' "$work/out"
