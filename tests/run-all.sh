#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Build kfgate both ways and run all tests, here and in VMs. Installs the Debian packages it needs
# (tests/deps.list: as root, or with sudo); kernels and programs for the VMs are kept in the user's cache directory.
# usage: run-all.sh [--quick] [--no-vm] [--coverage] [--within MINUTES] [-k "KERNEL..." | --all-kernels]
#   --quick   to try a change before it is committed: all that runs on this host; in VMs the six steps of
#             enforcement alone, on 6.1, 6.12 and the newest kernel
#   --no-vm   only what runs on this host
#   --coverage  the tests of this host once more in a third build, build/coverage: which lines they run, by file
#   --within MINUTES  begin with no VM after that time: the cases left are skips. For a machine that ends what is longer
#   -k        in VMs only these kernels of tests/vm/kernels.list, but cases that run there on demand, too
#   --all-kernels  in VMs each case on each kernel of amd64 that it knows, not only on those that differ for it
# The VMs need the second build alone: they run beside the first one and the tests on this host. ccache is used where it
# is there and CMAKE_C_COMPILER_LAUNCHER says nothing else.
# Builds are in build/debug (sanitizers, warnings are errors) and build/release. The last line is
# "N passed, N failed, N skipped"; each failure, and each skip with its reason, has a line above.
# Exit status: 0 no failure, 1 failures, 2 wrong usage.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$(dirname "$here")
vm=1 quick='' coverage='' kernels='' cases='' until='' vm_pid=''
passed=0 failed=0 skipped=0

while [ $# -gt 0 ]; do
	case $1 in
	--no-vm) vm= ;;
	--quick) quick=1 ;;
	--coverage) coverage=1 ;;
	--all-kernels) kernels="6.1 6.12 7.0 7.2 newest" ;;
	--within)
		[ $# -gt 1 ] || { echo "run-all.sh: --within needs minutes" >&2; exit 2; }
		until=$((EPOCHSECONDS + $2 * 60))
		shift
		;;
	-k)
		[ $# -gt 1 ] || { echo "run-all.sh: -k needs names of kernels" >&2; exit 2; }
		kernels=$2
		shift
		;;
	*) echo "run-all.sh: no option '$1' (--quick, --no-vm, --coverage, --within, -k, --all-kernels)" >&2; exit 2 ;;
	esac
	shift
done
if [ -n "$quick" ]; then
	kernels=${kernels:-6.1 6.12 newest}
	cases='^(decide|without-lsm)/six-steps$'
fi
if [ -z "${CMAKE_C_COMPILER_LAUNCHER+set}" ] && command -v ccache >/dev/null; then
	export CMAKE_C_COMPILER_LAUNCHER=ccache
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-tests.XXXXXX")
trap 'end_vms; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

end_vms() {
	[ -z "$vm_pid" ] || kill -- "-$vm_pid" 2>/dev/null || :
}

# A part with its time. Nothing runs after a part that others stand on has failed.
part() {
	local what=$1 begin=$SECONDS status=0
	shift
	echo "== $what"
	"$@" || status=$?
	echo "== $what: $((SECONDS - begin)) s"
	return $status
}

finish() {
	echo "== all: $SECONDS s"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
	exit
}

needed() {
	part "$@" && return
	echo "FAIL $1"
	failed=$((failed + 1))
	finish
}

# Adds up what a last line "N passed, N failed, N skipped" of a file says. Without such a line a failure is added.
add_up() {
	local name=$1 line
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$2" | tail -n 1)
	if [ -z "$line" ]; then
		echo "FAIL $name: ended without a result"
		line="0 passed, 1 failed, 0 skipped"
	fi
	# shellcheck disable=SC2086 # the words of the line
	set -- $line
	passed=$((passed + $1)) failed=$((failed + $3)) skipped=$((skipped + $5))
}

build() {
	local type=$1 dir=$2
	{ cmake -S "$top" -B "$dir" -G Ninja -DCMAKE_BUILD_TYPE="$type" -DBUILD_TESTING=ON \
		-DCMAKE_C_FLAGS_COVERAGE="-O0 -g --coverage" && nice ninja -C "$dir"; } \
		>"$work/build.log" 2>&1 || { tail -n 50 "$work/build.log"; return 1; }
}

# Those of the build with sanitizers, or those that do without: the label plain, tests/CMakeLists.txt.
host_tests() {
	local build=$1 status=0
	shift
	rm -f "$work/junit.xml"
	ctest --test-dir "$build" -j "$(nproc)" --output-junit "$work/junit.xml" "$@" \
		>"$work/ctest.log" 2>&1 || status=$?
	python3 "$here/count-tests.py" "$work/junit.xml" >"$work/counted" || cat "$work/ctest.log"
	cat "$work/counted"
	return "$status"
}

# A VM waits about as often as it works: one more than there are processors.
vm_tests() {
	local options=(-b "$top/build/release" -j $(($(nproc) + 1)))
	[ -z "$kernels" ] || options+=(-k "$kernels")
	[ -z "$cases" ] || options+=(-f "$cases")
	[ -z "$until" ] || options+=(-u "$until")
	"$here/vm/run-cases.sh" "${options[@]}"
}

# The VM tests see what goes wrong: one test more.
vm_self_test() {
	local status=0
	"$here/vm/self-test.sh" -b "$top/build/release" -j "$(nproc)" >"$work/self-test" 2>&1 || status=$?
	case $status in
	0) echo "1 passed, 0 failed, 0 skipped" ;;
	77)
		echo "skip vm.self-test: $(tail -n 1 "$work/self-test")"
		echo "0 passed, 0 failed, 1 skipped"
		;;
	*)
		echo "FAIL vm.self-test"
		sed 's/^/    | /' "$work/self-test"
		echo "0 passed, 1 failed, 0 skipped"
		;;
	esac
}

# All that runs in VMs, in the background; what it prints is shown when the host's part is through.
start_vms() {
	touch "$work"/vm-{self-test,cases}
	set -m # a process group of its own, to be ended as one
	{
		[ -n "$quick" ] || part "self-test of the VM tests" vm_self_test >"$work/vm-self-test"
		part "tests in VMs" vm_tests >"$work/vm-cases" || :
	} 2>&1 &
	vm_pid=$!
	set +m
}

show_vms() {
	tail -n +1 -f -q --pid="$vm_pid" "$work"/vm-{self-test,cases}
	wait "$vm_pid" || :
	vm_pid=
	[ -n "$quick" ] || add_up "self-test of the VM tests" "$work/vm-self-test"
	add_up "tests in VMs" "$work/vm-cases"
}

# Says what the tests on this host have run; they themselves have had their say.
show_coverage() {
	find "$top/build/coverage" -name '*.gcda' -delete
	nice ctest --test-dir "$top/build/coverage" -j "$(nproc)" -L 'unit|golden|fuzz' \
		>"$work/coverage.log" 2>&1 || :
	"$here/coverage.py" "$top/build/coverage"
}

needed "packages" "$here/install-deps.sh"
needed "build, RelWithDebInfo" build RelWithDebInfo "$top/build/release"
[ -z "$vm" ] || start_vms
needed "build, Debug with sanitizers" build Debug "$top/build/debug"
part "tests on this host, with sanitizers" host_tests "$top/build/debug" -LE plain || :
add_up "tests on this host, with sanitizers" "$work/counted"
part "tests on this host, without" host_tests "$top/build/release" -L plain || :
add_up "tests on this host, without" "$work/counted"
if [ -n "$coverage" ]; then
	needed "build, Coverage" build Coverage "$top/build/coverage"
	part "coverage by the tests on this host" show_coverage || failed=$((failed + 1))
fi
[ -z "$vm" ] || show_vms
finish
