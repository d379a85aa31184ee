#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Print the command of the QEMU that runs VMs here. A QEMU before 10 is slower without KVM (a fifth on these tests) and
# has faults that 10 has not: where the host's is older, the one of its suite's backports is unpacked into the cache, if
# there is one that runs here. KFGATE_VM_QEMU names another command.
# usage: emulator.sh [ARCH]     of the VM, as Debian names it (default amd64)
# Exit status: 0, 1 no QEMU, 2 wrong usage.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/vm/apt-root.sh
. "$here/apt-root.sh"

case ${1:-amd64} in
amd64) name=qemu-system-x86_64 package=qemu-system-x86 ;;
arm64) name=qemu-system-aarch64 package=qemu-system-arm ;;
*) echo "emulator.sh: no VMs of architecture '$1' (amd64, arm64)" >&2; exit 2 ;;
esac
major=10

is_new() {
	local version
	version=$("$name" --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\).*/\1/p')
	[ "${version:-0}" -ge $major ]
}

suite_of_host() {
	(. /etc/os-release && echo "${VERSION_CODENAME:-}")
}

# Firmware and the like are the host's: what the VMs take of it has not changed.
unpack() {
	local into=$1
	rm -rf "$into.new"
	kfg_apt_unpack "$into.new" "$package" || return
	cat >"$into.new/run" <<-SH
		#!/bin/sh
		exec "$into/usr/bin/$name" -L /usr/share/qemu -L /usr/share/seabios "\$@"
	SH
	chmod 755 "$into.new/run"
	mv "$into.new" "$into"
}

# The newest of the backports, unpacked; fails where there is none.
newest() {
	local suite version into
	suite=$(suite_of_host)
	[ -n "$suite" ] && kfg_apt_open "$suite-backports" "$(dpkg --print-architecture)" 2>/dev/null || return
	version=$(apt-cache madison "$package" 2>/dev/null | awk -F ' *[|] *' 'NR == 1 { print $2 }')
	version=${version#*:}
	[ "${version%%.*}" -ge $major ] 2>/dev/null || return
	into=$kfg_cache/qemu/$package-$version
	[ -e "$into" ] || unpack "$into" || return
	"$into/run" --version >/dev/null 2>&1 && echo "$into/run"
}

# The command of the backport, looked for once a day; without a network it is the one that was found before.
backport() {
	local known=$kfg_cache/qemu/$package.command command
	mkdir -p "$kfg_cache/qemu"
	if [ -z "$(find "$known" -mtime -1 2>/dev/null)" ] && command=$(newest); then
		echo "$command" >"$known.new"
		mv "$known.new" "$known"
	fi
	[ -s "$known" ] && [ -x "$(cat "$known")" ] && cat "$known"
}

if [ -n "${KFGATE_VM_QEMU:-}" ]; then
	echo "$KFGATE_VM_QEMU"
elif ! is_new && command=$(kfg_in_cache qemu backport); then
	echo "$command"
elif ! command -v "$name"; then
	echo "emulator.sh: no $name here" >&2
	exit 1
fi
