#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_completion.sh KFGATE COMPLETION - what bash would offer, asked of the completion function.
set -u
PATH=$(dirname "$1"):$PATH
compopt() { :; }
# shellcheck source=/dev/null
. "$2"
failed=0

# offers EXPECTED WORD...: the words are those of the line, the last one is being typed
offers()
{
	local expected=$1
	shift
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_kfgate
	if [ "${COMPREPLY[*]}" != "$expected" ]; then
		echo "$*: offers \"${COMPREPLY[*]}\", not \"$expected\""
		failed=1
	fi
}

verbs="run check explain scan programs status reload kfuncs diff doctor"
verbs="$verbs report learn diff-policy test metrics help --help --version"
offers "$verbs" kfgate ""
offers "reload" kfgate rel
offers "--log=" kfgate run --l
offers "auto journal json" kfgate run --log =
offers "json" kfgate run --log = js
offers "table json sarif markdown csv" kfgate scan --format =
offers "none" kfgate scan --fail-on = n
offers "text json" kfgate explain --format =
offers "auto" kfgate run --log a
offers "text json html markdown" kfgate report --format =
offers "today yesterday -7d $(date +%F)" kfgate report --since =
offers "status" kfgate help st
offers "--at=" kfgate check --a
offers "--json --runtime-dir= --help --verbose" kfgate status --
offers "$(date -u +%F)" kfgate check --at ""
cd "$(dirname "$2")" || exit
offers "kfgate.bash" kfgate check kf
exit $failed
