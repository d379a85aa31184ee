#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Build the BPF objects that predictions are held against: the kernel's own selftests, sched_ext schedulers and HID
# programs that use kfuncs or struct_ops, from Debian's kernel source packages; the same by other compilers; cases/
# beside this file; what packages ship; and truthload with the newest libbpf.
# usage: corpus.sh [-j JOBS]
# Prints the directory: NAME/*.o (one directory for each line of sources(), and cases, packages), truthload
# Kept in the cache; needs clang-19, and clang-16 and clang-22 for the variants. What the compiler refuses is named in
# NAME/refused.
# Exit status: 77 a package or a compiler is not to be had.
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
for clang in clang-16 clang-22 clang-19; do
	command -v $clang >/dev/null || { echo "no $clang here" >&2; exit 77; }
done
strip=$(command -v llvm-strip-19) || { echo "no llvm-strip-19 here" >&2; exit 77; }

# Name, version of the source, Debian suites, kernel of kernels.list whose BTF gives vmlinux.h, folders of tools/.
# Debian's 6.12 has no sched_ext: for its schedulers a later header, which leaves the prototypes to their own.
# 7.2 is what 7.3 has otherwise or not at all; variants is half of 7.3 by other compilers, see compiler_of().
sources() {
	local bpf=testing/selftests/bpf/progs,testing/selftests/hid/progs
	local scx=testing/selftests/sched_ext,sched_ext
	echo "6.12 6.12 trixie 6.12 $bpf"
	echo "6.12-scx 6.12 trixie newest-generic $scx"
	echo "6.1 6.1 bookworm,bookworm-security 6.1 $bpf"
	echo "7.2 7.2 trixie-backports newest-generic $bpf,$scx"
	echo "variants 7.3 trixie-backports newest-generic $bpf,$scx"
	echo "7.3 7.3 trixie-backports newest-generic $bpf,$scx"
}

# The compiler and its options for a source: one for each of NAME, but variants.
compiler_of() {
	local name=$1 file=$2 sum
	if [ "$name" != variants ]; then
		echo clang-19 -O2 -mcpu=v3
		return
	fi
	sum=$(basename "$file" | cksum | cut -d ' ' -f 1)
	case $((sum / 2 % 5)) in
	0) echo clang-16 -O2 -mcpu=v3 ;;
	1) echo clang-19 -O1 -mcpu=v2 ;;
	2) echo clang-22 -O2 -mcpu=v4 ;;
	3) echo clang-22 -Os -mcpu=v1 ;;
	4) echo clang-16 -O1 -mcpu=v2 ;;
	esac
}

# Of the sources on stdin, those that NAME is to have.
only_for() {
	local name=$1 file
	while read -r file; do
		case $name in
		7.2) cmp -s "$file" "${file/source\/7.2/source/7.3}" || echo "$file" ;;
		variants) [ $(($(basename "$file" | cksum | cut -d ' ' -f 1) % 2)) != 0 ] || echo "$file" ;;
		*) echo "$file" ;;
		esac
	done
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

# Sources in folders FOLDER,... of TOOLS that name a kfunc, or may use one by the macros of the selftests.
list_programs() {
	local tools=$1 header=$2 folder
	local -a dirs=()
	for folder in ${3//,/ }; do
		if [ -d "$tools/$folder" ]; then dirs+=("$tools/$folder"); fi
	done
	grep __ksym "$header" | grep -oE '[a-z0-9_]+\(' | sort -u | sed 's/^/\\b/; s/($/\\b/' >"$header.words"
	echo '__ksym|bpf_for|bpf_repeat|struct_ops|bpf_throw|bpf_obj_new' >>"$header.words"
	find "${dirs[@]}" -maxdepth 1 \( -path '*/progs/*.c' -o -name '*.bpf.c' \) -print0 | sort -z |
		xargs -0 grep -lE -f "$header.words"
}

compile() {
	local tools=$1 dir=$2 file=$3 object own='' compiler
	case $dir in *-scx) own=-DBPF_NO_KFUNC_PROTOTYPES ;; esac
	compiler=$(compiler_of "$(basename "$dir")" "$file")
	object=$dir/$(basename "$file" .c).o
	[ ! -s "$object" ] || return 0
	# shellcheck disable=SC2086 # words
	if timeout 120 nice $compiler --target=bpf -g -w $own -D__TARGET_ARCH_x86 -mlittle-endian \
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
# The hand-written cases, by two compilers; the copies of the second are linked once more, as skeletons' objects are.
compile_cases() {
	local dir=$1 file object
	mkdir -p "$dir"
	for file in "$here"/cases/*.bpf.c; do
		object=$dir/$(basename "$file" .bpf.c)
		[ "$file" -nt "$object.o" ] || continue
		for clang in clang-19 clang-16; do
			"$clang" --target=bpf -g -O2 -mcpu=v3 -w -D__TARGET_ARCH_x86 -I"$out/7.3" \
				-I"$out/tools/inst/usr/include" -c "$file" -o "$object.$clang.tmp"
			"$strip" -g "$object.$clang.tmp"
		done
		"$out/tools/bpftool/bootstrap/bpftool" gen object "$object.linked.o" "$object.clang-16.tmp"
		rm "$object.clang-16.tmp"
		mv "$object.clang-19.tmp" "$object.o"
	done
}

# BPF objects of packages that have externs of the kernel or struct_ops.
fetch_packages() {
	local dir=$1 tmp suite package file
	[ "$here/packages.list" -nt "$dir/built" ] || return 0
	tmp=$(mktemp -d "$out/tmp.XXXXXX")
	mkdir -p "$tmp/objects"
	while read -r suite package; do
		kfg_apt_open "$suite"
		kfg_apt_has "$package" || { echo "no $package in $suite on this mirror" >&2; continue; }
		kfg_apt_unpack "$tmp/tree" "$package"
		mkdir "$tmp/carved"
		find "$tmp/tree" -name '*.bpf.o' -exec cp -t "$tmp/carved" {} +
		find "$tmp/tree" -type f \( -perm /111 -o -name '*.so*' \) -size +4k \
			-exec "$here/../vm/carve-bpf.py" "$tmp/carved" {} +
		find "$tmp/carved" -type f -print0 | xargs -0 grep -lE '\.ksyms|struct_ops' |
			while read -r file; do mv "$file" "$tmp/objects/$suite-${file##*/}"; done || :
		rm -rf "$tmp/tree" "$tmp/carved"
	done < <(grep -v '^#' "$here/packages.list")
	touch "$tmp/objects/built"
	rm -rf "$dir"
	mv -T "$tmp/objects" "$dir"
	rm -rf "$tmp"
}
export -f compile compiler_of
export out strip

mkdir -p "$out"
while read -r _ version suites _; do fetch_source "$version" "$suites"; done < <(sources)
build_tools "$(sources | tail -n 1 | cut -d ' ' -f 2)"
while read -r name version _ kernel folders; do
	dir=$out/$name
	[ ! -e "$dir/built" ] || continue
	mkdir -p "$dir"
	: >"$dir/refused"
	vmlinux=$("$here/../vm/fetch-kernel.sh" "$kernel" | sed -n 's/^vmlinux=//p')
	"$out/tools/bpftool/bootstrap/bpftool" btf dump file "$vmlinux" format c >"$dir/vmlinux.h"
	list_programs "$out/source/$version/tools" "$dir/vmlinux.h" "$folders" | only_for "$name" |
		xargs -P "$jobs" -I{} bash -c 'compile "$@"' - "$out/source/$version/tools" "$dir" {}
	touch "$dir/built"
done < <(sources)
compile_cases "$out/cases"
fetch_packages "$out/packages"
echo "$out"
