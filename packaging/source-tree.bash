# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by build-deb.sh and build-rpm.sh, which say where they are as $here.
#
# kfg_options FLAGS "$@"   -o and -w of the command line, and those of FLAGS (-a), to $out, $work and $arch (empty: none
#                          given); ends with 2 if wrong
# kfg_need COMMAND...      ends with 77 where one is not installed
# kfg_work KIND            makes $work an empty directory, and removes it at the end
# kfg_copy_tree DIR        what git tracks of the source tree, as it is in the working tree, into the new directory DIR;
#                          without git all but build directories
# kfg_hand_out DIR FILE... the packages to DIR; prints their paths

kfg_options() {
	local opt flags=$1
	shift
	out=. work='' arch=''
	while getopts "o:w:$flags" opt; do
		case $opt in
		a) arch=$OPTARG ;;
		o) out=$OPTARG ;;
		w) work=$OPTARG ;;
		*) exit 2 ;;
		esac
	done
	[ "$OPTIND" -le $# ] || return 0
	echo "$(basename "$0"): no argument '${!OPTIND}' ([-o OUTDIR] [-w WORKDIR])" >&2
	exit 2
}

kfg_need() {
	local command
	for command; do
		command -v "$command" >/dev/null && continue
		echo "$(basename "$0"): $command is not installed (tests/install-deps.sh)" >&2
		exit 77
	done
}

kfg_work() {
	if [ -n "$work" ]; then
		rm -rf "$work"
		mkdir -p "$work"
		work=$(readlink -f "$work")
	else
		work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-$1.XXXXXX")
	fi
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' INT TERM
}

kfg_copy_tree() {
	local top=$here/.. list=$1.files
	mkdir -p "$1"
	if [ -e "$top/.git" ]; then
		git -C "$top" ls-files -z --deduplicate | (cd "$top" && xargs -0 sh -c \
			'for file; do [ ! -e "$file" ] || printf "%s\n" "$file"; done' sh) >"$list"
	else
		(cd "$top" && find . -path './build*' -prune -o ! -type d -print) >"$list"
	fi
	tar -C "$top" -cf - -T "$list" | tar -C "$1" -xf -
}

kfg_hand_out() {
	local dir=$1 file
	shift
	mkdir -p "$dir"
	for file; do
		cp "$file" "$dir/"
		echo "$(readlink -f "$dir")/${file##*/}"
	done
}
