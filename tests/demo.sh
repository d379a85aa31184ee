#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Show what kfgate does: three real BPF programs, one allowed, one warned about, one refused, and the records.
# usage: demo.sh [-h] [-v]
#   -h   on this host: needs root and the BPF LSM. The gate goes up for some seconds, with a policy that
#        concerns the demo's programs only, and is taken off again.
#   -v   in a VM (QEMU, no KVM needed): Debian's newest kernel and a Debian with systemd
# Without either: on this host where that is possible, else in a VM.
# Installs the Debian packages it needs (tests/deps.list), and keeps downloads in the user's cache directory.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$(dirname "$here")
build=$top/build/demo
kernel=newest-generic
case $(dpkg --print-architecture) in arm64) kernel=arm64:$kernel ;; esac
SECONDS=0

say() { printf '[%3d s] %s\n' "$SECONDS" "$*"; }

# Root, an active BPF LSM on a kernel with both hooks, and no gate yet.
host_is_fit() {
	[ "$(id -u)" = 0 ] && grep -Eqs '(^|,)bpf(,|$)' /sys/kernel/security/lsm &&
		[ -r /sys/kernel/btf/vmlinux ] && [ ! -S /run/kfgate/control ]
}

place=
while getopts hv opt; do
	case $opt in
	h) place=host ;;
	v) place=vm ;;
	*) exit 2 ;;
	esac
done
if [ -z "$place" ]; then
	place=vm
	if host_is_fit; then place=host; fi
elif [ "$place" = host ] && ! host_is_fit; then
	echo "demo.sh: needs root, bpf in /sys/kernel/security/lsm, kernel BTF, and no kfgate running" >&2
	exit 1
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-demo.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'kill $(jobs -p) 2>/dev/null; exit 1' INT TERM

build_product() {
	cmake -S "$top" -B "$build" -G Ninja -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr &&
		ninja -C "$build" && rm -rf "$work/installed" && DESTDIR=$work/installed cmake --install "$build"
}

# Runs a command with its output kept; it is shown if the command fails.
quietly() {
	local log=$work/$1.log
	shift
	"$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

make_policy() {
	sed "s|@LIFECYCLE@|$1|; s|@DEADLINE@|$(date -u -d '+90 days' +%F)|" "$here/demo/policy.yaml.in" \
		>"$work/demo.yaml"
}

collect_objects() {
	local tree
	tree=$("$here/vm/fetch-programs.sh")
	mkdir "$work/objects"
	cp "$tree"/usr/lib/*/bpf/0010-XPPen__ACK05.bpf.o "$work/objects/touchpad.o"
	cp "$tree"/carved/xdp-forward-xdp_fwd_flowtable_sample.bpf.o "$work/objects/forward.o"
	cp "$tree"/carved/systemd-nsresourced-userns_restrict_path_chown.bpf.o "$work/objects/userns.o"
}

say "Installing what is missing of the packages in tests/deps.list"
groups=(build)
if [ "$place" = vm ]; then groups+=(vm); fi
quietly deps "$here/install-deps.sh" "${groups[@]}"

say "Building kfgate, and fetching the programs${kernel:+, a kernel and a Debian for the VM} (cached)"
jobs=()
quietly build build_product & jobs+=($!)
quietly programs "$here/vm/fetch-programs.sh" & jobs+=($!)
if [ "$place" = vm ]; then
	quietly kernel "$here/vm/fetch-kernel.sh" "$kernel" & jobs+=($!)
	quietly rootfs "$here/vm/rootfs.sh" & jobs+=($!)
fi
for job in "${jobs[@]}"; do wait "$job"; done
collect_objects

status=0
if [ "$place" = host ]; then
	say "Running on this host"
	make_policy "$work/installed/usr/lib/kfgate/lifecycle"
	PATH=$work/installed/usr/bin:$PATH:/usr/sbin:/sbin sh "$here/demo/scene.sh" "$work/demo.yaml" "$work/objects" ||
		status=$?
else
	say "Booting a VM"
	make_policy /usr/lib/kfgate/lifecycle
	# the VM's output is a terminal to it, whatever it is here
	[ -t 1 ] || plain=1
	printf '%s\n' 'export KFGATE_DEMO=vm' "export NO_COLOR=${plain:-}" 'sh /t/scene.sh /t/demo.yaml /t/objects' \
		>"$work/script"
	tree=$("$here/vm/fetch-programs.sh")
	libxdp=$(compgen -G "$tree/usr/lib/*/libxdp.so.1")
	"$here/vm/run.sh" -k "$kernel" -t systemd -M veth -M nf_flow_table -s "$work/script" \
		"$work/installed/usr=/usr" "$work/demo.yaml" "$here/demo/scene.sh" "$work/objects" \
		"$tree/usr/sbin/xdp-forward=/usr/sbin/xdp-forward" \
		"$libxdp=${libxdp#"$tree"}" || status=$?
fi
echo
say "$([ "$status" = 0 ] && echo Done || echo "Failed (status $status)")"
exit "$status"
