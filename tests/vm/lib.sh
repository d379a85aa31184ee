# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by test scripts inside the VM (POSIX sh, busybox and dash).
#
# check NAME CMD...         CMD must succeed
# expect_fail NAME CMD...   CMD must fail of itself: not by a signal, not for want of the program
# check_eq NAME WANT GOT    two strings must be the same
# check_file NAME RE FILE   a line of the file must match the extended regular expression
# check_none NAME RE CMD... CMD must succeed, and no line that it prints may match
# until_true SECONDS CMD... wait that long, at most, for a command to succeed
# left_out REASON           a part of the script is not run: a skip of its own in the count
# skip REASON               end the script: not run (status 77)
# in_cgroup CGROUP CMD...   bare tier: CMD in a cgroup in which PID 1 puts it, as a service manager does
# into_cgroup CGROUP CMD... CMD in a cgroup in which it puts itself
# finish                    the script's last line, without which it has not passed; status 0 if all checks did
# The output of a command is shown only when its check fails.
#
# Each verdict is a line of $kfg_verdicts, so that one from a subshell or a pipeline counts as well. batch.sh takes a
# script for passed or skipped only if that file ends with "concluded".

kfg_verdicts=${KFGATE_OUT:-/tmp}/verdicts
kfg_failed=0
kfg_checked=0
: >"$kfg_verdicts"

kfg_verdict() {
	kfg_checked=$((kfg_checked + 1))
	if [ "$1" = 0 ]; then
		echo "  ok: $2"
		echo "ok: $2" >>"$kfg_verdicts"
		return 0
	fi
	kfg_failed=$((kfg_failed + 1))
	echo "FAIL: $2" >>"$kfg_verdicts"
	echo "  FAIL: $2${3:+ ($3)}"
	return 1
}

kfg_run() {
	"$@" >/tmp/kfg-check.out 2>&1 </dev/null
	kfg_status=$?
}

kfg_show() {
	sed 's/^/    | /' /tmp/kfg-check.out
}

check() {
	kfg_name=$1
	shift
	kfg_run "$@"
	kfg_verdict "$kfg_status" "$kfg_name" "status $kfg_status: $*" && return 0
	kfg_show
	return 1
}

expect_fail() {
	kfg_name=$1
	shift
	kfg_run "$@"
	case $kfg_status in
	0) kfg_verdict 1 "$kfg_name" "must fail, but did not: $*" ;;
	1) kfg_verdict 0 "$kfg_name" && return 0 ;;
	12[67] | 12[89] | 1[3-9]?) kfg_verdict 1 "$kfg_name" "status $kfg_status: $*" ;;
	*)
		case $1 in
		# 2 means that they could not look
		grep | diff | cmp | test | '[') kfg_verdict 1 "$kfg_name" "status $kfg_status: $*" ;;
		*) kfg_verdict 0 "$kfg_name" && return 0 ;;
		esac
		;;
	esac
	kfg_show
	return 1
}

check_eq() {
	[ "$2" = "$3" ]
	kfg_verdict $? "$1" "want '$2', got '$3'"
}

check_file() {
	grep -Eq -- "$2" "$3" 2>/tmp/kfg-check.out
	kfg_verdict $? "$1" "no line matches '$2' in $3" && return 0
	tail -n 20 "$3" 2>/dev/null >>/tmp/kfg-check.out
	kfg_show
	return 1
}

check_none() {
	kfg_name=$1
	kfg_re=$2
	shift 2
	kfg_run "$@"
	if [ "$kfg_status" != 0 ]; then
		kfg_verdict 1 "$kfg_name" "status $kfg_status: $*"
	else
		! grep -Eq -- "$kfg_re" /tmp/kfg-check.out
		kfg_verdict $? "$kfg_name" "a line of '$*' matches '$kfg_re'" && return 0
	fi
	kfg_show
	return 1
}

until_true() {
	kfg_tries=$(($1 * 5))
	shift
	until "$@" >/tmp/until.out 2>&1; do
		kfg_tries=$((kfg_tries - 1))
		[ $kfg_tries -gt 0 ] || return 1
		sleep 0.2
	done
}

in_cgroup() {
	sh -c 'echo "$0" >/run/place/new.$$ && mv /run/place/new.$$ /run/place/$$ && kill -USR1 1 || exit 125
		while [ -e /run/place/$$ ]; do sleep 0.05; done
		exec "$@"' "$@"
}

into_cgroup() {
	mkdir -p "/sys/fs/cgroup/$1"
	sh -c 'echo 0 >"/sys/fs/cgroup/$0/cgroup.procs" && exec "$@"' "$@"
}

left_out() {
	echo "  LEFT OUT: $*"
}

skip() {
	echo "  SKIP: $*"
	echo concluded >>"$kfg_verdicts"
	exit 77
}

finish() {
	echo concluded >>"$kfg_verdicts"
	if ! grep -Eq '^(ok|FAIL): ' "$kfg_verdicts"; then
		echo "  FAIL: no check was made"
		exit 1
	fi
	! grep -q '^FAIL: ' "$kfg_verdicts"
	exit
}
