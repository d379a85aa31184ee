#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Print how QEMU runs VMs here: "kvm" where the processor virtualizes and /dev/kvm can be used, else "tcg". A KVM that
# has no help from the processor emulates what a kernel does in its own way, so that a failure might be its own.
# KFGATE_VM_ACCEL says otherwise.
set -euo pipefail

accel=${KFGATE_VM_ACCEL:-}
if [ -z "$accel" ]; then
	accel=tcg
	if grep -Eqw 'vmx|svm' /proc/cpuinfo && [ -w /dev/kvm ] &&
		echo quit | timeout 10 qemu-system-x86_64 -accel kvm -machine none -nodefaults -no-user-config \
			-display none -monitor stdio >/dev/null 2>&1; then
		accel=kvm
	fi
fi
echo "$accel"
