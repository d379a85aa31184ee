# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the cases of loads that the kernel leaves the gate out of, after gate.sh.
#
# crowd    starts the gate, lets 8 threads load 1,000 forbidden programs each, and checks that as many were admitted as
#          are told, in records and by status; that the sweep knows each; $crowd_admitted
crowd() {
	cat >/tmp/policy.yaml <<-'P'
	version: 1
	name: crowd
	serial: 1
	without-bpf-lsm: enforce
	rules:
	  - {id: bad, kfuncs: ["bpf_key_*", bpf_lookup_system_key], programs: {names: [crowd]}, action: refuse}
	P
	gate_start /tmp/policy.yaml
	check_eq "nothing is missed before" 0 "$(stat loads_missed)"
	kfcrowd 8 1000 /tmp/enough >/tmp/crowd &
	crowd_pid=$!
	until grep -q "done" /tmp/crowd || ! kill -0 $crowd_pid; do sleep 0.5; done
	sed '/^crowd/s/^/  /;t;d' /tmp/crowd
	crowd_admitted=$(sed -n 's/.*loaded=\([0-9]*\) .*/\1/p' /tmp/crowd)
	check_eq "all were tried" 8000 "$((crowd_admitted + $(sed -n 's/.*refused=\([0-9]*\).*/\1/p' /tmp/crowd)))"
	# the last look, and what it found
	sleep 3
	settle
	check_eq "status tells as many as were admitted" "$crowd_admitted" "$(stat loads_missed)"
	check_eq "records tell as many" "$crowd_admitted" "$(crowd_told)"
	sed -n 's/^id //p' /tmp/crowd | sort -u >/tmp/there
	check_eq "they are there" "$crowd_admitted" "$(wc -l </tmp/there)"
	grep '"KFGATE_KIND":"present"' $records |
		sed -n 's/.*"KFGATE_PROG_ID":"\([0-9]*\)".*/\1/p' | sort -u >/tmp/known
	check_eq "the sweep has left none unknown" 0 "$(grep -c -v -x -F -f /tmp/known /tmp/there)"
	check_sums
	gate_status | grep -o '"missed": *{[^}]*}'
	touch /tmp/enough
	wait $crowd_pid
	check "stop" gate_stop
}

# What the records of kind missed come to.
crowd_told() {
	grep '"KFGATE_KIND":"missed"' $records | sed -n 's/.*"KFGATE_COUNT":"\([0-9]*\)".*/\1/p' |
		awk '{ n += $1 } END { print n + 0 }'
}
