#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh [KFGATE] - how long `kfgate scan` takes: 500 objects against 10 kernels, beside tools that look at the same
# objects and at no kernel; and how fast a large file is searched. Objects are those of real programs and of the
# fixtures, each made different by bytes at its end; kernels are those of the VM tests, under several names where there
# are fewer than ten. Prints a table in Markdown.
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
kfgate=${1:-$top/build/release/agent/kfgate}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kfgate
objects=500 kernels=10
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/objects" "$work/kernels"

sources() {
	find "$cache/programs/" -name '*.bpf.o' -o -name 'xdp*.o'
	find "$(dirname "$kfgate")/../tests" -name '*.o' -path '*/tests/fixtures/*'
}

make_objects() {
	local -a real
	local i name
	mapfile -t real < <(sources | sort)
	[ ${#real[@]} -gt 0 ] || { echo "no objects in $cache/programs: run tests/vm/fetch-programs.sh" >&2; exit 77; }
	for ((i = 0; i < objects; i++)); do
		name=$work/objects/$i.bpf.o
		cp "${real[i % ${#real[@]}]}" "$name"
		echo "variant $i" >>"$name"
	done
	echo "$objects objects, variants of ${#real[@]} real ones, $(du -sh --apparent-size "$work/objects" | cut -f1)"
}

# A directory of links has a path of its own, and so an entry of its own in the cache.
make_kernels() {
	local -a real
	local i
	mapfile -t real < <(find "$cache/kernels/" -maxdepth 2 -name vmlinux -type f | sort)
	[ ${#real[@]} -gt 0 ] || { echo "no kernels in $cache/kernels: run tests/vm/fetch-kernel.sh" >&2; exit 77; }
	for ((i = 0; i < kernels; i++)); do
		cp -al "$(dirname "${real[i % ${#real[@]}]}")" "$work/kernels/$i" 2>/dev/null ||
			cp -a "$(dirname "${real[i % ${#real[@]}]}")" "$work/kernels/$i"
		options+=("--kernel=$work/kernels/$i")
	done
	echo "$kernels kernels, of ${#real[@]} different ones"
}

# From 6.1 to 7.3, none of which is in the cache: each is read anew.
choose_catalogued() {
	local -a names
	local i
	mapfile -t names < <(cd "$top/packaging/kernels" && printf '%s\n' *-amd64_*.facts | sed 's/_.*//' | sort -V)
	for ((i = 0; i < kernels; i++)); do
		catalogued+=("--kernel=${names[i * (${#names[@]} - 1) / (kernels - 1)]}")
	done
}

# row RUNS WHAT COMMAND...
row() {
	local runs=$1 what=$2 elapsed cpu rss
	shift 2
	read -r elapsed cpu rss < <("$here/measure.py" "$runs" "$@")
	echo "| $what | $elapsed s | $cpu s | $rss MiB |"
}

for_each() {
	printf 'for o in "%s"/*.o; do %s "$o"; done' "$work/objects" "$*"
}

options=(--policy "$top/policy/profiles/10-observe.yaml")
catalogued=()
make_objects
make_kernels
choose_catalogued
export XDG_CACHE_HOME=$work/cache
read -r cold _ < <("$here/measure.py" 1 "$kfgate" scan "${options[@]}" "$work/objects/0.bpf.o")
echo "kernels into the cache: $cold s, $(du -sh "$work/cache" | cut -f1)"
mapfile -t large < <(find /usr/lib /usr/bin -xdev -type f -size +8M -size -200M | sort | head -n 40)
cat "${large[@]}" >"$work/large"
size=$(stat -c %s "$work/large")
echo
echo "| $objects objects | elapsed | processor | resident |"
echo "|---|---|---|---|"
row 5 "\`kfgate scan\`, $kernels kernels" "$kfgate" scan "${options[@]}" --format=json "$work/objects"
row 5 "\`kfgate scan\`, 1 kernel" "$kfgate" scan --policy "$top/policy/profiles/10-observe.yaml" \
	--kernel="$work/kernels/0" --format=json "$work/objects"
KFGATE_KERNELS=$top/packaging/kernels row 5 "\`kfgate scan\`, $kernels kernels of the catalogue" "$kfgate" scan \
	--policy "$top/policy/profiles/10-observe.yaml" "${catalogued[@]}" --format=json "$work/objects"
row 1 "\`bpftool btf dump\`, no kernel" sh -c "$(for_each bpftool btf dump file)"
row 1 "\`llvm-readelf -a\`, no kernel" sh -c "$(for_each llvm-readelf -a)"
row 1 "\`llvm-objdump -dr\`, no kernel" sh -c "$(for_each llvm-objdump -dr)"
read -r elapsed cpu _ < <("$here/measure.py" 5 "$kfgate" scan --kernel="$work/kernels/0" "$work/large")
awk -v size="$size" -v cpu="$cpu" -v elapsed="$elapsed" 'BEGIN {
	printf "\nA file of %.2f GB of executables and libraries is searched in %s s (processor: %s s)", size / 1e9,
		elapsed, cpu
	printf ": %.1f GB/s.\n", size / 1e9 / cpu }'
