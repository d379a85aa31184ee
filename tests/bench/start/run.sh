#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a start of the agent costs, from exec to READY=1: guest instructions (QEMU counts them) and the peak memory of
# its cgroup, kernel memory and page cache included, with and without the guard. Prints a Markdown table.
# usage: run.sh [-b BUILD] [-k KERNEL] [-a AGENT]      -a: another agent than BUILD's kfgate-agent
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$(dirname "$(dirname "$(dirname "$here")")")
build=$top/build kernel=newest agent=
while getopts b:k:a: opt; do
	case $opt in
	b) build=$(readlink -f "$OPTARG") ;;
	k) kernel=$OPTARG ;;
	a) agent=$(readlink -f "$OPTARG") ;;
	*) exit 2 ;;
	esac
done
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

cat >"$work/script" <<'E2'
. /t/lib.sh
grep -q memory /sys/fs/cgroup/cgroup.controllers
echo +memory >/sys/fs/cgroup/cgroup.subtree_control || exit 1
for guard in off on; do
	printf 'version: 1\nname: bench\nserial: 1\nguard: %s\n' $guard >/tmp/policy.yaml
	for n in 1 2; do
		[ $n$guard != 2on ] || break # nobody can stop a guarded one
		/t/startbench $guard /t/kfgate run --policy /tmp/policy.yaml --log=json >/tmp/out 2>&1 || {
			cat /tmp/out
			exit 1
		}
		grep "^$guard " /tmp/out
	done
done
exit 0
E2
"$top/tests/vm/run.sh" -i -k "$kernel" -T 900 -s "$work/script" "${agent:-$build/agent/kfgate-agent}=/t/kfgate" \
	"$build/tests/bench/startbench" >"$work/out" || { cat "$work/out"; exit 1; }
cp "$work/out" "$build/bench-start-$kernel.txt"
# of several starts the last: the executable is in memory, and the kernel has read its own BTF
printf '| guard | instructions | peak memory of the unit | resident |\n|---|---|---|---|\n'
awk 'NF { for (i = 2; i <= NF; i++) { split($i, f, "="); v[$1, f[1]] = f[2] } names[$1] }
	END { for (n in names) printf "| %s | %.0f M | %.1f MB | %.1f MB |\n", n, v[n, "ns"] / 1e6,
		v[n, "peak"] / 1e6, v[n, "resident"] / 1e3 }' "$work/out"
