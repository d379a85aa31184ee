# SPDX-License-Identifier: GPL-2.0-or-later
# BPF LSM is in the kernel but not active: the agent says so, and does what the policy says about that.
# kernels: 6.1 7.3
# lsm: lockdown,yama
# reboot: yes
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:key.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

policy() {
	printf 'version: 1\nname: no-lsm\nserial: 1\ndefaults: {unlisted: refuse}\n' >/tmp/policy.yaml
	for line; do echo "$line" >>/tmp/policy.yaml; done
}

# not_started NAME: the agent leaves with 4, and nothing is in force
not_started() {
	kfgate run --policy /tmp/policy.yaml --log=json >/tmp/out 2>&1
	check_eq "$1: it leaves with 4" 4 $?
	sed 's/^/  | /' /tmp/out
	check_file "   it says what to put on the kernel command line" 'lsm=[a-z,]*lockdown[a-z,]*,bpf"' /tmp/out
	expect_fail "   and is not there" kfgate status
}

policy 'without-bpf-lsm: refuse-to-start'
not_started "refuse-to-start"
check_file "   and that the policy says so" 'without-bpf-lsm: refuse-to-start' /tmp/out
policy 'mode: sealed' 'without-bpf-lsm: enforce'
not_started "a sealed policy"
check_file "   and that sealed needs BPF LSM" 'mode sealed needs BPF LSM' /tmp/out

policy
gate_start /tmp/policy.yaml
check_file "audit, which is the default: it says that it refuses nothing" 'BPF LSM is not active.*refuses nothing' /tmp/kfgate.err
check_record "   the start record, too" '"MESSAGE":"Gate for BPF kfuncs is up[^"]*it refuses nothing'
check_record "   with what the policy says" '"KFGATE_WITHOUT_LSM":"audit"'
check "   a forbidden program loads" kfload obj /t/key.o
check_record "   and is recorded as one that would be refused" '"KFGATE_KIND":"would-refuse".*'
check_eq "   each record of a decision says that BPF LSM is not active" "$(record_count '"KFGATE_EVENT":"load"')" \
	"$(record_count '"KFGATE_EVENT":"load".*"KFGATE_WITHOUT_LSM":"audit"')"
kfgate status >/tmp/status
check_file "   status" 'BPF LSM: NOT ACTIVE: the gate refuses nothing; 0 loads were missed' /tmp/status
kfgate metrics >/tmp/metrics
check_file "   metrics" '^kfgate_bpf_lsm 0$' /tmp/metrics
policy 'mode: sealed'
expect_fail "   a reload to a sealed policy is not taken" kfgate reload
check "   stop" gate_stop

policy 'without-bpf-lsm: enforce'
gate_start /tmp/policy.yaml
check_file "enforce: it says that it refuses what it sees" 'BPF LSM is not active.*refuses what it sees' /tmp/kfgate.err
kfgate status >/tmp/status
check_file "   status" 'BPF LSM: NOT ACTIVE: the gate refuses what it sees; 0 loads were missed' /tmp/status
expect_fail "   a forbidden program does not load" kfload obj /t/key.o
check "   stop" gate_stop
check "   and nothing is refused any more" kfload obj /t/key.o
finish
