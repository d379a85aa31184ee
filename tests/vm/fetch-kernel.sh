#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fetch a Debian kernel named in kernels.list into the cache and say where it is.
# usage: fetch-kernel.sh [-u] NAME...      -u: look for a newer version even if one is cached
#
# Prints for each NAME lines of the form key=value (values have no blanks):
#   name=        as asked
#   version=     the kernel release (uname -r)
#   vmlinux=     the uncompressed kernel: boots faster under TCG than the bzImage; for arm64 the Image
#   modules=     the tree for depmod -b and modprobe -d, or empty: this kernel comes without modules
#   cpu=         QEMU CPU model
# Exit status: 77 if the mirror has no such kernel (the reason goes to stderr), 1 other failures.
# A cached kernel is looked up again after a week; when that fails the cached one is used, and a
# line says so.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/vm/apt-root.sh
. "$here/apt-root.sh"

kernels_list() {
	awk -v name="$1" '$1 == name { print $2, $3, $4; found = 1 } END { exit !found }' \
		"$here/kernels.list"
}

# The names of the packages that make up the kernel, space-separated.
resolve() {
	local package=$1 image name
	package=$(kfg_apt_newest "$package") || return
	image=$(depends_of "$package" 'linux-image-[0-9].*')
	package=${image:-$package}
	echo "$package"
	case $package in
	linux-image-*) depends_of "$package" 'linux-(base|binary|modules)-[0-9].*' ;;
	linux-binary-*)
		name=${package#linux-binary-}
		for name in {linux-base,linux-modules}-"${name#unsigned-}"; do
			if kfg_apt_has "$name"; then echo "$name"; fi
		done
		;;
	esac
}

depends_of() {
	apt-cache depends --no-recommends --no-suggests "$1" | awk -v re="^($2)\$" \
		'$1 == "Depends:" && $2 ~ re { print $2 }'
}

u32_at() { od -An -tu4 -j "$2" -N 4 "$1" | tr -d ' '; }

# An arm64 Image is what its name says: Documentation/arch/arm64/booting.rst, magic at 0x38.
is_arm64_image() { [ "$(od -An -tx1 -j $((0x38)) -N 4 "$1" | tr -d ' ')" = 41524d64 ]; }

# The ELF image inside a bzImage: Documentation/arch/x86/boot.rst (6.12), setup_sects (0x1f1),
# payload_offset (0x248), payload_length (0x24c). All but gzip have the unpacked size appended in
# four bytes.
extract_vmlinux() {
	local image=$1 out=$2 sects offset length magic unpack
	sects=$(od -An -tu1 -j $((0x1f1)) -N 1 "$image" | tr -d ' ')
	offset=$(((sects + 1) * 512 + $(u32_at "$image" $((0x248)))))
	length=$(u32_at "$image" $((0x24c)))
	magic=$(od -An -tx1 -j "$offset" -N 4 "$image" | tr -d ' ')
	case $magic in
	28b52ffd) unpack="zstd -qdc" ;;
	02214c18) unpack="lz4 -qdc" ;;
	fd377a58) unpack="xz -dc --single-stream" ;;
	*) echo "$image: payload of unknown format ($magic)" >&2; return 1 ;;
	esac
	head -c $((offset + length - 4)) "$image" | tail -c +$((offset + 1)) | $unpack >"$out" ||
		{ echo "$image: cannot unpack the payload" >&2; return 1; }
	[ "$(od -An -tx1 -N 4 "$out" | tr -d ' ')" = 7f454c46 ] ||
		{ echo "$image: payload is no ELF file" >&2; return 1; }
}

# Make DIR/{vmlinux,version,modules/} from unpacked packages.
lay_out() {
	local tree=$1 dir=$2 image version modules
	image=$(find "$tree" -name 'vmlinuz*' -type f | head -n 1)
	[ -n "$image" ] || { echo "no kernel image in the package" >&2; return 1; }
	mkdir -p "$dir/modules/lib"
	if is_arm64_image "$image"; then
		cp "$image" "$dir/vmlinux"
	else
		extract_vmlinux "$image" "$dir/vmlinux" || return
	fi
	case $image in
	*/modules/*) version=$(basename "$(dirname "$image")") ;;
	*) version=${image##*/vmlinuz-} ;;
	esac
	echo "$version" >"$dir/version"
	modules=$(find "$tree" -path "*/lib/modules/$version/kernel" -type d | head -n 1)
	[ -n "$modules" ] || { rmdir "$dir/modules/lib" "$dir/modules"; return 0; }
	mkdir "$dir/modules/lib/modules"
	mv "$(dirname "$modules")" "$dir/modules/lib/modules/"
	# Since 7.x the lists of what is built in come in linux-base-*, elsewhere in the merged /usr.
	find "$tree" -path "*/lib/modules/$version/modules.*" \
		-exec cp -n {} "$dir/modules/lib/modules/$version/" \;
	# Likewise the configuration, which was in /boot before.
	find "$tree" \( -path "*/lib/modules/$version/config" -o -path "*/boot/config-$version" \) \
		-exec cp -n {} "$dir/modules/lib/modules/$version/config" \;
	PATH=$PATH:/sbin:/usr/sbin depmod -b "$dir/modules" "$version"
}

fetch() {
	local name=$1 suites=$2 regex=$3 packages first dir tmp arch=amd64
	case $name in *:*) arch=${name%%:*} ;; esac
	kfg_apt_open "$suites" "$arch" || return
	packages=$(resolve "$regex") || {
		echo "$name: no package $regex in $suites on this mirror" >&2
		return 77
	}
	first=${packages%%$'\n'*}
	dir=$(apt-cache madison "$first" | awk -F ' *[|] *' 'NR == 1 { print $2 }')
	dir=$kfg_cache/kernels/${first}_${dir//\~/-}
	if [ ! -d "$dir" ]; then
		tmp=$(mktemp -d "$kfg_cache/kernels/tmp.XXXXXX")
		# shellcheck disable=SC2086 # one word per package
		if ! { kfg_apt_unpack "$tmp/tree" $packages && lay_out "$tmp/tree" "$tmp/kernel"; }; then
			rm -rf "$tmp"
			return 1
		fi
		mv -T "$tmp/kernel" "$dir"
		rm -rf "$tmp"
	fi
	ln -sfnT "$(basename "$dir")" "$kfg_cache/kernels/$name"
	touch -h "$kfg_cache/kernels/$name"
}

describe() {
	local name=$1 cpu=$2 dir
	dir=$(readlink -f "$kfg_cache/kernels/$name")
	echo "name=$name"
	echo "version=$(cat "$dir/version")"
	echo "vmlinux=$dir/vmlinux"
	if [ -d "$dir/modules" ]; then echo "modules=$dir/modules"; else echo "modules="; fi
	echo "cpu=$cpu"
}

one() {
	local name=$1 suites regex cpu link=$kfg_cache/kernels/$1 status=0
	kernels_list "$name" >/dev/null || { echo "$name: not in kernels.list" >&2; return 1; }
	read -r suites regex cpu <<<"$(kernels_list "$name")"
	mkdir -p "$kfg_cache/kernels"
	if [ -n "$update" ] || [ ! -e "$link" ] || [ -z "$(find "$link" -mtime -7)" ]; then
		fetch "$name" "$suites" "$regex" || status=$?
		if [ "$status" != 0 ] && [ ! -e "$link" ]; then return "$status"; fi
		[ "$status" = 0 ] || echo "$name: no update, using the cached kernel" >&2
	fi
	describe "$name" "$cpu"
}

update=
if [ "${1:-}" = -u ]; then
	update=1
	shift
fi
[ $# -gt 0 ] || { echo "usage: fetch-kernel.sh [-u] NAME..." >&2; exit 2; }
for name in "$@"; do
	kfg_in_cache kernels one "$name"
done
