# SPDX-License-Identifier: GPL-2.0-or-later
# `kfgate programs`: what is loaded now, with its kfuncs and verdicts; what the kernel hides is unknown, not fine.
# kernels: 6.1 7.3
# also: 6.12
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh

cat >/tmp/policy.yaml <<P
version: 1
name: inventory
serial: 1
rules:
  - {id: no-put, kfuncs: [bpf_key_put], action: refuse}
  - {id: keys, kfuncs: ["bpf_*_key"], action: allow}
P
programs() {
	code=0
	kfgate programs --policy=/tmp/policy.yaml "$@" >/tmp/out 2>/tmp/err || code=$?
}
programs
check_eq "nothing with kfuncs: clean" 0 "$code"
kfload hold /t/key.o 1000 >/tmp/before &
holder=$!
until_true 20 grep -q "^id " /tmp/before
id=$(sed -n 's/^id //p' /tmp/before | head -n 1)
programs
check_eq "a program that would be refused: exit code" 3 "$code"
check "it is there by id and name" grep -Eq "^$id +key_live +\(lsm, uid 0\)" /tmp/out
check "with the kfunc that is refused, and by which rule" grep -q "refuse  *bpf_key_put: rule no-put" /tmp/out
check "and the one that is allowed" grep -q "allow  *bpf_lookup_system_key$" /tmp/out
kfgate why --policy=/tmp/policy.yaml --unit=x.service "$id" >/tmp/why
check_eq "why says it of the program by its id: exit code" 3 $?
check_file "rule by rule" 'no-put' /tmp/why
kfgate why --policy=/tmp/policy.yaml 999999 >/tmp/why 2>&1
check_eq "of an id that is not there" 1 $?
programs --format=json
check_eq "as JSON, too" 3 "$code"
check "with the names" grep -q '"name": "bpf_key_put"' /tmp/out
cat >/tmp/loaders.yaml <<P
version: 1
name: loaders
serial: 1
rules:
  - {id: no-put, kfuncs: [bpf_key_put], loaders: {units: [x.service]}, action: refuse}
P
code=0
kfgate programs --policy=/tmp/loaders.yaml >/tmp/out 2>/tmp/err || code=$?
check_eq "what depends on who loaded it: exit code" 4 "$code"
check "and on what" grep -q "allow or refuse bpf_key_put: depends on unit, not known" /tmp/out
sed -i 's/mode: .*//; s/^serial: 1/serial: 2\nmode: audit/' /tmp/policy.yaml
programs
check_eq "a policy in audit mode refuses nothing: a warning" 2 "$code"
check "and says so" grep -q "would refuse" /tmp/out
kfload hold /t/long_names.o 1000 >/tmp/long &
long=$!
until_true 20 grep -q "^id " /tmp/long
programs
for name in userns_restrict_path_mkdir userns_restrict_path_link; do
	check "a name that the kernel cuts is whole: $name" grep -Eq "^[0-9]+ +$name \(lsm" /tmp/out
done
kill $long
echo 2 >/proc/sys/kernel/kptr_restrict
programs
check_eq "where the kernel hides its addresses: exit code" 4 "$code"
check "unknown, and why" grep -q "unknown .*kptr_restrict" /tmp/out
check_eq "no kfunc is made up" 0 "$(grep -c bpf_key_put /tmp/out)"
echo 0 >/proc/sys/kernel/kptr_restrict
kill $holder
finish
