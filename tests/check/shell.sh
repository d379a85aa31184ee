#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every shell script parses, in the shell it is for, and shellcheck has no warning.
# usage: shell.sh [FILE...]     default: all of the tree
# Exit status: 0 fine, 1 findings, 77 all parse, but shellcheck is not installed.
set -euo pipefail

top=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
cd "$top"
# SC1091, SC2154: /t/lib.sh and gate.sh of the VM tests are found in the VM only, and so are their variables.
# SC2034: a variable can be for the script that sources the file.
excluded=SC1091,SC2034,SC2154
failed=0

# The shell of a script: bash by its first line, or because such a script sources it; else POSIX sh.
shell_of() {
	case $(head -n 1 "$1") in
	'#!'*bash*) echo bash ;;
	'#!'*) echo sh ;;
	*) case $1 in
		*.bash | tests/vm/apt-root.sh | tests/vm/initramfs.sh) echo bash ;;
		*) echo sh ;;
		esac ;;
	esac
}

list() {
	if [ $# -gt 0 ]; then
		printf '%s\n' "$@"
	else
		{ git ls-files -- '*.sh' '*.bash' .ci/run tests/vm/guest/init 2>/dev/null ||
			find . -path './build*' -prune -o \( -name '*.sh' -o -name '*.bash' \) -print; } |
			sed 's|^\./||'
	fi
}

mapfile -t files < <(list "$@")
bash=() sh=()
for file in "${files[@]}"; do
	[ -f "$file" ] || continue
	shell=$(shell_of "$file")
	$shell -n "$file" || failed=1
	if [ "$shell" = bash ]; then bash+=("$file"); else sh+=("$file"); fi
done

# Many files to a process: it takes longer to start than to read one.
warnings() {
	local shell=$1
	shift
	[ $# = 0 ] || printf '%s\0' "$@" |
		xargs -0 -n 12 -P "$(nproc)" shellcheck -S warning -e $excluded -s "$shell" -f gcc
}
if command -v shellcheck >/dev/null; then
	warnings bash "${bash[@]}" || failed=1
	warnings sh "${sh[@]}" || failed=1
fi
if [ "$failed" = 0 ] && ! command -v shellcheck >/dev/null; then
	echo "SKIP: shellcheck is not installed; ${#files[@]} scripts parse"
	exit 77
fi
exit "$failed"
