# SPDX-License-Identifier: GPL-2.0-or-later
# Loads without a pause while the agent is killed, restarted, reloaded, and upgraded to a version that shares no map with
# this one: no forbidden one is admitted, no allowed one refused, and each is decided and counted once.
# kernels: 6.1 7.3
# also: 6.12
# tier: bare
# reboot: yes
# timeout: 400
# files: agent/kfgate agent/kfgate-agent tests/tools/kfgate-next tests/tools/kfload src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

policy() {
	cat >/tmp/policy.yaml <<P
version: 1
name: hammer
serial: $1
defaults: {unlisted: audit}
rules:
  - {id: bad-$1, kfuncs: ["bpf_key_*", bpf_lookup_system_key], programs: {names: [bad]}, action: refuse}
P
}
# number NAME: of a word in the hammer's count
number() { sed -n 's/.* '"$1"'=\([0-9]*\).*/\1/p' /tmp/hammer; }

policy 1
gate_start /tmp/policy.yaml
refused=$(stat refused) audited=$(stat audited)
kfload hammer 1 /tmp/enough >/tmp/hammer &
hammer=$!
serial=2
for gate_program in kfgate kfgate kfgate-next; do
	echo "  to $gate_program: $(cut -d ' ' -f 1 /proc/uptime) s"
	sleep 1
	kill -9 $gate_pid
	wait $gate_pid 2>/dev/null
	sleep 0.5
	gate_start /tmp/policy.yaml
	for reload in 1 2; do
		policy $serial
		kfgate reload >/tmp/reload.out 2>&1 || cat /tmp/reload.out
		serial=$((serial + 1))
	done
done
touch /tmp/enough
wait $hammer
cat /tmp/hammer
check "loads went on all the time" [ "$(number bad)" -gt 50 ]
check_eq "forbidden ones that were admitted" 0 "$(number admitted)"
check_eq "allowed ones that were refused" 0 "$(number refused)"
check_eq "other answers" 0 "$(number other)"
check_eq "each refusal was counted once" "$(number bad)" $(($(stat refused) - refused))
check_eq "each audited load, too" "$(($(number good) + 1))" $(($(stat audited) - audited))
check_eq "by the fourth gate" "4 shared " "$(sleep 3; ls /sys/fs/bpf/kfgate | tr '\n' ' ')"
check "stop" gate_stop
finish
