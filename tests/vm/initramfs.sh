# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced: put together what a VM boots from. Needs no root.
#
# kfg_stage_file ROOT SRC[=DEST] [BASE]
#	copy a file or directory, default to /t/NAME; with it the shared libraries it needs, but for
#	those in BASE: the list of files of the merged-/usr system that ROOT is laid over. Where
#	$kfg_foreign is set, the libraries are of that directory: tests/cross/sysroot.sh
# kfg_modules_all TREE VERSION MODULE...
#	print the paths to insert, in order; 77 if one is not there
# kfg_stage_bare_modules ROOT PATHS
#	for insmod by guest/init
# kfg_stage_module_tree ROOT TREE VERSION PATHS
#	for modprobe, in a merged-/usr system
# kfg_pack ROOT OUT
#	pack ROOT as an uncompressed cpio owned by root

# A directory in the archive would take the place of the symbolic link that the base has there.
kfg_merged_usr() {
	case $1 in
	/bin/* | /sbin/* | /lib/* | /lib64/*) echo "/usr$1" ;;
	*) echo "$1" ;;
	esac
}

# What ldd tells of a program of another architecture: its own words, and the files of $kfg_foreign.
kfg_foreign_libraries() {
	local name
	{ readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
		readelf -lW "$1" | sed -n 's/.*interpreter: \(.*\)\]/\1/p'; } 2>/dev/null | while read -r name; do
		if [ -e "$kfg_foreign$name" ]; then
			echo "$name"
		else
			find "$kfg_foreign/usr/lib" -name "$name" -printf '/usr/lib/%P\n' | grep . | head -n 1 ||
				echo "no $name in $kfg_foreign" >&2
		fi
	done
}

kfg_stage_foreign() {
	local root=$1 base=${3:-} library dest
	kfg_foreign_libraries "$2" | while read -r library; do
		dest=$library
		if [ -n "$base" ]; then
			if grep -q "/${library##*/}\$" "$base"; then continue; fi
			dest=$(kfg_merged_usr "$library")
		fi
		if [ -e "$root$dest" ]; then continue; fi
		mkdir -p "$root${dest%/*}"
		cp -L "$kfg_foreign$library" "$root$dest"
		kfg_stage_foreign "$root" "$kfg_foreign$library" "$base"
	done
}

kfg_stage_libraries() {
	local root=$1 file=$2 base=${3:-} library dest
	if [ -n "${kfg_foreign:-}" ]; then
		kfg_stage_foreign "$root" "$file" "$base"
		return
	fi
	# ldd fails on what is no dynamic program (script, data, BPF object): nothing to stage then.
	{ ldd "$file" 2>/dev/null || :; } | awk '$2 == "=>" && $3 ~ /^\// { print $3 }
		$1 ~ /^\/.*[^:]$/ { print $1 }' | while read -r library; do
		dest=$library
		if [ -n "$base" ]; then
			if grep -q "/${library##*/}\$" "$base"; then continue; fi
			dest=$(kfg_merged_usr "$library")
		fi
		mkdir -p "$root${dest%/*}"
		cp -Lu "$library" "$root$dest"
	done
}

kfg_stage_file() {
	local root=$1 src=${2%%=*} dest base=${3:-} file
	case $2 in
	*=*) dest=${2#*=} ;;
	*) dest=/t/$(basename -- "$2") ;;
	esac
	[ -z "$base" ] || dest=$(kfg_merged_usr "$dest")
	[ -e "$src" ] || { echo "no such file: $src" >&2; return 1; }
	mkdir -p "$root$(dirname "$dest")"
	if [ -d "$src" ]; then
		mkdir -p "$root$dest"
		cp -rL "$src/." "$root$dest/"
	else
		cp -L "$src" "$root$dest"
	fi
	find "$src" -type f \( -perm /111 -o -name '*.so*' \) | while read -r file; do
		kfg_stage_libraries "$root" "$file" "$base"
	done
}

kfg_module_paths() {
	local tree=$1 version=$2 module=$3 shown
	[ -n "$tree" ] || { echo "kernel $version comes without modules ($module)" >&2; return 77; }
	shown=$(PATH=$PATH:/sbin:/usr/sbin modprobe -d "$tree" -S "$version" \
		--show-depends "$module" 2>&1) ||
		{ echo "kernel $version has no module $module" >&2; return 77; }
	awk '$1 == "insmod" { print $2 }' <<<"$shown"
}

# The paths of all modules, in the order of insertion, each once.
kfg_modules_all() {
	local tree=$1 version=$2 module
	shift 2
	for module in "$@"; do
		kfg_module_paths "$tree" "$version" "$module" || return
	done | awk '!seen[$0]++'
}

# Uncompressed, for insmod in the bare tier: NAME.ko files, and the list of names in order.
kfg_stage_bare_modules() {
	local root=$1 paths=$2 path name
	mkdir -p "$root/kfgate-vm/modules.d"
	: >"$root/kfgate-vm/modules"
	for path in $paths; do
		name=$(basename "$path")
		name=${name%%.ko*}
		case $path in
		*.xz) xz -dc "$path" ;;
		*.zst) zstd -qdc "$path" ;;
		*) cat "$path" ;;
		esac >"$root/kfgate-vm/modules.d/$name.ko" || return
		echo "$name" >>"$root/kfgate-vm/modules"
	done
}

kfg_stage_module_tree() {
	local root=$1 tree=$2 version=$3 paths=$4 path lib=$1/usr/lib/modules/$3
	[ -n "$paths" ] || return 0
	mkdir -p "$lib"
	find "$tree/lib/modules/$version" -maxdepth 1 \
		\( -name 'modules.builtin*' -o -name modules.order \) -exec cp {} "$lib/" \;
	for path in $paths; do
		mkdir -p "$lib/$(dirname "${path#"$tree/lib/modules/$version/"}")"
		cp "$path" "$lib/${path#"$tree/lib/modules/$version/"}"
	done
	PATH=$PATH:/sbin:/usr/sbin depmod -b "$root/usr" "$version"
}

kfg_pack() {
	(cd "$1" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >"$2"
}
