#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Print how QEMU runs VMs here: "kvm" where the processor virtualizes and /dev/kvm can be used, else "tcg". A KVM that
# has no help from the processor emulates what a kernel does in its own way, so that a failure might be its own.
# KFGATE_VM_ACCEL says otherwise.
# usage: accel.sh [ARCH]     of the VM, as Debian names it (default amd64); KVM is for the host's own only
set -euo pipefail

arch=${1:-amd64}
accel=${KFGATE_VM_ACCEL:-}

# On x86, KVM may be there without the processor's help; on arm64 it is not.
virtualizes() {
	case $arch:$(uname -m) in
	amd64:x86_64) grep -Eqw 'vmx|svm' /proc/cpuinfo ;;
	arm64:aarch64) ;;
	*) return 1 ;;
	esac
}

emulator=$("$(dirname "$(readlink -f "$0")")/emulator.sh" "$arch")
if [ "$arch:$(uname -m)" != amd64:x86_64 ] && [ "$arch:$(uname -m)" != arm64:aarch64 ]; then accel=tcg; fi
if [ -z "$accel" ]; then
	accel=tcg
	if virtualizes && [ -w /dev/kvm ] &&
		echo quit | timeout 10 "$emulator" -accel kvm -machine none -nodefaults -no-user-config \
			-display none -monitor stdio >/dev/null 2>&1; then
		accel=kvm
	fi
fi
echo "$accel"
