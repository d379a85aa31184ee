#compdef kfgate
# SPDX-License-Identifier: GPL-2.0-or-later
# zsh completion for kfgate. It asks the program itself for verbs and options, and so cannot be out of date.

# What stands for the value of option $2 of verb $1 in the help: PATH, DATE, ...
_kfgate_value() {
	kfgate help $1 2>/dev/null | sed -n "s/^  $2=\([A-Z]*\).*/\1/p"
}

_kfgate_verbs() {
	local -a verbs
	verbs=(${(f)"$(kfgate help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\)  *\(.*\)/\1:\2/p')"})
	_describe -t verbs verb verbs
}

_kfgate_options() {
	local -a switches valued
	switches=(${(f)"$(kfgate help $1 2>/dev/null | sed -n 's/^  \(--[a-z-]*\)  *\(.*\)/\1:\2/p')"})
	valued=(${(f)"$(kfgate help $1 2>/dev/null | sed -n 's/^  \(--[a-z-]*=\)[A-Z]* *\(.*\)/\1:\2/p')"})
	_describe -o -t options option switches -- valued -S ''
}

_kfgate_formats() {
	case $1 in
	check) compadd text json github sarif ;;
	explain|why) compadd text json ;;
	report|diff-policy) compadd text json html markdown ;;
	scan) compadd table json sarif markdown csv ;;
	*) compadd table json csv markdown html ;;
	esac
}

_kfgate() {
	local verb=$words[2] option
	if (( CURRENT == 2 )); then
		_kfgate_verbs
		compadd -- --help --version
		return
	fi
	if [[ $PREFIX == --*=* ]]; then
		option=${PREFIX%%=*}
		compset -P '*='
	elif [[ $words[CURRENT-1] == --* ]]; then
		option=$words[CURRENT-1]
	fi
	case ${option:+$(_kfgate_value $verb $option)} in
	PATH|FILE) _files; return ;;
	KERNEL) compadd running; _files; return ;;
	DIR) _files -/; return ;;
	TARGET) compadd auto journal json; return ;;
	WHEN) compadd auto always never; return ;;
	WHAT) compadd open closed; return ;;
	FORMAT) _kfgate_formats $verb; return ;;
	LIST) compadd none warned unchecked refused fails; return ;;
	TIME) compadd -- today yesterday -7d $(date +%F); return ;;
	RELEASE) compadd $(uname -r); return ;;
	DATE) compadd $(date -u +%F); return ;;
	MODULE) compadd $(cut -d" " -f1 /proc/modules 2>/dev/null); return ;;
	CAPABILITY) compadd CAP_PERFMON CAP_SYS_BOOT CAP_SYS_ADMIN; return ;;
	SIGNATURE) compadd no builtin secondary platform keyring:; return ;;
	VERSION) compadd none 1.8; return ;;
	UID) compadd 0 $(id -u); return ;;
	NAME|UNIT) compadd -- ${(f)"$(systemctl list-unit-files --no-legend 2>/dev/null | cut -d' ' -f1)"}; return ;;
	esac
	if [[ $PREFIX == -* ]]; then
		_kfgate_options $verb
		return
	fi
	case $verb in
	check|diff|diff-policy|explain|scan|test|why) _files ;;
	help) _kfgate_verbs ;;
	kernel) compadd export list dictionary ;;
	esac
}

_kfgate "$@"
