# SPDX-License-Identifier: GPL-2.0-or-later
# A list of security modules without BPF LSM, mounted over the kernel's, makes the next agent no other one.
# kernels: newest
# also: 6.12
# tier: systemd
# timeout: 120
# files: vm-stage=/ src:tests/vm/service.sh src:tests/vm/attack.sh
# files: tests/tools/kfload tests/attack/attack fixture:key.o fixture:plain.o
. /t/lib.sh
. /t/service.sh
. /t/attack.sh

list=/sys/kernel/security/lsm
policy_put <<'P'
version: 1
name: listed
serial: 1
guard: auto
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
another() { [ "$(unit_property MainPID)" != "$old" ] && systemctl is-active -q kfgate.service; }
mark
gate_up
expect_fail "the gate decides" in_unit evil.service /t/kfload obj /t/key.o
old=$(unit_property MainPID)
sed 's/,bpf//; s/bpf,//' $list >/tmp/lsm
check "another list is mounted over the kernel's" mount --bind /tmp/lsm $list
in_unit evil.service /t/attack send-signal 9
check "another agent comes" until_true 40 another
expect_fail "it decides" in_unit evil.service /t/kfload obj /t/key.o
check "what is not forbidden loads" in_unit evil.service /t/kfload obj /t/plain.o
umount $list
journal -u kfgate.service >/tmp/log
check_file "it took over from the one before" 'took over from gate' /tmp/log
check_none "and hooks by BPF LSM" '"bpf_lsm" *: *false' kfgate status --json
finish
