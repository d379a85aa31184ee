# SPDX-License-Identifier: GPL-2.0-or-later
# An input device is plugged in, and udev has udev-hid-bpf load a fix for it, programs that call hid_bpf kfuncs: refused by the
# hardened profile, allowed by the rule that it has as an example.
# kernels: newest-generic
# tier: systemd
# reboot: no
# modules: uhid hid_generic
# args: systemd.setenv=KFGATE_PROFILE=30-hardened systemd.wants=kfgate-profile.service systemd.wants=kfgate.service
# files: vm-stage=/ src:tests/vm/service.sh tests/tools/hiddev
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
# files: program:usr/bin/udev-hid-bpf=/usr/bin/udev-hid-bpf
# files: program:usr/lib/x86_64-linux-gnu/bpf=/usr/lib/x86_64-linux-gnu/bpf
# files: program:usr/lib/udev/rules.d/81-hid-bpf.rules=/usr/lib/udev/rules.d/81-hid-bpf.rules
# files: program:usr/lib/udev/hwdb.d/81-hid-bpf-stable.hwdb=/t/hwdb/etc/udev/hwdb.d/81-hid-bpf-stable.hwdb
. /t/lib.sh
. /t/service.sh

# An example of the profile, without the comment signs.
example() { sed -n '/^#  - id: '"$1"'$/,/^#    action:/s/^#//p' /usr/lib/kfgate/profiles/30-hardened.yaml; }

loaded() { bpftool prog list | grep -q '^[0-9]*: struct_ops  *name hid_rdesc_fixup'; }
not_loaded() { ! loaded; }
gone() { ! ls /sys/bus/hid/devices/*:24AE:2015.* >/dev/null 2>&1; }

# A Rapoo M50 Plus Silent, as udev knows it.
plug() {
	/t/hiddev 24ae 2015 186 >/tmp/plugged &
	device=$!
	until_true 20 grep -q plugged /tmp/plugged && udevadm settle
}
unplug() {
	kill $device
	wait $device 2>/dev/null
	until_true 20 gone && udevadm settle && until_true 20 not_loaded
}

# The data base of this package alone: that of the whole system takes long to compile.
systemd-hwdb update --root /t/hwdb
mkdir -p /etc/udev
cp /t/hwdb/etc/udev/hwdb.bin /etc/udev/hwdb.bin
systemctl restart systemd-udevd.service

systemctl stop kfgate.service
check "1. without the gate: a device comes" plug
check "   and has its fix" loaded
check "   which goes with it" unplug

policy_put </usr/lib/kfgate/profiles/30-hardened.yaml
gate_up
mark
check "2. under the hardened profile: a device comes" plug
expect_fail "   and does without" loaded
check "   the record arrives" fence
journal -u systemd-udevd.service >/tmp/log
check_file "   in the journal of udev" 'kfgate\[[0-9]*\]: Refused BPF program "hid_rdesc_fixup.*" \(struct_ops\) of udev-hid-bpf\[[0-9]*\] \(systemd-udevd.service\): kfunc hid_bpf_get_data is listed by no rule' /tmp/log
check "   it goes" unplug

{
	cat /usr/lib/kfgate/profiles/30-hardened.yaml
	example udev-hid-bpf
} | policy_put
gate_up
mark
check "3. with the rule that the profile has as an example: a device comes" plug
check "   and has its fix" loaded
check "   what there is to tell is told" fence
check_none "   nothing" . field MESSAGE KFGATE_EVENT=load
check "   it goes" unplug
finish
