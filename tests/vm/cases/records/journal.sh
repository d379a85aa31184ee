# SPDX-License-Identifier: GPL-2.0-or-later
# What journalctl shows of decisions: by kfunc, by priority, by the unit that loaded, with explanations.
# kernels: newest
# also: 6.1
# tier: systemd
# timeout: 360
# reboot: no
# args: systemd.setenv=KFGATE_PROFILE=10-observe systemd.wants=kfgate-profile.service systemd.wants=kfgate.service
# files: vm-stage=/ src:tests/vm/service.sh
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
# files: tests/tools/kfload fixture:key.o fixture:plain.o src:agent/record/message_ids.h
. /t/lib.sh
. /t/service.sh

policy() {
	policy_put <<P
version: 1
name: records
serial: 1
mode: $1
defaults: {deprecated: warn}
deprecations:
  - {kfunc: bpf_lookup_system_key, deprecated-in: "6.0", removed-in: "9.0", replacement: bpf_lookup_new, source: test}
rules:
  - {id: keys-refused, kfuncs: [bpf_key_put], loaders: {units: [kfg-refused.service]}, action: refuse}
  - {id: keys-audited, kfuncs: [bpf_key_put], loaders: {units: [kfg-audited.service]}, action: audit}
waivers:
  - {id: OPS-1, kfuncs: [bpf_lookup_system_key], loaders: {units: [kfg-audited.service]}, until: 2099-12-31, owner: me, reason: test}
P
}
load_in() { in_unit "$1.service" /t/kfload obj /t/key.o; }

# The MESSAGE_IDs of a kind in the journal are those of the source.
kind_has_its_id() {
	want=$(sed -n 's/^\tX([A-Z_]*, "'"$1"'", [A-Z_]*, "\([0-9a-f]*\)").*/\1/p' /t/message_ids.h)
	check_eq "MESSAGE_ID of $1" "$want" "$(field MESSAGE_ID "KFGATE_KIND=$1" | sort -u)"
}

policy enforce
gate_up
mark
check "journalctl takes the catalog" journalctl --update-catalog
load_in kfg-refused >/tmp/out
check_eq "a program is refused" "key.o refused EACCES" "$(cat /tmp/out)"
check "the same is let through with a warning for another unit" load_in kfg-warned
check "and noted for a third" load_in kfg-audited
check "programs without kfuncs load" in_unit kfg-plain.service /t/kfload obj /t/plain.o
check "libbpf's probes run" in_unit kfg-probes.service /t/kfload probes
check "bpftool's probes run" in_unit kfg-probes.service bpftool feature probe
check "the records arrive" fence

check_eq "one record each, no other" "audit refuse warn " "$(field KFGATE_VERDICT KFGATE_EVENT=load | sort | tr '\n' ' ')"
check_eq "by kfunc: two of them" 2 "$(records KFGATE_KFUNC=bpf_key_put KFGATE_EVENT=load)"
check_eq "all of them, by the deprecated one" 3 "$(records KFGATE_KFUNC=bpf_lookup_system_key KFGATE_EVENT=load)"
journal -o json KFGATE_KFUNC=bpf_key_put KFGATE_KIND=refused >/tmp/record
check_file "both kfuncs are in it" '"KFGATE_KFUNC":\[("bpf_key_put","bpf_lookup_system_key"|"bpf_lookup_system_key","bpf_key_put")\]' /tmp/record
check_file "and which of them decided" '"KFGATE_DETAIL":\[.*"bpf_key_put: refuse, rule keys-refused' /tmp/record
for want in KFGATE_RULE:keys-refused KFGATE_REASON:rule KFGATE_PROG_NAME:key_live KFGATE_PROG_TYPE:lsm KFGATE_COMM:kfload \
	KFGATE_EXE:/t/kfload KFGATE_UNIT:kfg-refused.service KFGATE_CGROUP:/system.slice/kfg-refused.service KFGATE_UID:0 \
	KFGATE_ERRNO:13 KFGATE_POLICY:records PRIORITY:3 SYSLOG_IDENTIFIER:kfgate; do
	check_file "it says $want" "\"${want%%:*}\":\"${want#*:}\"" /tmp/record
done
check_file "the source line" '"KFGATE_SOURCE":"[^"]*key.bpf.c:[0-9]+"' /tmp/record
check_eq "by priority err" refuse "$(field KFGATE_VERDICT -p err KFGATE_EVENT=load)"
check_eq "by priority warning" "refuse warn " "$(field KFGATE_VERDICT -p warning KFGATE_EVENT=load | sort | tr '\n' ' ')"
check_eq "the audited one is a notice" audit "$(field KFGATE_VERDICT -p notice..notice KFGATE_EVENT=load)"
journal KFGATE_KIND=warned -o json >/tmp/record
check_file "the deprecation is in the warning" '"KFGATE_REPLACEMENT":"bpf_lookup_new"' /tmp/record
journal KFGATE_KIND=audited -o json >/tmp/record
check_file "the waiver in the note" 'OPS-1' /tmp/record
for kind in refused warned audited; do
	check_eq "with the unit that loaded, which is gone" "$kind" "$(journal -o cat --output-fields=KFGATE_KIND -u "kfg-$kind.service" KFGATE_EVENT=load)"
	kind_has_its_id $kind
done
journal -u kfg-refused.service >/tmp/unit.log
check_file "for the reader of journalctl -u" 'kfgate\[[0-9]*\]: Refused BPF program "key_live" \(lsm\) of kfload\[[0-9]*\] \(kfg-refused.service\): rule keys-refused refuses kfunc bpf_key_put' /tmp/unit.log
check_eq "units that loaded nothing like it have none" 0 "$(records -u kfg-plain.service KFGATE_EVENT=load)"
journal -x KFGATE_KIND=refused >/tmp/explained
check_file "journalctl -x explains" 'If no rule lists the kfunc: add a rule' /tmp/explained
check_file "with the values of the record" 'was refused: rule' /tmp/explained
expect_fail "all of them" grep -q @KFGATE /tmp/explained

policy audit
gate_up
mark
check "in mode audit the refused one loads" load_in kfg-refused
check "the record arrives" fence
check_eq "it would be refused" would-refuse "$(field KFGATE_VERDICT KFGATE_EVENT=load -p warning..warning)"
journal KFGATE_EVENT=load >/tmp/would
check_file "and says so" 'kfgate\[[0-9]*\]: Would refuse BPF program "key_live"' /tmp/would
expect_fail "and not that it was refused" grep -q ': Refused' /tmp/would
kind_has_its_id would-refuse
kind_has_its_id policy-loaded
kind_has_its_id swept
journal -x KFGATE_KIND=would-refuse >/tmp/explained
check_file "journalctl -x explains that, too" 'Before the policy is switched to "mode: enforce"' /tmp/explained

# Lifecycle data that is too old is told, and not by kfgate check alone.
mkdir -p /etc/kfgate
printf 'version: 1\ndate: 2020-01-01\nknown-kfuncs: [x]\n' >/etc/kfgate/old.yaml
policy_put <<P
version: 1
name: records
serial: 1
include: [/etc/kfgate/old.yaml]
P
mark
gate_up
check "old lifecycle data is told" until_true 60 in_journal KFGATE_KIND=lifecycle-old KFGATE_LIFECYCLE=/etc/kfgate/old.yaml -p warning..warning
kind_has_its_id lifecycle-old
kfgate status >/tmp/status
check_file "also in kfgate status" 'Lifecycle: of 2020-01-01, [0-9]+ days old, TOO OLD: /etc/kfgate/old.yaml' /tmp/status
sed -i '$a lifecycle-max-age: 0' /etc/kfgate/policy.d/policy.yaml
mark
gate_up
fence
check_eq "unless the policy takes any age" 0 "$(records KFGATE_KIND=lifecycle-old)"

# The timer's service, as node_exporter's collector reads it.
check "without node_exporter there is nothing to do" systemctl start kfgate-metrics.service
mkdir -p /var/lib/prometheus/node-exporter
check "metrics are written" systemctl start kfgate-metrics.service
check_file "of a gate that is up" '^kfgate_up 1$' /var/lib/prometheus/node-exporter/kfgate.prom
check "the timer starts" systemctl start kfgate-metrics.timer
check_file "and will be due" 'kfgate-metrics.timer' "$(systemctl list-timers --no-pager >/tmp/timers && echo /tmp/timers)"

# A policy as an extension of /etc, as kfgate-fleet(7) has it.
extension=/var/lib/confexts/kfgate-policy/etc
mkdir -p $extension/extension-release.d $extension/kfgate/policy.d
echo ID=_any >$extension/extension-release.d/extension-release.kfgate-policy
printf 'version: 1\nname: from-confext\nserial: 2\n' >$extension/kfgate/policy.d/policy.yaml
modprobe -q overlay
if ! grep -q overlay /proc/filesystems; then
	left_out "no overlayfs in this kernel, so no systemd-confext"
	finish
fi
mark
expect_fail "the guard lets nobody cover /etc" systemd-confext refresh
check "and tells" in_journal KFGATE_KIND=tampering KFGATE_ATTEMPT=mount
systemctl stop kfgate.service
check "with the gate down, systemd-confext merges the policy" systemd-confext refresh
check "the gate starts" systemctl start kfgate.service
check_eq "with that policy" "Policy from-confext 2 in force" "$(unit_property StatusText)"
systemctl stop kfgate.service
check "and is taken off again" systemd-confext unmerge
rm -r /var/lib/confexts/kfgate-policy
check "with the gate up as before" systemctl start kfgate.service
finish
