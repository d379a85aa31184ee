#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run a script in a VM on a Debian kernel (QEMU, with KVM or without; no root) and end with its exit status.
#
# usage: run.sh [options] -s SCRIPT [FILE[=DEST]...]
#   -k KERNEL    a name of kernels.list (default newest); one that begins with arm64: is of that architecture, as FILEs
#                must be then
#   -t TIER      bare: busybox, boots in seconds (default); systemd: Debian trixie, multi-user
#   -s SCRIPT    POSIX sh; runs in /t as root, PATH starts with /t; /t/lib.sh is there
#   FILE[=DEST]  into the VM as /t/NAME or DEST, directories whole, with the shared libraries needed
#   -M MODULE    kernel module to load at boot, with what it depends on; may be repeated
#   -l LSMS      the lsm= list (default: Debian's, see below)
#   -a ARGS      more kernel arguments
#   -r TIME      the clock at boot, UTC: 2027-01-15T12:00:00
#   -m MEM       memory (bare 2G, systemd 4G)
#   -c CPU       QEMU CPU model (default: as in kernels.list)
#   -i           count instructions: one CPU, 1 ns of guest time is one guest instruction
#   -T SECONDS   give up after (default 300)
#   -o DIR       put what the script left in /out there, with dmesg (and the journal) of the VM
#   -L DIR       keep console.log and script.log there, and in "took" the seconds and the CPU seconds that QEMU ran
# The script's output comes on stdout. Exit status: the script's own, or
#   77  the mirror has no such kernel or the kernel no such module (or the script said skip)
#   96  the emulator's fault (see emulator_fault), and the script had begun; run it again
#   97  the kernel complained (splats.list)
#   98  the VM died or timed out
#   99  wrong usage, or the VM could not be set up
# One VM runs at a time: KFGATE_VM_LOCK names the lock file.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/vm/apt-root.sh
. "$here/apt-root.sh"
# shellcheck source=tests/vm/initramfs.sh
. "$here/initramfs.sh"

kernel=newest tier=bare script='' modules=()
lsm=landlock,lockdown,yama,loadpin,safesetid,integrity,apparmor,bpf
args='' rtc='' mem='' cpu='' icount='' limit=300 outdir='' logdir='' base_files=''

die() {
	echo "run.sh: $*" >&2
	exit 99
}

while getopts k:t:s:M:l:a:r:m:c:iT:o:L: opt; do
	case $opt in
	k) kernel=$OPTARG ;;
	t) tier=$OPTARG ;;
	s) script=$OPTARG ;;
	M) modules+=("$OPTARG") ;;
	l) lsm=$OPTARG ;;
	a) args=$OPTARG ;;
	r) rtc=$OPTARG ;;
	m) mem=$OPTARG ;;
	c) cpu=$OPTARG ;;
	i) icount=1 ;;
	T) limit=$OPTARG ;;
	o) outdir=$OPTARG ;;
	L) logdir=$OPTARG ;;
	*) exit 99 ;;
	esac
done
shift $((OPTIND - 1))
[ -f "$script" ] || die "no script '$script' (-s)"
case $tier in
bare) mem=${mem:-2G} ;;
systemd) mem=${mem:-4G} ;;
*) die "no tier '$tier' (bare, systemd)" ;;
esac

work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-vm.XXXXXX")
qemu_pid='' watch_pid=''
cleanup() {
	[ -z "$qemu_pid" ] || kill "$qemu_pid" 2>/dev/null || :
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 98' INT TERM
case $kernel in
*:*) arch=${kernel%%:*} ;;
*) arch=amd64 ;;
esac
kfg_foreign=''
if [ "$arch" != "$kfg_host" ]; then
	kfg_foreign=$("$here/../cross/sysroot.sh" "$arch") || die "no libraries of $arch"
fi
logdir=${logdir:-$work/log}
mkdir -p "$logdir" "$work/root"/{t,kfgate-vm}

locate_kernel() {
	local status=0
	"$here/fetch-kernel.sh" "$kernel" >"$work/kernel" || status=$?
	[ "$status" != 77 ] || exit 77
	[ "$status" = 0 ] || die "cannot fetch kernel $kernel"
	version=$(sed -n 's/^version=//p' "$work/kernel")
	vmlinux=$(sed -n 's/^vmlinux=//p' "$work/kernel")
	module_tree=$(sed -n 's/^modules=//p' "$work/kernel")
	cpu=${cpu:-$(sed -n 's/^cpu=//p' "$work/kernel")}
}

stage_common() {
	local file
	cp "$script" "$work/root/kfgate-vm/script"
	cp "$here/guest/runner.sh" "$work/root/kfgate-vm/"
	cp "$here/lib.sh" "$work/root/t/"
	grep -v '^#' "$here/splats.list" >"$work/root/kfgate-vm/splats"
	cat >"$work/root/kfgate-vm/env" <<-ENV
		export KFGATE_VM_KERNEL='${kernel#*:}' KFGATE_VM_ARCH=$arch
		export KFGATE_VM_VERSION='$version' KFGATE_VM_TIER=$tier
		export KFGATE_VM_OUT='${outdir:+1}'
	ENV
	for file; do
		kfg_stage_file "$work/root" "$file" "$base_files" || exit 99
	done
}

build_bare() {
	local root=$work/root paths
	mkdir -p "$root"/{bin,dev,proc,sys,tmp,run,root,etc,out}
	if [ -n "$kfg_foreign" ]; then cp "$kfg_foreign/bin/busybox" "$root/bin/"; else
		cp "$(command -v busybox)" "$root/bin/busybox"
	fi
	cp "$here/guest/init" "$root/init"
	chmod 755 "$root/init"
	echo root:x:0:0:root:/root:/bin/sh >"$root/etc/passwd"
	echo root:x:0: >"$root/etc/group"
	paths=$(kfg_modules_all "$module_tree" "$version" "${modules[@]}") || exit
	kfg_stage_bare_modules "$root" "$paths" || die "cannot unpack the modules"
	stage_common "$@"
	kfg_pack "$root" "$work/initrd"
}

# What systemd and its services use of a cloud kernel's modules, where there are any.
systemd_modules="autofs4 binfmt_misc configfs fuse loop overlay"

build_systemd() {
	local root=$work/root base module paths=''
	base=$("$here/rootfs.sh" "$arch") || die "cannot make the root file system"
	base_files=$base.files
	paths=$(kfg_modules_all "$module_tree" "$version" "${modules[@]}") || exit
	for module in $systemd_modules; do
		paths+=$'\n'$(kfg_module_paths "$module_tree" "$version" "$module" 2>"$work/no-module") || :
	done
	kfg_stage_module_tree "$root" "$module_tree" "$version" "$(sort -u <<<"$paths")" ||
		die "cannot stage the modules"
	mkdir -p "$root"/etc/{modules-load.d,systemd/system/kfgate-vm.target.wants}
	printf '%s\n' "${modules[@]}" >"$root/etc/modules-load.d/kfgate-vm.conf"
	cp "$here"/guest/kfgate-vm.{service,target} "$root/etc/systemd/system/"
	stage_common "$@"
	kfg_pack "$root" "$work/overlay"
	cat "$base" "$work/overlay" >"$work/initrd"
	args="systemd.show_status=false systemd.default_timeout_start_sec=300 $args"
	args="rdinit=/usr/lib/systemd/systemd systemd.unit=kfgate-vm.target $args"
}

# Where the host is busy at the wrong moment, the kernel finds no clock to measure its own by, and waits for ever, at
# the calibration of its delay loop, in one way or another: what it says last is no help. It has said nothing for a
# minute then, and has not come to the end of its own start. Ends QEMU. The sleeps are short: what is left of one when
# this is killed holds the descriptors of the caller.
watch_boot() {
	while :; do
		for _ in $(seq 10); do sleep 1; done
		if [ -s "$logdir/script.log" ] || grep -q 'Key type' "$logdir/console.log"; then return; fi
		[ -n "$(find "$logdir/console.log" -mmin +1)" ] || continue
		touch "$work/stands-still"
		kill "$qemu_pid"
		return
	done
}

# The hundredths of a second of CPU time that QEMU, the child of timeout, has used; 0 once it is gone.
cpu_now() {
	local pid=none
	read -r pid _ <"/proc/$qemu_pid/task/$qemu_pid/children" || :
	awk '{ print $14 + $15 }' "/proc/$pid/stat" || echo 0
} 2>/dev/null

# The script's output as it comes; lines that mark a case get the CPU time at their end.
show_script() {
	local line
	tail -n +1 -f --pid=$qemu_pid "$logdir/script.log" 2>/dev/null | grep -v --line-buffered '^KFGATE-VM-EXIT ' |
		while IFS= read -r line; do
			case $line in KFGATE-CASE-*) line+=" $(cpu_now)" ;; esac
			printf '%s\n' "$line"
		done
}

# The children of this shell that have ended are QEMU and a few that hardly count.
took() {
	times >"$work/times"
	awk -v begin="$1" -v end="$EPOCHREALTIME" 'NR == 2 {
		for (i = 1; i <= 2; i++) { split($i, part, "[ms]"); cpu += part[1] * 60 + part[2] }
		printf "%.1f %.1f\n", end - begin, cpu
	}' "$work/times" >"$logdir/took"
}

# Runs QEMU until it ends, and shows the script's output as it comes.
boot() {
	local begin machine=(-accel "$accel" -smp 2) console=ttyS0
	# of two accelerators QEMU takes the first, and says of tcg,thread=multi that it counts nothing
	[ -z "$icount" ] ||
		machine=(-accel "tcg,thread=single" -icount "shift=0,sleep=off" -smp 1)
	local serials
	serials=(-serial "file:$logdir/console.log" -serial "file:$logdir/script.log" -serial "file:$work/out.tar")
	if [ "$arch" = arm64 ]; then
		console=ttyAMA0
		machine+=(-machine virt)
		# virt has one port; those of the script are ttyS1 and ttyS2 of a card
		serials=(-serial "file:$logdir/console.log" -chardev "null,id=c1"
			-chardev "file,id=c2,path=$logdir/script.log" -chardev "file,id=c3,path=$work/out.tar"
			-chardev "null,id=c4" -device "pci-serial-4x,chardev1=c1,chardev2=c2,chardev3=c3,chardev4=c4")
	fi
	local common="console=$console loglevel=6 8250.nr_uarts=4 panic=-1 oops=panic watchdog_thresh=60"
	# whether the timer ticks in time says more about the host's load: a busy one made 6.12 panic at boot
	common+=" no_timer_check"
	[ -z "$rtc" ] || machine+=(-rtc "base=$rtc")
	begin=$EPOCHREALTIME
	timeout -k 5 "$limit" "$emulator" "${machine[@]}" -cpu "$cpu" -m "$mem" \
		-nodefaults -no-user-config -no-reboot -display none \
		"${serials[@]}" -kernel "$vmlinux" -initrd "$work/initrd" \
		-append "$common lsm=$lsm $args" \
		</dev/null >"$logdir/qemu.log" 2>&1 &
	qemu_pid=$!
	watch_boot 8>&- >/dev/null 2>&1 &
	watch_pid=$!
	show_script &
	wait $qemu_pid || :
	qemu_pid=
	took "$begin"
	kill $watch_pid 2>/dev/null || :
	wait
}

take_lock() {
	local lock=${KFGATE_VM_LOCK:-${XDG_RUNTIME_DIR:-/tmp}/kfgate-vm.lock} fd
	# A caller that holds the lock already (flock FILE run.sh ...) hands its descriptor down.
	for fd in /proc/self/fd/*; do
		if [ "$(readlink -f "$fd")" = "$lock" ]; then return 0; fi
	done
	exec 8>>"$lock"
	flock 8
}

# The kernel patches its own code (static keys, tracing) in steps: a breakpoint, the rest, the first
# byte. The TCG of QEMU 7.2 with several threads may run a translation of the breakpoint after it is
# gone again; the kernel then dies with "Oops: int3" where no breakpoint is. Nothing else does this.
emulator_fault() {
	grep -q 'Oops: int3' "$logdir/console.log"
}

boot_for_good() {
	local try why
	for try in 1 2 3; do
		: >"$logdir/script.log"
		boot
		if [ -e "$work/stands-still" ]; then
			rm "$work/stands-still"
			why="the kernel had no clock to start by"
		elif emulator_fault; then
			why="the emulator lost track of patched code"
		else
			return 0
		fi
		if [ -s "$logdir/script.log" ]; then break; fi
		cp "$logdir/console.log" "$logdir/console.fault-$try.log"
		echo "run.sh: $why at boot, try $try" >&2
	done
	echo "run.sh: $why" >&2
	exit 96
}

report() {
	local status unpacked=0
	[ -z "$outdir" ] || unpack_output || unpacked=$?
	status=$(sed -n 's/^KFGATE-VM-EXIT \([0-9]*\)$/\1/p' "$logdir/script.log" | tail -n 1)
	if grep -v '^#' "$here/splats.list" | grep -Ef - "$logdir/console.log" >"$work/splats"; then
		echo "run.sh: kernel $version complained:" >&2
		cat "$work/splats" >&2
		exit 97
	fi
	if [ -z "$status" ]; then
		echo "run.sh: VM ($version) died or timed out ($limit s); its last words:" >&2
		tail -n 5 "$logdir/console.log" "$logdir/qemu.log" >&2
		exit 98
	fi
	if [ "$unpacked" != 0 ]; then
		echo "run.sh: what the VM left in /out did not arrive" >&2
		exit 98
	fi
	exit "$status"
}

unpack_output() {
	mkdir -p "$outdir"
	[ -s "$work/out.tar" ] && tar -C "$outdir" --no-same-owner -m -xf "$work/out.tar"
}

emulator=$("$here/emulator.sh" "$arch") || die "no emulator"
accel=$("$here/accel.sh" "$arch")
[ "$accel" != tcg ] || accel=tcg,thread=multi
locate_kernel
"build_$tier" "$@"
take_lock
boot_for_good
report
