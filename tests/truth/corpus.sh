#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Build the BPF objects that predictions are held against: the kernel's own selftests, sched_ext schedulers and HID
# programs that use kfuncs or struct_ops, from Debian's kernel source packages, and truthload with the newest libbpf.
# usage: corpus.sh [-j JOBS]
# Prints the directory: VERSION/*.o (one directory per source), truthload
# Kept in the cache; needs clang-19. What the compiler refuses is counted and named in VERSION/refused.
# Exit status: 77 a source package or clang-19 is not to be had.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/vm/apt-root.sh
. "$here/../vm/apt-root.sh"

jobs=$(nproc)
while getopts j: opt; do
	case $opt in
	j) jobs=$OPTARG ;;
	*) exit 2 ;;
	esac
done
out=$kfg_cache/truth
clang=$(command -v clang-19) || { echo "no clang-19 here" >&2; exit 77; }
strip=$(command -v llvm-strip-19) || { echo "no llvm-strip-19 here" >&2; exit 77; }

# Source version, Debian suites, kernel of kernels.list whose BTF gives vmlinux.h
sources() {
	echo "6.12 trixie 6.12"
	echo "7.3 trixie-backports newest-generic"
}

fetch_source() {
	local version=$1 suites=$2 tree=$out/source/$1 tmp
	[ ! -d "$tree" ] || return 0
	kfg_apt_open "$suites" || return
	kfg_apt_has "linux-source-$version" ||
		{ echo "no linux-source-$version in $suites on this mirror" >&2; return 77; }
	tmp=$(mktemp -d "$out/tmp.XXXXXX")
	kfg_apt_unpack "$tmp/package" "linux-source-$version"
	tar -C "$tmp" -xf "$tmp/package/usr/src/linux-source-$version.tar.xz" \
		"linux-source-$version"/{tools,scripts,include/uapi,Makefile}
	mkdir -p "$out/source"
	mv -T "$tmp/linux-source-$version" "$tree"
	rm -rf "$tmp"
}

# bpftool and libbpf of the newest source: older ones write a vmlinux.h without kfuncs and refuse new sections.
build_tools() {
	local tree=$out/source/$1
	[ "$here/truthload.c" -nt "$out/truthload" ] || return 0
	mkdir -p "$out/tools"/{libbpf,bpftool,inst}
	make -s -C "$tree/tools/lib/bpf" OUTPUT="$out/tools/libbpf/" DESTDIR="$out/tools/inst" prefix=/usr \
		-j"$jobs" install
	make -s -C "$tree/tools/bpf/bpftool" OUTPUT="$out/tools/bpftool/" -j"$jobs" bootstrap
	cc -O2 -Wall -D_GNU_SOURCE -I"$out/tools/inst/usr/include" "$here/truthload.c" -o "$out/truthload.tmp" \
		"$out/tools/libbpf/libbpf.a" -lelf -lz
	mv "$out/truthload.tmp" "$out/truthload"
}

# Sources that name a kfunc, or may use one by the macros of the selftests.
list_programs() {
	local tools=$1/tools header=$2
	local -a dirs=("$tools"/testing/selftests/bpf/progs "$tools"/testing/selftests/hid/progs
		"$tools"/testing/selftests/sched_ext "$tools"/sched_ext)
	grep __ksym "$header" | grep -oE '[a-z0-9_]+\(' | tr -d '(' | sort -u >"$header.kfuncs"
	sed 's/^/\\b/; s/$/\\b/' "$header.kfuncs" >"$header.words"
	echo '__ksym|bpf_for|bpf_repeat|struct_ops|bpf_throw|bpf_obj_new' >>"$header.words"
	find "${dirs[@]}" -maxdepth 1 \( -path '*/progs/*.c' -o -name '*.bpf.c' \) -print0 2>/dev/null | sort -z |
		xargs -0 grep -lE -f "$header.words"
}

compile() {
	local tools=$1 dir=$2 file=$3 object
	object=$dir/$(basename "$file" .c).o
	[ ! -s "$object" ] || return 0
	if timeout 120 nice "$clang" --target=bpf -g -O2 -mcpu=v3 -w -D__TARGET_ARCH_x86 -mlittle-endian \
		-std=gnu11 -fno-strict-aliasing -fms-extensions -DENABLE_ATOMICS_TESTS -I"$dir" \
		-I"$tools/testing/selftests/bpf" -I"$tools/testing/selftests/bpf/progs" \
		-I"$tools/testing/selftests/bpf/libarena/include" -I"$tools/testing/selftests/hid/progs" \
		-I"$out/tools/inst/usr/include" -I"$tools/include/uapi" -I"$tools/include" \
		-I"$tools/sched_ext/include" \
		-I/usr/include/x86_64-linux-gnu -c "$file" -o "$object.tmp" 2>/dev/null &&
		"$strip" -g "$object.tmp"; then
		mv "$object.tmp" "$object"
	else
		rm -f "$object.tmp"
		basename "$file" >>"$dir/refused"
	fi
}
export -f compile
export out clang strip

mkdir -p "$out"
newest=$(sources | tail -n 1 | cut -d ' ' -f 1)
while read -r version suites _; do fetch_source "$version" "$suites"; done < <(sources)
build_tools "$newest"
while read -r version suites kernel; do
	dir=$out/$version
	[ ! -e "$dir/built" ] || continue
	mkdir -p "$dir"
	: >"$dir/refused"
	vmlinux=$("$here/../vm/fetch-kernel.sh" "$kernel" | sed -n 's/^vmlinux=//p')
	"$out/tools/bpftool/bootstrap/bpftool" btf dump file "$vmlinux" format c >"$dir/vmlinux.h"
	list_programs "$out/source/$version" "$dir/vmlinux.h" |
		xargs -P "$jobs" -I{} bash -c 'compile "$@"' - "$out/source/$version/tools" "$dir" {}
	touch "$dir/built"
done < <(sources)
echo "$out"
