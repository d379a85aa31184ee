# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the cases of the gate, after lib.sh: an agent in the background and what it records.
#
# gate_start POLICY [ARG...]   start `kfgate run`, wait until it is ready; its records go to $records
#                              ($gate_program: another kfgate)
# gate_stop                    SIGTERM, wait
# gate_status                  `kfgate status --json` on one line
# stat NAME                    one of the counters in it (?NAME if it is not there: no number)
# check_sums [NAME]        the counters agree with each other
# record_count RE              how many records match, after those under way have arrived
# last_record                  the newest one
records=/tmp/records
gate_program=kfgate
gate_pid=

gate_start() {
	gate_policy=$1
	shift
	: >"$records"
	"$gate_program" run --policy "$gate_policy" --log=json "$@" >"$records" 2>/tmp/kfgate.err &
	gate_pid=$!
	kfg_tries=0
	# the record first, for a look at it costs a tenth of asking the agent
	until grep -q '"KFGATE_KIND":"started"' "$records" || [ $kfg_tries -gt 600 ]; do
		kill -0 $gate_pid 2>/dev/null || break
		kfg_tries=$((kfg_tries + 1))
		sleep 0.1
	done
	kfg_tries=0
	until kfgate status >/tmp/kfgate.status 2>&1; do
		kfg_tries=$((kfg_tries + 1))
		if [ $kfg_tries -gt 100 ] || ! kill -0 $gate_pid 2>/dev/null; then
			echo "  FAIL: the agent does not get ready"
			sed 's/^/    | /' /tmp/kfgate.err /tmp/kfgate.status
			exit 1
		fi
		sleep 0.3
	done
}

gate_stop() {
	kill -TERM "$gate_pid"
	wait "$gate_pid"
	kfg_status=$?
	gate_pid=
	return $kfg_status
}

gate_status() {
	kfgate status --json | tr -d '\n'
}

stat() {
	gate_status | sed -n 's/.*"'"$1"'" *: *\([0-9]*\).*/\1/p' | grep . || echo "?$1"
}

# check_sums: every decision to be told is an event, a counted loss or a repetition of one; every event that was read is
# a record, or counted. Of the counters since the agent started, which must be the first.
check_sums() {
	settle
	gate_status >/tmp/sums
	sum decided audited warned refused would_refuse present_found foreign_fds_refused overrides_refused \
		canaries_stage1 canaries_stage2
	sum told events events_lost foreign_fds_repeated
	check_eq "${1:-the sums hold}: decided and told" "$kfg_decided" "$kfg_told"
	sum sent events
	sum read events_recorded events_unrecorded events_canary duplicates events_malformed
	check_eq "${1:-the sums hold}: sent and read" "$kfg_sent" "$kfg_read"
	sum lost events_lost
	echo "  decided $kfg_decided, sent $kfg_sent, lost $kfg_lost"
}

sum() {
	kfg_into=$1 kfg_total=0
	shift
	for kfg_name; do
		kfg_total=$((kfg_total + $(sed -n 's/.*"'"$kfg_name"'" *: *\([0-9]*\).*/\1/p' /tmp/sums)))
	done
	eval "kfg_$kfg_into=$kfg_total"
}

# Waits until no record has come for a while.
settle() {
	kfg_before=x
	while [ "$kfg_before" != "$(wc -c <"$records")" ]; do
		kfg_before=$(wc -c <"$records")
		kfgate status >/dev/null 2>&1
		sleep 0.3
	done
}

# check_record NAME RE: a record must match, now or within a quarter of a minute
check_record() {
	kfg_tries=0
	until grep -Eq -- "$2" "$records" || [ $kfg_tries -ge 150 ]; do
		kfg_tries=$((kfg_tries + 1))
		sleep 0.1
	done
	check_file "$1" "$2" "$records"
}

record_count() {
	settle
	grep -Ec -- "$1" "$records"
}

last_record() {
	settle
	tail -n 1 "$records"
}
