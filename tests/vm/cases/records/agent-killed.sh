# SPDX-License-Identifier: GPL-2.0-or-later
# An agent that is killed takes no record with it: what was not delivered waits in the kernel for the next one, and what
# had no room is counted.
# kernels: newest
# also: 6.1 6.12
# tier: bare
# timeout: 400
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

cat >/tmp/policy.yaml <<'P'
version: 1
name: killed
serial: 1
guard: off
rules:
  - {id: keys, kfuncs: ["bpf_key_*", bpf_lookup_system_key], action: audit}
P
mkfifo /tmp/journal
# An agent whose records go into a pipe that nobody reads
agent_start() {
	kfgate run --policy /tmp/policy.yaml --log=json >/tmp/journal 2>/tmp/kfgate.err &
	gate_pid=$!
	exec 3</tmp/journal
	tries=0
	until kfgate status >/dev/null 2>&1 || [ $tries -gt 100 ]; do
		tries=$((tries + 1))
		sleep 0.2
	done
}
loads() { kfload names "$1" >/dev/null; }
# until there are so many distinct records; only as many lines are worth the sorting
wait_for() {
	tries=0
	until { [ "$(grep -c '"KFGATE_KIND":"audited"' /tmp/records)" -ge "$1" ] && [ "$(distinct)" -ge "$1" ]; } ||
		[ $tries -gt 60 ]; do
		tries=$((tries + 1))
		sleep 0.5
	done
}
lost() { echo $(($(stat events_lost) + $(stat events_undelivered))); }
# Everything that the pipe held, and what still comes, to a file
read_journal() {
	cat <&3 >>/tmp/records &
	reader=$!
	exec 3<&-
}
: >/tmp/records
distinct() { grep '"KFGATE_KIND":"audited"' /tmp/records | sed -n 's/.*"KFGATE_BOOTTIME_NSEC":"\([0-9]*\)".*}$/\1/p' | sort -u | wc -l; }

agent_start
loads 300
check_eq "all are seen" 300 "$(stat audited)"
check "and the journal holds only some" [ "$(stat records_written)" -lt 300 ]
kill -KILL $gate_pid
wait $gate_pid 2>/dev/null
# what the pipe holds was delivered
read_journal
wait $reader
written=$(distinct)
echo "  delivered before the kill: $written"
check "records were on their way when it was killed" [ "$written" -lt 300 ]
agent_start
read_journal
wait_for 300
check_eq "the next agent delivers the rest: recorded and lost are all" 300 "$(($(distinct) + $(lost)))"
check_eq "none of them was lost" 0 "$(lost)"
loads 10
wait_for 310
check_eq "and records come as before" 310 "$(distinct)"
kill -KILL $gate_pid
wait $gate_pid 2>/dev/null
wait $reader
agent_start
loads 2000
check_eq "a journal that nobody reads: all are seen" 2310 "$(stat audited)"
# of these alone: the next agent's own loads find a full ring, too
before=$(lost)
check "and some have no room" [ "$before" -gt 0 ]
kill -KILL $gate_pid
wait $gate_pid 2>/dev/null
read_journal
wait $reader
agent_start
read_journal
wait_for $((2310 - before))
check_eq "killed then: recorded and lost are all" 2310 "$(($(distinct) + before))"
told() { sed -n 's/.*"KFGATE_KIND":"events-lost".*"KFGATE_TOTAL":"\([0-9]*\)".*/\1/p' /tmp/records | tail -1; }
all_told() { [ "$(told)" = "$(lost)" ]; }
tries=0
until all_told || [ $tries -gt 60 ]; do
	tries=$((tries + 1))
	sleep 0.5
done
check_eq "and the loss is told" "$(lost)" "$(told)"
kill -TERM $gate_pid
wait $gate_pid
finish
