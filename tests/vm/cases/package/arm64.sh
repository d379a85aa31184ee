# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian package on arm64: installed, started by systemd, refusing, recording, removed. What it depends
# on stands in this root without dpkg's knowledge.
# kernels: arm64:6.12 arm64:newest
# tier: systemd
# timeout: 240
# files: src:tests/vm/service.sh package:deb tests/tools/kfload fixture:key.o fixture:plain.o
. /t/lib.sh
. /t/service.sh

rm -f /etc/dpkg/dpkg.cfg.d/99mmdebstrap # it leaves out what is in /usr/share
check "the system is up" systemctl is-system-running --wait
check "install" dpkg --force-depends -i /t/kfgate_*.deb
check_eq "for this architecture" arm64 "$(dpkg-query -W -f '${Architecture}' kfgate)"
check_eq "it is complete" "install ok installed" "$(dpkg -s kfgate | sed -n 's/^Status: //p')"
check_none "as it was packaged" . dpkg -V kfgate
check_eq "not started" inactive "$(systemctl is-active kfgate.service)"
check "without it a program loads" /t/kfload obj /t/key.o

policy_put <<P
version: 1
name: arm64
serial: 1
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
check "its policy is right" kfgate check
mark
check "started" systemctl start kfgate.service
kfgate status >/tmp/status
check_file "the gate is guarded" '^ *Guard: on' /tmp/status
expect_fail "it refuses" /t/kfload obj /t/key.o
check "what is forbidden alone" /t/kfload obj /t/plain.o
fence
check_eq "the refusal is one record" 1 "$(records KFGATE_KIND=refused)"
check_eq "nothing was tampering" 0 "$(records KFGATE_KIND=tampering)"
check "removed" dpkg -r kfgate
check "the gate is off" /t/kfload obj /t/key.o
check_none "and nothing of it is there" 'kfgate\.(service|timer)' systemctl list-units --no-legend --all 'kfgate*'
finish
