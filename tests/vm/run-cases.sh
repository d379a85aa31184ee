#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run the VM test cases, each on each kernel that it names.
# usage: run-cases.sh [-b BUILD] [-k "KERNEL..."] [-f REGEX] [-d CASES] [-j N] [-u TIME] [-v] [-1]
#   -b BUILD   build directory (default: build in the source tree); logs go to BUILD/vm-logs. For a kernel of another
#              architecture, as arm64:6.12, the programs are those of BUILD-arm64, which tests/cross/build.sh keeps
#   -k         only these kernels of kernels.list
#   -f REGEX   only the cases whose name, TOPIC/NAME, matches
#   -d CASES   the directory of the cases (default: cases, beside this script)
#   -j N       that many VMs at a time (default 1); each but the first has a lock of its own, with -2, -3... in its name
#   -u TIME    begin with no VM after TIME (seconds since 1970): its cases are skips then
#   -v         show the output of all cases, not only what failed
#   -1         what fails is not tried once more
# A line per case and kernel: ok, FAIL or skip with the reason, and the seconds and CPU seconds that it took. Then
# what took longest, and the count.
# What runs on arm64, by QEMU, takes gcc-aarch64-linux-gnu and qemu-system-arm.
# KFGATE_VM_PACKAGE=FILE: the package that package:deb or package:rpm is (as tests/packages/cross.sh makes for arm64).
# Exit status: 0 all passed (some perhaps skipped), 1 some failed, 77 all skipped, 2 wrong usage.
#
# A case is cases/TOPIC/NAME.sh (lib.sh: what it can use). Those that share a VM run in the order of their names, but
# the topic boot first, for the others leave traces. The header of a case says, one "# key: value" each:
#   kernels  names of kernels.list                              required
#   also     names that it runs on as well, if -k asks for them
#   tier     bare or systemd                                    required
#   files    PATH[=DEST]...: PATH is relative to the build directory, src:PATH to the source tree;
#            fixture:NAME is tests/fixtures/NAME in the build directory, program:PATH is in the tree
#            of fetch-programs.sh, signed:PATH in that of sign-skeleton.sh, host:NAME is a command of
#            this host, package:deb and package:rpm are packages of the source tree, made anew if it
#            has changed (of another architecture by tests/packages/repack.sh), kernel:vmlinux is the
#            image of the kernel that the case runs on; globs are
#            expanded.
#            Goes to /t/NAME or DEST.
#   modules  kernel modules to load
#   args, lsm, rtc, memory, cpu, icount    as -a -l -r -m -c -i of run.sh (icount: yes)
#   timeout  seconds for this case on an idle machine (default 120); what takes three times as long hangs
#   last     yes: it leaves a VM that others cannot use: after all others of its set-up
#   reboot   yes: a VM of its own (default for systemd); no: shares one with others of its set-up
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$(dirname "$(dirname "$here")")
build=$top/build only_kernels='' filter=. cases=$here/cases verbose='' jobs=1 until=
lock=${KFGATE_VM_LOCK:-${XDG_RUNTIME_DIR:-/tmp}/kfgate-vm.lock}
retry='' once='' workers=() took=''

while getopts b:k:f:d:j:u:v1 opt; do
	case $opt in
	b) build=$(readlink -f "$OPTARG") ;;
	k) only_kernels=$OPTARG ;;
	f) filter=$OPTARG ;;
	d) cases=$(readlink -f "$OPTARG") ;;
	j) jobs=$OPTARG ;;
	u) until=$OPTARG ;;
	v) verbose=1 ;;
	1) once=1 ;;
	*) exit 2 ;;
	esac
done
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-cases.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 98' INT TERM
mkdir -p "$work"/{groups,taken,again} "$build/vm-logs"
touch "$work"/{results,times,vms}
desk=$work # of this worker: the batch that it is at

# The values of the header keys of all cases, by NAME:KEY. A process for each would cost more than the cases' boots.
declare -A headers=()
read_headers() {
	local name key value
	while IFS=$'\t' read -r name key value; do
		headers[$name:$key]+=${headers[$name:$key]:+ }$value
	done < <(cd "$cases" && find . -mindepth 1 -maxdepth 2 -name '*.sh' -exec awk '
		FNR == 1 { name = substr(FILENAME, 3, length(FILENAME) - 5); head = 1 }
		!/^#/ { head = 0 }
		head && match($0, /^# [a-z]+: */) {
			key = substr($0, 3)
			sub(/:.*/, "", key)
			print name "\t" key "\t" substr($0, RLENGTH + 1)
		}' {} +)
}

result() {
	local verdict=$1 name=$2 kernel=$3 detail=${4:-}
	echo "$verdict" >>"$work/results"
	printf '%-4s %s on %s%s%s\n' "$verdict" "$name" "$kernel" "${took:+ ($took)}" "${detail:+: $detail}"
}

host=$(dpkg --print-architecture)
arch_of() { case $1 in *:*) echo "${1%%:*}" ;; *) echo amd64 ;; esac; }

# The build directory for a kernel's architecture.
build_for() {
	local arch
	arch=$(arch_of "$1")
	if [ "$arch" = "$host" ]; then echo "$build"; else "$top/tests/cross/build.sh" "$build-$arch" "$arch"; fi
}

# The directory of the package in a directory, made anew for another architecture.
repack() {
	local deb to=$1-$2
	deb=$(compgen -G "$1/kfgate_[0-9]*.deb") || { echo "no package in $1" >&2; return 1; }
	mkdir -p "$to"
	"$top/tests/packages/repack.sh" "$deb" "$(build_for "$2:")" "$2" "$to/$(basename "$deb")" >&2 || return
	echo "$to"
}

# One word of a files: header, for a kernel, to FILE[=DEST] words for run.sh, one per line.
locate_file() {
	local word=$1 kernel=$2 dest='' base path found
	case $word in *=*) dest="=${word#*=}" ;; esac
	word=${word%%=*}
	path=${word#*:}
	case $word in
	src:*) base=$top ;;
	fixture:*) base=$(build_for "$kernel")/tests/fixtures ;;
	program:*) base=$("$here/fetch-programs.sh") || return ;;
	signed:*) base=$("$here/sign-skeleton.sh" "$build") || return ;;
	host:*)
		[ "$(arch_of "$kernel")" = "$host" ] ||
			{ echo "$path is a program of this host's architecture" >&2; return 77; }
		found=$(PATH=$PATH:/usr/sbin:/sbin command -v "$path") ||
			{ echo "no command $path here" >&2; return 77; }
		echo "$found$dest"
		return
		;;
	package:*)
		if [ -n "${KFGATE_VM_PACKAGE:-}" ]; then
			echo "$(readlink -f "$KFGATE_VM_PACKAGE")$dest"
			return
		fi
		"$top/tests/packages/build.sh" "$build" "$path" >&2 || return
		base=$build/packages/$path path="kfgate[_-][0-9]*.$path"
		if [ "$(arch_of "$kernel")" != "$host" ]; then
			base=$(repack "$base" "$(arch_of "$kernel")") || return
		fi
		;;
	kernel:vmlinux)
		found=$("$here/fetch-kernel.sh" "$kernel" | sed -n 's/^vmlinux=//p')
		echo "$found$dest"
		return
		;;
	*) base=$(build_for "$kernel") || return ;;
	esac
	found=$(cd "$base" && compgen -G "$path") || { echo "no such file: $word" >&2; return 1; }
	sed "s|^|$base/|; s|\$|$dest|" <<<"$found"
}

# A name for each set-up of a VM.
declare -A set_ups=()

# Cases that can share a VM get into one file of $work/groups; its first line is run.sh's options.
sort_case() {
	local name=$1 kernel=$2 tier reboot options='' key flag value module group
	tier=${headers[$name:tier]:-}
	for key in args:a lsm:l rtc:r memory:m cpu:c; do
		flag=${key#*:}
		value=${headers[$name:${key%:*}]:-}
		[ -z "$value" ] || options+=" -$flag ${value@Q}"
	done
	for module in ${headers[$name:modules]:-}; do options+=" -M $module"; done
	[ "${headers[$name:icount]:-}" != yes ] || options+=" -i"
	reboot=${headers[$name:reboot]:-}
	group="$kernel $tier $options"
	if [ "${reboot:-$([ "$tier" = bare ] || echo yes)}" = yes ]; then group+=" $name"; fi
	set_ups[$group]=${set_ups[$group]:-$kernel-$tier-$((${#set_ups[@]} + 1))}
	group=$work/groups/${set_ups[$group]}
	[ -e "$group" ] || echo "-k $kernel -t $tier $options" >"$group"
	echo "$name" >>"$group"
}

# The versions of kernels, each looked up once; its name where it cannot be had (run.sh tells why).
declare -A versions=()
look_up_version() {
	[ -z "${versions[$1]:-}" ] || return 0
	versions[$1]=$("$here/fetch-kernel.sh" "$1" 2>/dev/null | sed -n 's/^version=//p') || :
	versions[$1]=${versions[$1]:-$1}
}

# The name under which a kernel is asked for, perhaps another of the same version, into $asked; without -k that is
# "newest" where it is one of the others, so that both share a VM. Fails if it is not asked for.
name_of_kernel() {
	local name
	look_up_version "$1"
	for name in ${only_kernels:-newest "$1"}; do
		asked=$name
		[ "$name" != "$1" ] || return 0
		look_up_version "$name"
		[ "${versions[$name]}" != "${versions[$1]}" ] || return 0
	done
	return 1
}

# Sorts a case in for each kernel that is asked for, once.
sort_case_by_kernels() {
	local kernel asked seen=' '
	for kernel in ${headers[$1:kernels]:-} ${only_kernels:+${headers[$1:also]:-}}; do
		name_of_kernel "$kernel" || continue
		[[ $seen != *" $asked "* ]] || continue
		seen+="$asked "
		sort_case "$1" "$asked"
	done
}

names_of_cases() {
	local names name last=()
	names=$(cd "$cases" && find . -mindepth 1 -maxdepth 2 -name '*.sh' | sed 's|^\./||; s|\.sh$||' | LC_ALL=C sort |
		grep -E -- "$filter")
	for name in $(grep '^boot/' <<<"$names") $(grep -v '^boot/' <<<"$names"); do
		if [ "${headers[$name:last]:-}" = yes ]; then last+=("$name"); else echo "$name"; fi
	done
	[ "${#last[@]}" = 0 ] || printf '%s\n' "${last[@]}"
}

sort_cases() {
	local name
	for name in $(names_of_cases); do
		if [ -z "${headers[$name:kernels]:-}" ] || [ -z "${headers[$name:tier]:-}" ]; then
			echo "$name: no kernels: or no tier: in its header" >&2
			exit 2
		fi
		sort_case_by_kernels "$name"
	done
}

# The arguments FILE[=DEST] of all cases of a VM into $desk/files; cases that lack one are settled
# here and left out of $desk/batch.
collect_files() {
	local kernel=$1 name word words status limit
	shift
	: >"$desk/batch"
	: >"$desk/files"
	for name; do
		status=0
		echo "$cases/$name.sh=/t/cases/$name.sh" >"$desk/case-files"
		set -f
		# shellcheck disable=SC2206 # words, and no globs
		words=(${headers[$name:files]:-})
		set +f
		for word in "${words[@]}"; do
			locate_file "$word" "$kernel" >>"$desk/case-files" 2>"$desk/reason" || { status=$?; break; }
		done
		case $status in
		0)
			cat "$desk/case-files" >>"$desk/files"
			limit=${headers[$name:timeout]:-}
			echo "$name $((3 * ${limit:-120}))" >>"$desk/batch"
			;;
		77) result skip "$name" "$kernel" "$(tail -n 1 "$desk/reason")" ;;
		*) result FAIL "$name" "$kernel" "$(tail -n 1 "$desk/reason")" ;;
		esac
	done
}

section() {
	awk -v name="$1" '$1 == "KFGATE-CASE-BEGIN" { on = $2 == name; next }
		$1 == "KFGATE-CASE-END" { on = 0 } on' "$2"
}

# The parts of a case that could not run are skips of their own.
parts_left_out() {
	local why
	section "$1" "$3" | sed -n 's/^ *LEFT OUT: //p' | while read -r why; do
		result skip "$1, in part," "$2" "$why"
	done
}

# What the shell said of a command or a function that is not there: such a line of the script did nothing at all.
missing_commands() { section "$1" "$2" | grep -E '^/t/cases/[^ ]+: (line )?[0-9]+: .+: not found$'; }

# The verdict on one case from the output of its VM; fails if the VM never came to it.
judge() {
	local name=$1 kernel=$2 log=$3 vm_status=$4 group=$5 status seconds cpu why took=''
	grep -q "^KFGATE-CASE-BEGIN $name " "$log" || return 1
	read -r status seconds cpu < <(awk -v name="$name" '$2 != name { next }
		$1 == "KFGATE-CASE-BEGIN" { began = $3 }
		$1 == "KFGATE-CASE-END" { print $3, $4 / 100, ($5 - began) / 100 }' "$log") || :
	if [ -n "$status" ]; then
		took="$seconds s, CPU $cpu s"
		echo "$seconds $cpu $name on $kernel" >>"$work/times"
	fi
	if [ "${status:-1}" = 0 ] && missing_commands "$name" "$log" >"$desk/missing"; then
		result FAIL "$name" "$kernel" "it calls what is not there: $(head -n 1 "$desk/missing")"
		return 0
	fi
	case $status in
	0) result ok "$name" "$kernel" "${retry:+on the second try}" ;;
	77)
		why=$(section "$name" "$log" | sed -n 's/^ *SKIP: //p' | tail -n 1)
		result skip "$name" "$kernel" "$why"
		;;
	'')
		# The emulator's fault, not the case's: it gets another VM.
		[ "$vm_status" != 96 ] || return 1
		why="the VM ended in it (status $vm_status), see $(dirname "$log")"
		result FAIL "$name" "$kernel" "$why"
		;;
	95 | 97) result FAIL "$name" "$kernel" "status $status, see $log" ;;
	*)
		if [ -z "$retry$once" ]; then
			{ head -n 1 "$group"; echo "$name"; } >"$work/again/$(basename "$group")-${name//\//-}"
			echo "once more, by itself: $name on $kernel failed (status $status)"
		else
			result FAIL "$name" "$kernel" "status $status${retry:+, twice}, see $log"
		fi
		;;
	esac
	parts_left_out "$name" "$kernel" "$log"
	if [ -n "$verbose" ]; then
		section "$name" "$log"
	elif [ "$status" != 0 ] && [ "$status" != 77 ]; then
		section "$name" "$log" | grep -E '^ *(FAIL:|\|)' || section "$name" "$log" | tail -n 5
	fi
	return 0
}

# Boot once for the cases in $desk/batch.
boot() {
	local options=$1 logs=$2 files limit status=0
	# shellcheck disable=SC2034 # eval uses it
	mapfile -t files < <(sort -u "$desk/files")
	limit=$(awk '{ sum += $2 } END { print sum + 180 }' "$desk/batch")
	mkdir -p "$logs"
	eval "$here/run.sh $options" -T "$limit" -s "$here/guest/batch.sh" -L "$logs" -o "$logs/out" \
		"$desk/batch=/kfgate-vm/batch" '"${files[@]}"' >"$logs/output.log" 2>"$logs/run.log" ||
		status=$?
	[ ! -e "$logs/took" ] || sed "s|\$| $(basename "$logs")|" "$logs/took" >>"$work/vms"
	return $status
}

# All cases of a group, in as many boots as it takes: what a VM that died left out gets a new one.
run_boots() {
	local group=$1 options kernel names logs status name left try=0
	options=$(head -n 1 "$group")
	kernel=$(awk 'NR == 1 { print $2 }' "$group")
	mapfile -t names < <(tail -n +2 "$group")
	while [ "${#names[@]}" -gt 0 ]; do
		try=$((try + 1))
		collect_files "$kernel" "${names[@]}"
		mapfile -t names < <(awk '{ print $1 }' "$desk/batch")
		[ "${#names[@]}" -gt 0 ] || return 0
		logs=$build/vm-logs/$(basename "$group")-${names[0]//\//-}
		rm -rf "$logs"
		status=0
		boot "$options" "$logs" || status=$?
		left=()
		for name in "${names[@]}"; do
			judge "$name" "$kernel" "$logs/output.log" "$status" "$group" || left+=("$name")
		done
		if [ "$status" = 96 ] && [ "$try" -lt 4 ]; then
			names=("${left[@]}")
			continue
		fi
		if [ "${#left[@]}" = "${#names[@]}" ]; then
			no_boot "$kernel" "$status" "$logs" "${left[@]}"
			return 0
		fi
		late_splat "$kernel" "$status" "$logs"
		names=("${left[@]}")
	done
}

no_boot() {
	local kernel=$1 status=$2 logs=$3 verdict=FAIL name
	shift 3
	[ "$status" != 77 ] || verdict=skip
	for name; do
		result "$verdict" "$name" "$kernel" "no boot: $(tail -n 1 "$logs/run.log")"
	done
}

# A splat outside of all cases (at boot, or when the VM went down) is a failure too.
late_splat() {
	local kernel=$1 status=$2 logs=$3
	[ "$status" = 97 ] || return 0
	if grep -q '^KFGATE-CASE-END [^ ]* 97 ' "$logs/output.log"; then return 0; fi
	result FAIL kernel-log "$kernel" "a splat outside of the cases, see $logs/console.log"
	sed 's/^/    | /' "$logs/run.log"
}

# The groups of a directory, those first that may take longest.
groups_of() {
	local group name seconds
	for group in "$1"/*; do
		[ -e "$group" ] || continue
		seconds=0
		for name in $(tail -n +2 "$group"); do
			name=${headers[$name:timeout]:-}
			seconds=$((seconds + ${name:-120}))
		done
		echo "$seconds $group"
	done | sort -rn | cut -d ' ' -f 2-
}

# What has failed once is no skip.
no_time() {
	local kernel name verdict=skip
	[ -z "$retry" ] || verdict=FAIL
	kernel=$(awk 'NR == 1 { print $2 }' "$1")
	for name in $(tail -n +2 "$1"); do result "$verdict" "$name" "$kernel" "no time is left for it"; done
}

# Groups that no other worker has taken, one after the other.
work_on() {
	local group
	desk=$work/desk-$1
	mkdir -p "$desk"
	[ "$1" = 1 ] || lock+=-$1
	export KFGATE_VM_LOCK=$lock
	while read -r group; do
		mkdir "$work/taken/$(basename "$group")" 2>/dev/null || continue
		if [ -n "$until" ] && [ "$EPOCHSECONDS" -ge "$until" ]; then
			no_time "$group"
		else
			run_boots "$group"
		fi
	done <"$work/order"
}

# What failed, once more, each case in a VM by itself: under an emulator on a busy machine a case can run out of time
# that is not its own. What needed a second try is said, and a kernel that complains gets none.
second_try() {
	retry=1
	groups_of "$work/again" >"$work/order"
	work_on 1 &
	wait $!
}

sum_up() {
	awk -v of="$1" '{ seconds += $1; cpu += $2 }
		END { printf "%7.1f  CPU %7.1f  in all: %d %s\n", seconds, cpu, NR, of }' "$2"
}

# What took longest, of what was run.
longest() {
	[ -s "$work/times" ] || return 0
	echo "What took longest, in seconds:"
	sort -rn "$work/times" | head -n 20 | awk '{ printf "%7.1f  CPU %7.1f  %s %s %s\n", $1, $2, $3, $4, $5 }'
	sum_up "case runs" "$work/times"
	sum_up "VMs, with their boots" "$work/vms"
}

count() { grep -cx "$1" "$work/results" || :; }

read_headers
sort_cases
groups_of "$work/groups" >"$work/order"
[ -s "$work/order" ] || { echo "run-cases.sh: no case matches" >&2; exit 2; }
echo "VMs run with $("$here/accel.sh"), $jobs at a time"
for worker in $(seq "$jobs"); do
	work_on "$worker" &
	workers+=($!)
done
for worker in "${workers[@]}"; do
	wait "$worker" || result FAIL run-cases.sh "all kernels" "a worker ended with status $?"
done
second_try
longest
echo "$(count ok) passed, $(count FAIL) failed, $(count skip) skipped"
if [ "$(count FAIL)" != 0 ]; then exit 1; fi
if [ "$(count ok)" = 0 ]; then exit 77; fi
