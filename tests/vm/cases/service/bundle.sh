# SPDX-License-Identifier: GPL-2.0-or-later
# kfgate bundle on a host that runs the gate: what is in the archive, and that the unit's secrets are not; and the most
# memory that the unit had since its start.
# kernels: newest
# tier: systemd
# timeout: 420
# args: systemd.setenv=KFGATE_PROFILE=20-deprecations-only systemd.wants=kfgate-profile.service rd.secret=s3cr3t-cmdline
# files: vm-stage=/ src:tests/vm/service.sh
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
# files: tests/tools/kfload fixture:key.o
. /t/lib.sh
. /t/service.sh

mkdir -p /run/systemd/system/kfgate.service.d
cat >/run/systemd/system/kfgate.service.d/secret.conf <<P
[Service]
Environment=API_TOKEN=s3cr3t-unit
SetCredential=key:s3cr3t-credential
P
systemctl daemon-reload
policy_put <<P
version: 1
name: bundle
serial: 1
rules:
  - {id: no-keys, kfuncs: [bpf_key_put], action: refuse}
P
mark
check "the service starts" systemctl start kfgate.service
check_eq "with secrets" API_TOKEN=s3cr3t-unit "$(unit_property Environment)"
peak=$(cat "/sys/fs/cgroup$(unit_property ControlGroup)/memory.peak")
echo "  peak of the unit: $peak bytes"
# 14 MB are maps, 10 MB the verifier's, 12 MB the process's
check "its unit had at most 44 MB" [ "$peak" -le 44000000 ]
expect_fail "a load is refused" /t/kfload obj /t/key.o
check "which the journal has" fence

API_TOKEN=s3cr3t-mine kfgate bundle -o /tmp/b.tar.gz >/tmp/out 2>/tmp/err
code=$?
cat /tmp/err
check_eq "all is in it" 0 "$code"
check_eq "and its name is said" /tmp/b.tar.gz "$(cat /tmp/out)"
mkdir /tmp/b
check "it is an archive" tar -C /tmp/b -xzf /tmp/b.tar.gz
cd /tmp/b/kfgate-bundle || exit
for name in MANIFEST.json host.json status.json metrics.txt doctor.json programs.json check.json service.txt journal.jsonl \
	policy/etc/kfgate/policy.d/policy.yaml; do
	check "$name" [ -s $name ]
done
check_file "the status" '"policy"' status.json
check_file "the unit is active" '^ActiveState=active$' service.txt
check_file "the refusal" '"KFGATE_KIND" *: *"refused"' journal.jsonl
check "the kernel" grep -qF "\"release\": \"$(uname -r)\"" host.json
check_none "no secret of anybody" s3cr3t grep -r . .
systemctl stop kfgate.service
check "it works without an agent, too" kfgate bundle -o /tmp/c.tar.gz
finish
