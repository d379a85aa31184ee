# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: newest-generic
# tier: systemd
# modules: uhid
# files: program:usr/lib/x86_64-linux-gnu/bpf=/t/bpf
# Without a gate the HID-BPF objects (struct_ops, hid_bpf_* kfuncs) load. Those numbered with a 9 at
# the end are for kernels before 6.11 and load on no other.
. /t/lib.sh

for object in /t/bpf/00[0-9]0-*.bpf.o; do
	name=$(basename "$object" .bpf.o)
	check "$name loads" bpftool prog loadall "$object" /sys/fs/bpf/hid
	rm -rf /sys/fs/bpf/hid
done
finish
