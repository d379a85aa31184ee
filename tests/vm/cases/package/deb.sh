# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian package: install, upgrade while loads go on, remove, purge.
# kernels: 7.3
# tier: systemd
# reboot: no
# timeout: 420
# files: src:tests/vm/service.sh package:deb tests/tools/kfload
. /t/lib.sh
. /t/service.sh

deb=$(ls /t/kfgate_*.deb)
# number NAME: of a word in the hammer's count
number() { sed -n 's/.* '"$1"'=\([0-9]*\).*/\1/p' /tmp/hammer; }
# All that is named after it, where packages put and services leave things.
traces() {
	find /etc /usr /var /run /sys/fs/bpf -xdev -name '*kfgate*' ! -name '*kfgate-vm*' ! -path '/etc/systemd/system/kfgate-vm*' | sort
}
install() { dpkg -i "$1" >/tmp/dpkg 2>&1 || { cat /tmp/dpkg; return 1; }; }

rm -f /etc/dpkg/dpkg.cfg.d/99mmdebstrap # it leaves out what is in /usr/share
traces >/tmp/before
check "install" install "$deb"
check_eq "it is complete" "install ok installed" "$(dpkg -s kfgate | sed -n 's/^Status: //p')"
check_none "as it was packaged" . dpkg -V kfgate
check_eq "not enabled" disabled "$(systemctl is-enabled kfgate.service)"
check_eq "not started" inactive "$(systemctl is-active kfgate.service)"
systemctl --no-reload preset kfgate.service kfgate-metrics.timer 2>/tmp/preset
check_eq "nor by the first boot of an image" disabled "$(systemctl is-enabled kfgate.service)"
check "there is a place for policies" [ -d /etc/kfgate/policy.d ]
journalctl --list-catalog >/tmp/catalog 2>&1
check_file "the journal's catalog knows the messages" ' kfgate: ' /tmp/catalog
for file in bash-completion/completions/kfgate man/man8/kfgate.8.gz man/man5/kfgate-policy.5.gz doc/kfgate/README.md.gz; do
	check "/usr/share/$file" [ -s "/usr/share/$file" ]
done

expect_fail "there is no policy yet" sh -c 'kfgate check >/tmp/log 2>&1'
check_file "kfgate says where one is" 'no policy: .*/usr/lib/kfgate/profiles/10-observe.yaml' /tmp/log
policy_put <<P
version: 1
name: package
serial: 7
rules:
  - {id: bad, kfuncs: ["bpf_key_*", bpf_lookup_system_key], programs: {names: [bad]}, action: refuse}
P
check "enabled" systemctl --no-reload enable kfgate.service
check "started" systemctl start kfgate.service
expect_fail "and refuses" /t/kfload key bad
check "what it has to, alone" /t/kfload key good

mkdir -p /tmp/next
dpkg-deb -R "$deb" /tmp/next
sed -i 's/^Version: .*/&+next/' /tmp/next/DEBIAN/control
dpkg-deb --root-owner-group -Znone -b /tmp/next /tmp/next.deb >/dev/null
sum=$(sha256sum /etc/kfgate/policy.d/policy.yaml)
first=$(unit_property MainPID)
refused=$(stat refused)
mark
nice -n 10 /t/kfload hammer 1 /tmp/enough >/tmp/hammer & # all the time, but not instead of the upgrade
hammer=$!
sleep 1 # of loads before the upgrade, and behind it
check "upgrade" install /tmp/next.deb
sleep 1 # see above
touch /tmp/enough
wait $hammer
echo "  $(cat /tmp/hammer)"
check_file "to the next version" '\+next' /var/lib/dpkg/status
check "another agent runs" [ "$(unit_property MainPID)" != "$first" ]
check_eq "it is active" active "$(systemctl is-active kfgate.service)"
check_eq "started once" 0 "$(unit_property NRestarts)"
check "loads went on all the time" [ "$(number bad)" -gt 20 ]
check_eq "forbidden ones that were admitted" 0 "$(number admitted)"
check_eq "allowed ones that were refused" 0 "$(number refused)"
check_eq "other answers" 0 "$(number other)"
check_eq "each refusal was counted" "$(number bad)" $(($(stat refused) - refused))
check_eq "the package touched nothing that is guarded" 0 "$(records KFGATE_KIND=tampering)"
check_eq "the policy is as it was" "$sum" "$(sha256sum /etc/kfgate/policy.d/policy.yaml)"
check_eq "it is still enabled" enabled "$(systemctl is-enabled kfgate.service)"

check "remove" sh -c 'dpkg -r kfgate >/tmp/dpkg 2>&1'
check "the gate is off" /t/kfload key bad
check_none "none of its programs is left" kfgate_ bpftool prog list
check "the program is gone" [ ! -e /usr/bin/kfgate ]
check_eq "the policy is as it was" "$sum" "$(sha256sum /etc/kfgate/policy.d/policy.yaml)"
journalctl --list-catalog >/tmp/catalog 2>&1
expect_fail "the journal's catalog has forgotten it" grep ' kfgate: ' /tmp/catalog
check "purge" sh -c 'dpkg -P kfgate >/tmp/dpkg 2>&1'
traces >/tmp/after
check "nothing is left" diff /tmp/before /tmp/after
check_none "no unit failed" . systemctl --failed --plain --no-legend
finish
