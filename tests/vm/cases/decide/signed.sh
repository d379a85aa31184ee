# SPDX-License-Identifier: GPL-2.0-or-later
# Rules about who signed a program: the programs of a signed light skeleton are its loader's, and of nobody who borrows
# its memory. On a kernel that does not say who signed a program such a rule matches nothing, and check says so.
# kernels: 6.12 7.2 newest
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
# files: signed:kfsigned signed:certificate.der signed:insns.sig
# timeout: 200
. /t/lib.sh
. /t/gate.sh

policy() { # SERIAL RULE...
	printf 'version: 1\nname: signed\nserial: %s\ndefaults: {unlisted: refuse}\nrules:\n' "$1"
	shift
	printf '  - %s\n' "$@"
}
trusted='{id: trusted, kfuncs: [bpf_key_put, bpf_lookup_system_key], signed: ["keyring:kfgate"], action: allow}'
policy 1 "$trusted" >/tmp/policy.yaml

if [ "$KFGATE_VM_KERNEL" = 6.12 ]; then
	kfgate check /tmp/policy.yaml >/tmp/out 2>&1
	check_file "check says that the kernel is silent" 'signature-unknown|matches nothing on this kernel' /tmp/out
	gate_start /tmp/policy.yaml
	check_file "and so does the agent" 'rule "trusted" matches nothing on this kernel' /tmp/kfgate.err
	expect_fail "what the rule would allow is refused" kfload obj /t/key.o
	check_record "and it is not known whether it is signed" '"KFGATE_KIND":"refused".*"KFGATE_SIGNED":"unknown"'
	policy 2 '{id: none, kfuncs: [bpf_key_put, bpf_lookup_system_key], signed: no, action: allow}' >/tmp/policy.yaml
	check "reload" kfgate reload
	expect_fail "\"no\" matches nothing either" kfload obj /t/key.o
	check "stop" gate_stop
	finish
fi

# Linux 7.2 verifies the instructions alone, and not the loader's map as bpftool 7.8 signs it.
case $KFGATE_VM_VERSION in 7.2.*) export SIGNATURE=/t/insns.sig ;; esac
answer() { kfsigned load "$@" | paste -sd ,; }
cert=/t/certificate.der

keyring=$(kfsigned keyring kfgate $cert)
check_eq "1. without the gate the signed one and the unsigned load, and one that was tampered with does not" \
	"signed loaded,unsigned loaded,tampered refused EKEYREJECTED" "$(answer "$keyring" signed unsigned tampered)"
check_eq "   who borrows a program from the signed loader's memory loads it, and so does a copy of the loader" \
	"borrow loaded,copy loaded" "$(answer "$keyring" borrow copy)"
check_eq "   nobody writes over the map of the signed loader, by an iterator, or as a map in a map" \
	"iterator refused EPERM,inner refused ENOTSUPP" "$(answer "$keyring" iterator inner)"
check_none "   check has nothing to say" . kfgate check --quiet /tmp/policy.yaml
gate_start /tmp/policy.yaml
check_eq "2. what a key of the keyring signed loads" "signed loaded" "$(answer "$keyring" signed)"
check_eq "3. and nothing else: no signature, another one, a borrowed program, a copy of the loader without a signature" \
	"unsigned refused EACCES,tampered refused EKEYREJECTED,borrow refused EACCES,copy refused EACCES" \
	"$(answer "$keyring" unsigned tampered borrow copy)"
check_eq "   nor what a key of the caller's own signed" "signed refused EACCES" "$(answer session=$cert signed)"
check_record "4. the record of the unsigned one" \
	'"KFGATE_KIND":"refused".*"KFGATE_PROG_NAME":"key_live".*"KFGATE_KERNEL":"yes","KFGATE_SIGNED":"no"'
check_record "   of the caller's own" \
	'"KFGATE_KIND":"refused".*"KFGATE_SIGNED":"yes","KFGATE_KEYRING":"user:[0-9]+","KFGATE_SIGNED_BY":"loader"'
check_record "   of the borrowed" '"KFGATE_KIND":"refused".*"KFGATE_PROG_NAME":"borrowed".*"KFGATE_SIGNED":"no"'
check_eq "   none of the tampered one, which never gets to the gate" 0 "$(record_count EKEYREJECTED)"

policy 2 "${trusted%allow*}audit}" \
	'{id: unsigned, kfuncs: [bpf_key_put, bpf_lookup_system_key], signed: no, action: warn}' >/tmp/policy.yaml
check "5. another policy" kfgate reload
check_eq "   both load" "signed loaded,unsigned loaded" "$(answer "$keyring" signed unsigned)"
check_record "   the signed one by the one rule" \
	'"KFGATE_KIND":"audited".*"KFGATE_RULE":"trusted".*"KFGATE_KEYRING":"keyring:kfgate","KFGATE_SIGNED_BY":"loader"'
check_record "   the unsigned one by the other" '"KFGATE_KIND":"warned".*"KFGATE_RULE":"unsigned".*"KFGATE_SIGNED":"no"'

other=$(kfsigned keyring kfgate $cert open)
check "6. a keyring of that name to which root can add keys changes nothing" kfgate reload
check_eq "   signed by one of its keys" "signed refused EACCES" "$(answer "$other" signed)"
check_eq "   and by one of the other's" "signed loaded" "$(answer "$keyring" signed)"

third=$(kfsigned keyring kfgate $cert)
check "7. nobody may view the keys of the first any more, and a third is as it was" kfsigned blind "$keyring"
check "   reload" kfgate reload
check_eq "   signed by a key of the third" "signed refused EACCES" "$(answer "$third" signed)"
unheld=$(kfsigned keyring unheld $cert)
check "   the first is invalidated, and one that the agent does not hold" kfsigned end "$keyring"
check "   that one" kfsigned end "$unheld"
until_true 10 sh -c "! grep -q '^$(printf %08x "$unheld")' /proc/keys"
check_none "   whose number is free" "^$(printf %08x "$unheld")" cat /proc/keys
check_file "   the number of the first is not given away" "^$(printf %08x "$keyring")" /proc/keys
check "   reload" kfgate reload
check_file "   the agent says that the name means none" 'keyring kfgate matches no program: the one that it meant before' /tmp/kfgate.err
check_eq "   signed by a key of the third" "signed refused EACCES" "$(answer "$third" signed)"
kill -9 $gate_pid
wait $gate_pid
gate_start /tmp/policy.yaml
check_eq "   the same with the next agent" "signed refused EACCES" "$(answer "$third" signed)"
check "   the gate is taken off" gate_stop
gate_start /tmp/policy.yaml
check_eq "   and the name may mean the third" "signed loaded" "$(answer "$third" signed)"
check "stop" gate_stop
finish
