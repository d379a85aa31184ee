#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the gate adds to the cost of loading a BPF program, in guest instructions (QEMU counts them), side by side
# with: no gate, LSM programs on the same hooks that return 0, and a bpftrace one-liner that prints each load (where
# bpftrace is installed here). Prints a Markdown table.
# usage: run.sh [-b BUILD] [-k KERNEL] [-c CPU] [-l]
#   -c CPU   QEMU CPU model: with max,-erms,-fsrm the kernel clears memory by instructions, not by one `rep` that QEMU
#            counts once per byte
#   -l       also load 990,000 instructions for real (takes long)
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$(dirname "$(dirname "$(dirname "$here")")")
build=$top/build kernel=newest cpu=() sizes='2 100 1000 10000'
while getopts b:k:c:l opt; do
	case $opt in
	b) build=$(readlink -f "$OPTARG") ;;
	k) kernel=$OPTARG ;;
	c) cpu=(-c "$OPTARG") ;;
	l) sizes+=' 990000' ;;
	*) exit 2 ;;
	esac
done
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

# A policy of 1,000 rules that none of the programs meets.
{
	printf 'version: 1\nname: bench\nserial: 1\ndefaults: {unlisted: allow}\nrules:\n'
	for i in $(seq 1000); do
		echo "  - {id: r$i, kfuncs: [\"bpf_bench_${i}_*\", bpf_bench_exact_$i]," \
			"loaders: {units: [u$i.service]}, action: refuse}"
	done
} >"$work/policy.yaml"

objects=("$build"/tests/fixtures/{key,task}.o)
programs=$("$top/tests/vm/fetch-programs.sh")
objects+=("$programs"/carved/{systemd-nsresourced-userns_restrict_path_chown,xdp-forward-xdp_fwd_fib_full}.bpf.o
	"$programs"/usr/lib/*/bpf/xdpfilt_dny_all.o)
names=$(printf ' /t/%s' "${objects[@]##*/}")
cat >"$work/script" <<E2
. /t/lib.sh
. /t/gate.sh
measure() {
	{ loadbench \$2 full $sizes; loadbench \$2 scan 100000 990000; loadbench \$2 object $names; } | sed "s/^/\$1 /"
}
measure none
measure null "-n /t/null.o"
gate_start /t/policy.yaml
measure gate
echo "rss \$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' /proc/\$gate_pid/status) kB"
gate_stop
if [ -x /t/bpftrace ]; then
	bpftrace -e 'kprobe:bpf_prog_load { printf("%s\n", comm); }' >/tmp/bpftrace.out 2>&1 &
	until grep -q Attaching /tmp/bpftrace.out; do sleep 1; done
	sleep 5
	measure bpftrace
fi
exit 0
E2
files=("$build/agent/kfgate" "$build/agent/kfgate-agent"
	"$build/tests/bench/loadbench" "$build/tests/bench/null.o" "$top/tests/vm/gate.sh"
	"$work/policy.yaml" "${objects[@]}")
if command -v bpftrace >/dev/null; then files+=("$(command -v bpftrace)"); fi

"$top/tests/vm/run.sh" -i -k "$kernel" "${cpu[@]}" -m 4G -T 5400 -s "$work/script" "${files[@]}" >"$work/out"
cp "$work/out" "$build/bench-load-$kernel.txt"
awk -v kernel="$kernel" -f "$here/table.awk" "$work/out"
