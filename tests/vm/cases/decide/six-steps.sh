# SPDX-License-Identifier: GPL-2.0-or-later
# Enforcement in six steps: works without us, attach, allowed works, forbidden refused with the right errno, unrelated
# untouched, detach lifts.
# kernels: 6.1 6.12 7.0 7.2 7.3 newest arm64:6.12 arm64:newest
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

cat >/tmp/policy.yaml <<'P'
version: 1
name: six-steps
serial: 1
without-bpf-lsm: enforce
defaults: {unlisted: refuse}
rules:
  - {id: rcu, kfuncs: ["bpf_rcu_read_*", "bpf_task_*"], action: allow}
  - {id: keys-audited, kfuncs: [bpf_lookup_system_key], action: audit}
P
check "1. a kfunc program loads without the gate" kfload obj /t/key.o
# where nobody is told an address of the kernel's
shown=$(cat /proc/sys/kernel/kptr_restrict)
echo 2 >/proc/sys/kernel/kptr_restrict
gate_start /tmp/policy.yaml
check "2. the agent says that it is up" grep -q '"KFGATE_KIND":"started"' $records
case $KFGATE_VM_KERNEL in
6.1) check_file "   and that it decides after verification alone" 'stage 2|after verification' $records ;;
*)
	check "3. allowed kfuncs load" kfload obj /t/task.o
	check "   a shim whose old call is dead loads" kfload obj /t/guarded.o
	check_eq "   and neither is recorded" 0 "$(record_count 'task_live|guarded')"
	;;
esac
kfload obj /t/key.o >/tmp/out
check_eq "4. a forbidden one is refused, with EACCES" "key.o refused EACCES" "$(cat /tmp/out)"
check_eq "   libbpf's two loads are one record" 1 "$(record_count '"KFGATE_VERDICT":"refuse"')"
check_record "   it names program, type, kfunc and the default" 	'"MESSAGE":"Refused BPF program ."key_live."? .lsm. of kfload|Refused BPF program .*key_live'
check_record "   the kfunc's field" '"KFGATE_KFUNC":.*"bpf_key_put"'
check_record "   that it was the default" '"KFGATE_RULE":"default:unlisted"'
check_record "   the source line" '"KFGATE_SOURCE":"[^"]*key.bpf.c:[0-9]+"'
check "5. programs without kfuncs are untouched" kfload obj /t/plain.o
check "   and so are libbpf's probes" kfload probes
check "   and 100,000 instructions" kfload raw 100000
check_eq "   no record of any of them" 1 "$(record_count '"KFGATE_EVENT":"load"')"
check_eq "   a name that the kernel cuts" "long_names.o refused EACCES" "$(kfload obj /t/long_names.o)"
check_record "   is whole in the record" '"KFGATE_PROG_NAME":"userns_restrict_path_mkdir","KFGATE_PROG_SHORT_NAME":"userns_restrict"'
check "6. the agent leaves" gate_stop
check "   and its refusals with it" kfload obj /t/key.o
echo "$shown" >/proc/sys/kernel/kptr_restrict # for the cases that come after
finish
