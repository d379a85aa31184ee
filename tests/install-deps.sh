#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Install what building and testing kfgate needs and is not there yet (deps.list), without questions.
# usage: install-deps.sh [-n] [build|vm|test]...    default: all groups; -n only prints what is missing
# Exit status: 0 all there (now), 1 something is missing (-n) or could not be installed.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")

# The packages of the named groups, one per line.
packages() {
	awk -v want=" $* " -v arch="$(dpkg --print-architecture)" '/^#/ || !NF { next }
		/^\[/ { group = substr($1, 2, length($1) - 2); next }
		index(want, " " group " ") && (NF < 2 || $2 == arch) { print $1 }' "$here/deps.list"
}

is_installed() {
	dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

# Those that are not installed; of an entry with several names (NAME|NAME), none of them is.
missing() {
	local entry package
	for entry in $(packages "$@"); do
		for package in ${entry//|/ }; do
			if is_installed "$package"; then continue 2; fi
		done
		echo "$entry"
	done
}

# One package for each entry: the first name that this release of Debian has.
choose() {
	local entry package
	for entry; do
		for package in ${entry//|/ }; do
			if apt-cache show --no-all-versions "$package" >/dev/null 2>&1; then break; fi
		done
		echo "$package"
	done
}

dry=
if [ "${1:-}" = -n ]; then
	dry=1
	shift
fi
[ $# -gt 0 ] || set -- build vm test
for group in "$@"; do
	case $group in
	build | vm | test) ;;
	*) echo "install-deps.sh: no group '$group' (build, vm, test)" >&2; exit 2 ;;
	esac
done

absent=$(missing "$@")
[ -n "$absent" ] || exit 0
echo "install-deps.sh: missing:" $absent
[ -z "$dry" ] || exit 1

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get -q -o Acquire::Retries=3 update
# shellcheck disable=SC2086 # one word per entry
absent=$(choose $absent)
# shellcheck disable=SC2086 # one word per package
$sudo ${sudo:+env DEBIAN_FRONTEND=noninteractive} apt-get -q -y --no-install-recommends \
	-o Acquire::Retries=3 install $absent
