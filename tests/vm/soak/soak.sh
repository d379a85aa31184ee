# SPDX-License-Identifier: GPL-2.0-or-later
# Half an hour of everything at once: loads that an oracle knows the answer to, floods of them, reloads, rejected
# policies, kills, take-overs, upgrades, detached and memory-starved moments. Not part of the suite:
#   tests/vm/run-cases.sh -d tests/vm/soak -b BUILD -k "6.1 7.3"
# kernels: 6.1 6.12 7.2 7.3
# tier: bare
# reboot: yes
# timeout: 3000
# files: agent/kfgate agent/kfgate-agent tests/tools/kfgate-next tests/tools/kfload host:bpftool src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh
length=1800

policy() {
	cat >/tmp/policy.yaml <<P
version: 1
name: soak
serial: $1
defaults: {unlisted: audit}
rules:
  - {id: bad-$1, kfuncs: ["bpf_key_*", bpf_lookup_system_key], programs: {names: [bad]}, action: refuse}
P
}
now() { cut -d . -f 1 /proc/uptime; }
# number NAME FILE: of a word in the hammers' counts, summed
number() { sed -n 's/.* '"$1"'=\([0-9]*\).*/\1/p' "$2" | awk '{ n += $1 } END { print n + 0 }'; }
# What may not grow, as it is when a fresh agent has been through two reloads and nobody but it uses BPF.
measure() {
	settle
	echo "$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' /proc/$gate_pid/status)" \
		"$(ls /proc/$gate_pid/fd | wc -l)" "$(bpftool map list | grep -c '^[0-9]')" \
		"$(bpftool prog list | grep -c '^[0-9]')" "$(bpftool link list | grep -c '^[0-9]')" \
		"$(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo)"
}
# hammer N UNTIL: that many loaders, until there is that file
hammer() {
	rm -f "$2"
	kfload hammer "$1" "$2" >>/tmp/hammer &
	hammer=$!
}
reload() {
	policy $serial
	kfgate reload >/tmp/reload.out 2>&1 || cat /tmp/reload.out
	serial=$((serial + 1))
}

begin=$(now)
: >/tmp/hammer
policy 1
gate_start /tmp/policy.yaml
refused=$(stat refused)
serial=2 rounds=0 killed=0 rejected=0
while [ $(($(now) - begin)) -lt $length ]; do
	hammer 1 /tmp/enough
	quiet=$hammer
	reload
	reload
	sleep 5
	echo "nonsense: 1" >>/tmp/policy.yaml
	if kfgate reload >/tmp/reload.out 2>&1; then echo "  nonsense was taken"; else rejected=$((rejected + 1)); fi
	policy $((serial - 1))
	hammer 3 /tmp/calm
	[ $((rounds % 3)) != 0 ] || dd if=/dev/zero of=/tmp/fill bs=1M count=700 2>/dev/null
	sleep 10
	kill -9 $gate_pid
	wait $gate_pid 2>/dev/null
	killed=$((killed + 1))
	touch /tmp/calm
	wait $hammer
	rm -f /tmp/fill
	[ $((rounds % 4)) != 3 ] || cp /t/kfgate-next /tmp/kfgate
	PATH=/tmp:$PATH gate_start /tmp/policy.yaml
	rm -f /tmp/kfgate
	reload
	touch /tmp/enough
	wait $quiet
	if [ $((rounds % 4)) = 3 ]; then
		kill -9 $gate_pid
		wait $gate_pid 2>/dev/null
		gate_start /tmp/policy.yaml
		reload
		reload
		sleep 3
	fi
	[ $((rounds % 4)) != 3 ] || { measure >>/tmp/measured; tail -n 1 /tmp/measured; }
	rounds=$((rounds + 1))
	echo "  round $rounds ended after $(($(now) - begin)) s"
done
echo "  $rounds rounds, $killed kills, $rejected rejected policies, $(number bad /tmp/hammer) forbidden loads," \
	"$(number good /tmp/hammer) allowed ones in $(($(now) - begin)) s"
echo "  KiB resident, descriptors, maps, programs, links, KiB available; first and last:"
sed -n '1p; $p' /tmp/measured | sed 's/^/    /'
check_eq "forbidden loads that were admitted" 0 "$(number admitted /tmp/hammer)"
check_eq "allowed ones that were refused" 0 "$(number refused /tmp/hammer)"
check_eq "other answers" 0 "$(number other /tmp/hammer)"
check_eq "each refusal is counted once" "$(number bad /tmp/hammer)" $(($(stat refused) - refused))
check_eq "each rejected policy was rejected" $rounds $rejected
# of all but the first measurement, which still warms up
tail -n +2 /tmp/measured | awk 'NR == 1 { split($0, a) } { split($0, b) }
	END {
		for (i = 2; i <= 5; i++)
			grew = grew || b[i] > a[i]
		exit grew || b[1] > a[1] * 1.1 || b[6] < a[6] * 0.95
	}'
check_eq "memory, descriptors, maps, programs and links do not grow" 0 $?
check "stop" gate_stop
finish
