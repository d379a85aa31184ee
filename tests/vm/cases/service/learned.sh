# SPDX-License-Identifier: GPL-2.0-or-later
# From an empty host to an allowlist, by the manual pages' own steps: init, some loads, learn, an enforcing policy with
# what was learned. What was loaded then is let in, from its unit alone; the learned file weakens nothing.
# kernels: newest
# tier: systemd
# timeout: 240
# reboot: no
# args: systemd.setenv=KFGATE_PROFILE=10-observe systemd.wants=kfgate-profile.service systemd.wants=kfgate.service
# files: vm-stage=/ src:tests/vm/service.sh src:policy/profiles/10-observe.yaml tests/tools/kfload fixture:key.o fixture:plain.o
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
. /t/lib.sh
. /t/service.sh

load_in() { in_unit "$1.service" /t/kfload obj /t/key.o; }
policy=/etc/kfgate/policy.d

policy_put </t/10-observe.yaml
gate_up
/t/kfload hold /t/key.o 600 >/tmp/held 2>&1 &
holder=$!
check "a program that is there" until_true 10 grep -q loaded /tmp/held
rm -f $policy/* /tmp/10-first.yaml
check "init writes a first policy" kfgate init --output=/tmp/10-first.yaml
check "which check takes" kfgate check /tmp/10-first.yaml
check_file "it audits" '^mode: audit' /tmp/10-first.yaml
check_file "and names what is loaded" 'bpf_key_put' /tmp/10-first.yaml
kill $holder
mkdir -p $policy
cp /tmp/10-first.yaml $policy/
gate_up
began=$(date +%s)
mark
check "two services load" load_in app-one
check "programs with kfuncs" load_in app-two
check "one of them twice" load_in app-one
fence

check "learn" kfgate learn "--since=@$began" --against=$policy --output=/tmp/50-learned.yaml
cat /tmp/50-learned.yaml
check_file "knows the first" 'app-one\.service' /tmp/50-learned.yaml
check_file "and the second" 'app-two\.service' /tmp/50-learned.yaml
check_none "it has rules only" '^(mode|name|serial|defaults|unlisted):' cat /tmp/50-learned.yaml

policy_put <<P
version: 1
name: enforcing
serial: 2
mode: enforce
defaults: {unlisted: refuse}
P
gate_up
expect_fail "without what was learned it is refused" load_in app-one
cp /tmp/50-learned.yaml $policy/
check "the two files go together" kfgate check
kfgate reload --check >/tmp/out 2>&1
check_eq "reload --check sees what would change" 0 $?
check "systemctl reload" systemctl reload kfgate.service
kfgate status >/tmp/status
check_file "it enforces still" '^ *Mode: enforce' /tmp/status
check "what was learned is let in" load_in app-one
check "of both" load_in app-two
expect_fail "from its unit alone" load_in app-three
check "what calls no kfunc loads anywhere" in_unit app-three.service /t/kfload obj /t/plain.o
policy_put </t/10-observe.yaml
gate_up
finish
