# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for kfgate. It asks the program itself for verbs and options, and so cannot be out of date.

function __kfgate_verbs
	kfgate help 2>/dev/null | string replace -rf '^  ([a-z][a-z-]*) +(.*)' '$1\t$2'
end

function __kfgate_options
	kfgate help $argv[1] 2>/dev/null | string replace -rf '^  (--[a-z-]+=?)[A-Z]* *(.*)' '$1\t$2'
end

# What stands for the value of option $argv[2] of verb $argv[1] in the help: PATH, DATE, ...
function __kfgate_value
	kfgate help $argv[1] 2>/dev/null | string replace -rf "^  $argv[2]=([A-Z]+).*" '$1'
end

function __kfgate_formats
	switch $argv[1]
		case check
			printf '%s\n' text json github sarif
		case explain why
			printf '%s\n' text json
		case report diff-policy
			printf '%s\n' text json html markdown
		case scan
			printf '%s\n' table json sarif markdown csv
		case '*'
			printf '%s\n' table json csv markdown html
	end
end

# __kfgate_words VERB WHAT CURRENT: values of an option
function __kfgate_words
	switch $argv[2]
		case PATH FILE
			__fish_complete_path $argv[3]
		case KERNEL
			echo running
			__fish_complete_path $argv[3]
		case DIR
			__fish_complete_directories $argv[3]
		case TARGET
			printf '%s\n' auto journal json
		case WHEN
			printf '%s\n' auto always never
		case WHAT
			printf '%s\n' open closed
		case FORMAT
			__kfgate_formats $argv[1]
		case MODULE
			test -r /proc/modules; and string replace -r ' .*' '' </proc/modules
		case CAPABILITY
			printf '%s\n' CAP_PERFMON CAP_SYS_BOOT CAP_SYS_ADMIN
		case SIGNATURE
			printf '%s\n' no builtin secondary platform keyring:
		case VERSION
			printf '%s\n' none 1.8
		case LIST
			printf '%s\n' none warned unchecked refused fails
		case TIME
			printf '%s\n' today yesterday -7d (date +%F)
		case RELEASE
			uname -r
		case DATE
			date -u +%F
		case UID
			printf '%s\n' 0 (id -u)
		case NAME UNIT
			systemctl list-unit-files --no-legend 2>/dev/null | string replace -r ' .*' ''
	end
end

function __kfgate
	set -l words (commandline -opc)
	set -l cur (commandline -ct)
	if test (count $words) -eq 1
		__kfgate_verbs
		printf '%s\n' --help --version
		return
	end
	set -l verb $words[2]
	set -l parts (string match -r '^(--[a-z-]+)=(.*)' -- $cur)
	if test (count $parts) -eq 3
		for word in (__kfgate_words $verb (__kfgate_value $verb $parts[2]) $parts[3])
			echo "$parts[2]=$word"
		end
		return
	end
	set -l what
	if string match -q -- '--*' $words[-1]
		set what (__kfgate_value $verb $words[-1])
	end
	if test -n "$what"
		__kfgate_words $verb $what $cur
	else if string match -q -- '-*' $cur
		__kfgate_options $verb
	else
		switch $verb
			case check diff diff-policy explain scan test why
				__fish_complete_path $cur
			case help
				__kfgate_verbs
			case kernel
				printf '%s\n' export list dictionary
		end
	end
end

complete -c kfgate -f -a '(__kfgate)'
