# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for kfgate. It asks the program itself for verbs and options, and so cannot be out of date.

_kfgate_verbs()
{
	kfgate help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'
}

_kfgate_words()
{
	kfgate "$@" 2>/dev/null | sed -n 's/^  \(--[a-z-]*=\{0,1\}\).*/\1/p'
}

_kfgate()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]} option formats
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_kfgate_verbs) --help --version" -- "$cur")
		return
	fi
	# "--name=value" comes as three words, as = breaks words
	if [ "$cur" = "=" ]; then
		option=$prev cur=
	elif [ "$prev" = "=" ]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	else
		option=$prev
	fi
	case $option in
	--policy)
		;&
	--file)
		;&
	--against)
		;&
	--output)
		;&
	--exe)
		;&
	--lifecycle)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--kernel)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -W running -- "$cur")
		return ;;
	--directory)
		;&
	--runtime-dir)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return ;;
	--log)
		mapfile -t COMPREPLY < <(compgen -W "auto journal json" -- "$cur")
		return ;;
	--format)
		case $verb in
		explain) formats="text json" ;;
		programs) formats="table json" ;;
		report | diff-policy) formats="text json html markdown" ;;
		scan) formats="table json sarif markdown csv" ;;
		*) formats="table json csv markdown" ;;
		esac
		mapfile -t COMPREPLY < <(compgen -W "$formats" -- "$cur")
		return ;;
	--unit)
		mapfile -t COMPREPLY < <(compgen -W "$(systemctl list-unit-files --no-legend 2>/dev/null |
			cut -d' ' -f1)" -- "$cur")
		return ;;
	--uid)
		mapfile -t COMPREPLY < <(compgen -W "0 $(id -u)" -- "$cur")
		return ;;
	--fail-on)
		mapfile -t COMPREPLY < <(compgen -W "none warned unchecked refused fails" -- "$cur")
		return ;;
	--since)
		;&
	--until)
		mapfile -t COMPREPLY < <(compgen -W "today yesterday -7d $(date +%F)" -- "$cur")
		return ;;
	--at)
		mapfile -t COMPREPLY < <(compgen -W "$(date -u +%F)" -- "$cur")
		return ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_kfgate_words help "$verb")" -- "$cur")
		[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
		return
	fi
	case $verb in
	check | diff | diff-policy | explain | scan | test)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	help)
		mapfile -t COMPREPLY < <(compgen -W "$(_kfgate_verbs)" -- "$cur") ;;
	esac
}

complete -F _kfgate kfgate
