#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fetch the packages of programs.list into the cache, for the host's architecture, unpacked into one tree, and print its
# path.
# usage: fetch-programs.sh [-u] [-l]    -u: fetch anew; -l: list the BPF objects and their kfuncs
#   TREE/usr/...   as in the packages
#   TREE/carved/   the objects inside the programs: PROGRAM-FUNCTION.bpf.o (carve-bpf.py)
#   TREE/versions  package and version, one per line
# Exit status 77, with the reason, if the mirror has no such package.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/vm/apt-root.sh
. "$here/apt-root.sh"

programs_list() { grep -v '^#' "$here/programs.list" | awk 'NF { print $1, $2 }'; }

fetch() {
	local tmp=$1 suite package
	while read -r suite package; do
		kfg_apt_open "$suite" "$kfg_host" || return
		if ! kfg_apt_has "$package"; then
			echo "no package $package in $suite on this mirror" >&2
			return 77
		fi
		kfg_apt_unpack "$tmp" "$package" || return
		apt-cache madison "$package" | awk -F ' *[|] *' 'NR == 1 { sub(/^ +/, "", $1); print $1, $2 }' \
			>>"$tmp/versions"
	done < <(programs_list)
	mkdir "$tmp/carved"
	find "$tmp"/usr/{bin,sbin,lib/systemd} -type f -perm /111 \
		-exec "$here/carve-bpf.py" "$tmp/carved" {} +
}

one() {
	local tree tmp sum status=0
	sum=$(cat "$here/programs.list" "$here/carve-bpf.py" | sha256sum | cut -c 1-16)
	tree=$kfg_cache/programs/$kfg_host-$sum
	if [ -n "$update" ]; then rm -rf "$tree"; fi
	if [ ! -d "$tree" ]; then
		mkdir -p "$kfg_cache/programs"
		tmp=$(mktemp -d "$kfg_cache/programs/tmp.XXXXXX")
		chmod 755 "$tmp"
		fetch "$tmp" || status=$?
		[ "$status" = 0 ] || { rm -rf "$tmp"; return "$status"; }
		mv -T "$tmp" "$tree"
	fi
	echo "$tree"
}

# The functions in an object's BTF that are extern in section .ksyms.
kfuncs_of() {
	bpftool btf dump file "$1" 2>/dev/null | awk '
		{ gsub(/'"'"'/, "") }
		/ FUNC / { gsub(/[][]/, "", $1); name[$1] = $3 }
		/ DATASEC / { ksyms = $3 == ".ksyms" }
		ksyms && /type_id=/ { sub(/.*type_id=/, ""); print name[$1] }' | sort | paste -sd ' '
}

list() {
	local tree=$1 object
	find "$tree" \( -name '*.bpf.o' -o -path '*/bpf/*.o' \) | sort | while read -r object; do
		printf '%s: %s\n' "${object#"$tree/"}" "$(PATH=$PATH:/usr/sbin kfuncs_of "$object")"
	done
}

update='' listing=''
while getopts ul opt; do
	case $opt in
	u) update=1 ;;
	l) listing=1 ;;
	*) exit 2 ;;
	esac
done
tree=$(kfg_in_cache programs one)
echo "$tree"
[ -z "$listing" ] || list "$tree"
