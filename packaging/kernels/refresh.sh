#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bring the catalogue of kernels up to date: find the kernels that suites of Debian install, write facts of those that
# are new, and say what the newest of them changes, as rows for the lifecycle data. For each release; see README.md.
# usage: refresh.sh [-k KFGATE] [-d DIR] [-f FLAVOUR]... [-n] [SUITE...]
#   -k   the kfgate to use (default: kfgate)
#   -d   the catalogue (default: this directory)
#   -f   a flavour: amd64, cloud-amd64, rt-amd64, arm64, cloud-arm64 (default: all)
#   -n   take nothing from the network: only compare what is there
# Prints on standard output the proposed rows, and on standard error what it does.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/vm/apt-root.sh
. "$here/../../tests/vm/apt-root.sh"

kfgate=kfgate dir=$here flavours=() offline=''
while getopts k:d:f:n option; do
	case $option in
	k) kfgate=$(readlink -f "$OPTARG") ;;
	d) dir=$(readlink -f "$OPTARG") ;;
	f) flavours+=("$OPTARG") ;;
	n) offline=1 ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ ${#flavours[@]} -gt 0 ] || flavours=(cloud-amd64 amd64 rt-amd64 cloud-arm64 arm64)
suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(bookworm bookworm-security bookworm-backports trixie trixie-security
	trixie-backports sid experimental)
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-kernels.XXXXXX")
trap 'rm -rf "$work"' EXIT
export KFGATE_KERNELS=$dir

depends_of() {
	apt-cache depends --no-recommends --no-suggests "$1" | awk -v re="^($2)\$" \
		'$1 == "Depends:" && $2 ~ re { print $2 }'
}

# The packages of the kernel that SUITE installs for FLAVOUR, the one with the image first; none: the suite has none.
packages_of() {
	local image
	image=$(depends_of "linux-image-$1" 'linux-image-[0-9].*' | head -n 1)
	[ -n "$image" ] || return 0
	echo "$image"
	depends_of "$image" 'linux-(binary|modules)-[0-9].*'
}

version_of() {
	apt-cache madison "$1" | awk -F ' *[|] *' 'NR == 1 { print $2 }'
}

# Facts of one kernel from its packages.
add_kernel() {
	local file=$1 list
	shift
	rm -rf "$work/debs"
	mkdir "$work/debs"
	(cd "$work/debs" && apt-get -qq download "$@" >&2)
	list=$(find "$work/debs" -name '*.deb' | sort | paste -sd ,)
	"$kfgate" kernel export --no-cache --kernel="$list" --output="$dir/$file"
	rm -rf "$work/debs"
	grep -aq '^modules: ' "$dir/$file" ||
		echo "$file: no modules: the suite names a package of them that its index does not have?" >&2
	echo "$file: new, $(stat -c %s "$dir/$file") bytes" >&2
}

look_at_suite() {
	local suite=$1 flavour packages file
	for flavour in "${flavours[@]}"; do
		kfg_apt_open "$suite" "${flavour##*-}" || return 0
		mapfile -t packages < <(packages_of "$flavour")
		[ ${#packages[@]} -gt 0 ] || continue
		file=${packages[0]#linux-image-}_$(version_of "${packages[0]}").facts
		if [ ! -s "$dir/$file" ]; then
			add_kernel "$file" "${packages[@]}" || { echo "$file: left out" >&2; continue; }
		fi
		printf '%s\t%s\n' "$suite" "$file" >>"$work/index"
	done
}

# Suites that were looked at are told anew in the flavours that were, all else stays as it was.
write_index() {
	local old=/dev/null
	[ ! -f "$dir/index.tsv" ] || old=$dir/index.tsv
	{
		echo '# SPDX-License-Identifier: GPL-2.0-or-later'
		echo '# Which suites of Debian install which kernels. Written by packaging/kernels/refresh.sh'
		awk -F '\t' -v suites="${suites[*]}" -v flavours="${flavours[*]}" 'BEGIN {
				split(suites, s, " "); for (i in s) seen[s[i]] = 1
				split(flavours, f, " "); for (i in f) looked[f[i]] = 1 }
			function flavour(file) {
				sub(/_.*/, "", file)
				return match(file, /-((cloud|rt)-)?[a-z0-9]+$/) ? substr(file, RSTART + 1) : "" }
			!/^#/ && !($1 in seen && flavour($2) in looked)' "$old"
		cat "$work/index"
	} | awk '/^#/ { print; next } { print | "LC_ALL=C sort -u" }' >"$work/index.tsv"
	cp "$work/index.tsv" "$dir/index.tsv"
}

: >"$work/index"
if [ -z "$offline" ]; then
	for suite in "${suites[@]}"; do
		look_at_suite "$suite"
	done
	[ ! -s "$work/index" ] || write_index
fi
"$here/propose.py" "$kfgate" "$dir"
