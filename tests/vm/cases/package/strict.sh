# SPDX-License-Identifier: GPL-2.0-or-later
# An upgrade of the Debian package beside a gate with guard: strict: the agent that runs stays, and nothing fails.
# kernels: 7.3
# tier: systemd
# reboot: no
# last: yes
# files: src:tests/vm/service.sh package:deb tests/tools/kfload
. /t/lib.sh
. /t/service.sh

deb=$(ls /t/kfgate_*.deb)
install() { dpkg -i "$1" >/tmp/dpkg 2>&1 || { cat /tmp/dpkg; return 1; }; }

rm -f /etc/dpkg/dpkg.cfg.d/99mmdebstrap # it leaves out what is in /usr/share
check "install" install "$deb"
systemctl stop kfgate.service # of a case before this one
policy_put <<P
version: 1
name: package
serial: 7
guard: strict
rules:
  - {id: bad, kfuncs: ["bpf_key_*", bpf_lookup_system_key], programs: {names: [bad]}, action: refuse}
P
check "enabled" systemctl --no-reload enable kfgate.service
check "started" systemctl start kfgate.service
kfgate status >/tmp/status
check_file "guarded against the service manager, too" 'Guard: on until the next boot' /tmp/status
first=$(unit_property MainPID)

mkdir -p /tmp/next
dpkg-deb -R "$deb" /tmp/next
sed -i 's/^Version: .*/&+next/' /tmp/next/DEBIAN/control
dpkg-deb --root-owner-group -Znone -b /tmp/next /tmp/next.deb >/dev/null
check "upgrade" install /tmp/next.deb
check_file "to the next version" '\+next' /var/lib/dpkg/status
check_file "which says when it begins" 'guarded until the next boot, which starts this version' /tmp/dpkg
check_eq "the same agent runs" "$first" "$(unit_property MainPID)"
check_eq "its service is active" active "$(systemctl is-active kfgate.service)"
check_eq "nobody tried to stop it" 0 "$(stat attempts)" || journalctl --no-pager -o cat KFGATE_KIND=tampering | head -n 20
expect_fail "it refuses what it has to" /t/kfload key bad
check "and that alone" /t/kfload key good
check_none "no unit failed" . systemctl --failed --plain --no-legend
finish
