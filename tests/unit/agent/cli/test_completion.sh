#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_completion.sh SHELL KFGATE COMPLETIONS - what a shell would offer is what the program has: its verbs, the options
# of each, and the words that an option can be, as it lists them when it is given another. That these options are those
# of the manual pages is test_verbs.c's.
set -u
shell=$1 here=$(cd "$(dirname "$0")" && pwd) completion=$3/kfgate.$1
PATH=$(dirname "$2"):$PATH
command -v "$shell" >/dev/null || { echo "skipped: no $shell"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/files" "$work/zsh"
cd "$work/files" || exit
printf 'version: 1\nname: p\nserial: 1\n' >policy.yaml
mkdir policy.d
export HOME=$work
mkdir "$work/bin"
printf '#!/bin/sh\necho "a.service enabled enabled"\n' >"$work/bin/systemctl"
# The shells ask the program for the same help hundreds of times: it answers each question once.
cat >"$work/bin/kfgate" <<END
#!/bin/sh
answer=$work/answers/"\$*"
[ "\$1" = help ] || exec "$2" "\$@"
[ -e "\$answer" ] || { mkdir -p $work/answers; "$2" "\$@" >"\$answer"; }
exec cat "\$answer"
END
chmod +x "$work"/bin/*
PATH=$work/bin:$PATH

# For each line on standard input, the words offered at its end.
offers_bash()
{
	compopt() { :; }
	# shellcheck source=/dev/null
	. "$completion"
	while IFS= read -r line; do
		line=${line//=/ = }
		read -ra COMP_WORDS <<<"$line"
		[[ $line == *" = " || $line != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_kfgate
		echo "${COMPREPLY[*]}"
	done
}

offers_zsh()
{
	zsh "$here/completion.zsh" "$completion" "$work/zsh"
}

# shellcheck disable=SC2016 # those are fish's variables
offers_fish()
{
	fish --no-config -c 'source $argv[1]; while read -l line
		echo (complete -C $line | string replace -r "\t.*" "" | string replace -r "^--[a-z-]+=(.)" "\$1")
	end' "$completion"
}

# expect LINE WORD...
expect()
{
	echo "$1" >>"$work/lines"
	shift
	echo "$*" >>"$work/expected"
}

# The words that an option can be: the program names them when it is given another.
words_of()
{
	local out
	out=$(kfgate "$1" "--$2=zzzz" 2>&1 </dev/null; kfgate "$1" "--$2=zzzz" policy.yaml policy.yaml 2>&1 </dev/null)
	sed -nE "s/.*--$2=zzzz: (must be|wants) //; ts; b; :s; s/, or a list of|,| or / /g; s/  */ /gp; q" <<<"$out"
}

expect_option()
{
	local value
	case $3 in
	PATH | FILE) value="policy.d policy.yaml" ;;
	KERNEL) value="policy.d policy.yaml running" ;;
	DIR) value="policy.d" ;;
	TIME) value="today yesterday -7d $(date +%F)" ;;
	RELEASE) value=$(uname -r) ;;
	DATE) value=$(date -u +%F) ;;
	UID) value="0 $(id -u)" ;;
	VERSION) value="none 1.8" ;;
	CAPABILITY) value="CAP_PERFMON CAP_SYS_BOOT CAP_SYS_ADMIN" ;;
	SIGNATURE) value="no builtin secondary platform keyring:" ;;
	MODULE) value=$(cut -d" " -f1 /proc/modules 2>/dev/null | tr "\n" " ") ;;
	NAME | UNIT) value=a.service ;;
	*) value=$(words_of "$1" "$2") ;;
	esac
	[ -n "$value" ] || [ "$3" = MODULE ] || { echo "$1 --$2=$3: no values known"; failed=1; }
	# shellcheck disable=SC2086 # a list of words
	expect "kfgate $1 --$2=" $value
	# as a word of its own, of each kind once
	[ -z "${kinds[$3]:-}" ] || return
	kinds[$3]=1
	# shellcheck disable=SC2086
	expect "kfgate $1 --$2 " $value
}

failed=0
declare -A kinds=()
verbs=$(kfgate help | awk '/^  [a-z]/ { print $1 }')
# shellcheck disable=SC2086
expect "kfgate " $verbs --help --version
expect "kfgate rel" reload
expect "kfgate help st" status
expect "kfgate run --l" --log=
expect "kfgate run --log=js" json
expect "kfgate run --on-failure=c" closed
expect "kfgate check pol" policy.d policy.yaml
expect "kfgate status pol"
for verb in $verbs; do
	mapfile -t options < <(kfgate help "$verb" | awk '/^  --/ { print $1 }')
	expect "kfgate $verb --" "${options[@]/%=*/=}"
	for option in "${options[@]}"; do
		option=${option#--}
		[[ $option == *=* ]] && expect_option "$verb" "${option%=*}" "${option#*=}"
	done
done

"offers_$shell" <"$work/lines" >"$work/offered"
[ "$(wc -l <"$work/offered")" = "$(wc -l <"$work/lines")" ] || { echo "$shell did not answer all"; failed=1; }
while IFS= read -r line && read -r expected <&3 && read -r offered <&4; do
	sorted() { tr ' ' '\n' | sed 's,/$,,' | LC_ALL=C sort -u; }
	[ "$(sorted <<<"$expected")" = "$(sorted <<<"$offered")" ] && continue
	echo "$line: offers \"$offered\", not \"$expected\""
	failed=1
done <"$work/lines" 3<"$work/expected" 4<"$work/offered"
echo "$(wc -l <"$work/lines") lines"
exit $failed
