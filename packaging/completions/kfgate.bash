# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for kfgate. It asks the program itself for verbs and options, and so cannot be out of date.

_kfgate_verbs()
{
	kfgate help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'
}

_kfgate_options()
{
	kfgate help "$1" 2>/dev/null | sed -n 's/^  \(--[a-z-]*=\{0,1\}\).*/\1/p'
}

# What stands for the value of an option in the help: PATH, DATE, ...
_kfgate_value()
{
	kfgate help "$1" 2>/dev/null | sed -n "s/^  $2=\([A-Z]*\).*/\1/p"
}

_kfgate_formats()
{
	case $1 in
	check) echo "text json github sarif" ;;
	explain | why) echo "text json" ;;
	report | diff-policy) echo "text json html markdown" ;;
	scan) echo "table json sarif markdown csv" ;;
	*) echo "table json csv markdown html" ;;
	esac
}

# _kfgate_offer WORDS CUR [COMPGEN-OPTION]
_kfgate_offer()
{
	[ $# -gt 2 ] && compopt -o filenames
	mapfile -t COMPREPLY < <(compgen ${3:+"$3"} -W "$1" -- "$2")
}

_kfgate()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]} option
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		_kfgate_offer "$(_kfgate_verbs) --help --version" "$cur"
		return
	fi
	# "--name=value" comes as three words, as = breaks words
	option=$prev
	if [ "$cur" = "=" ]; then
		cur=
	elif [ "$prev" = "=" ]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $option in --*) option=$(_kfgate_value "$verb" "$option") ;; *) option= ;; esac
	case $option in
	PATH | FILE) _kfgate_offer "" "$cur" -f && return ;;
	KERNEL) _kfgate_offer running "$cur" -f && return ;;
	DIR) _kfgate_offer "" "$cur" -d && return ;;
	TARGET) _kfgate_offer "auto journal json" "$cur" && return ;;
	WHEN) _kfgate_offer "auto always never" "$cur" && return ;;
	WHAT) _kfgate_offer "open closed" "$cur" && return ;;
	FORMAT) _kfgate_offer "$(_kfgate_formats "$verb")" "$cur" && return ;;
	LIST) _kfgate_offer "none warned unchecked refused fails" "$cur" && return ;;
	VERSION) _kfgate_offer "none 1.8" "$cur" && return ;;
	MODULE) _kfgate_offer "$(cut -d" " -f1 /proc/modules 2>/dev/null)" "$cur" && return ;;
	CAPABILITY) _kfgate_offer "CAP_PERFMON CAP_SYS_BOOT CAP_SYS_ADMIN" "$cur" && return ;;
	SIGNATURE) _kfgate_offer "no builtin secondary platform keyring:" "$cur" && return ;;
	TIME) _kfgate_offer "today yesterday -7d $(date +%F)" "$cur" && return ;;
	RELEASE) _kfgate_offer "$(uname -r)" "$cur" && return ;;
	DATE) _kfgate_offer "$(date -u +%F)" "$cur" && return ;;
	UID) _kfgate_offer "0 $(id -u)" "$cur" && return ;;
	NAME | UNIT)
		_kfgate_offer "$(systemctl list-unit-files --no-legend 2>/dev/null | cut -d' ' -f1)" "$cur" && return ;;
	esac
	if [[ $cur == -* ]]; then
		_kfgate_offer "$(_kfgate_options "$verb")" "$cur"
		[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
		return
	fi
	case $verb in
	check | diff | diff-policy | explain | scan | test | why) _kfgate_offer "" "$cur" -f ;;
	help) _kfgate_offer "$(_kfgate_verbs)" "$cur" ;;
	kernel) _kfgate_offer "export list dictionary" "$cur" ;;
	esac
}

complete -F _kfgate kfgate
