# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the cases of kfgate.service, after lib.sh.
#
# policy_put               the system's policy is what comes on standard input, and nothing else
# gate_up                  start the service if it is down, put the policy into force
# in_unit NAME CMD...      run CMD as the service NAME; its output and exit status
# mark                     from here on, `journal` looks
# journal ARG...           journalctl, since the mark
# records MATCH...         how many
# field NAME MATCH...      the values of a field, one per line
# fence                    wait until the journal has all that was decided up to now
# stat NAME                a number in `kfgate status --json` (?NAME if it is not there: no number)
# unit_property NAME       of kfgate.service

policy_put() {
	mkdir -p /etc/kfgate/policy.d
	rm -f /etc/kfgate/policy.d/*
	cat >/etc/kfgate/policy.d/policy.yaml
}

gate_up() {
	systemctl reset-failed kfgate.service
	if systemctl is-active -q kfgate.service; then
		kfgate reload --force
	else
		systemctl start kfgate.service
	fi >/tmp/gate-up.out 2>&1 && return
	echo "  FAIL: the gate does not get up"
	cat /tmp/gate-up.out
	systemctl status --no-pager -l kfgate.service
	exit 1
}

in_unit() {
	kfg_unit=$1
	shift
	systemd-run --quiet --collect --wait --pipe --unit="$kfg_unit" "$@"
}

unit_property() {
	systemctl show -P "$1" kfgate.service
}

stat() {
	kfgate status --json | tr -d '\n' | sed -n 's/.*"'"$1"'" *: *\([0-9]*\).*/\1/p' | grep . || echo "?$1"
}

mark() {
	journalctl --sync
	journalctl -q --no-pager -n 1 -o json --output-fields=MESSAGE_ID |
		sed -n 's/.*"__CURSOR":"\([^"]*\)".*/\1/p' >/tmp/cursor
}

journal() {
	journalctl -q --no-pager --after-cursor="$(cat /tmp/cursor)" "$@"
}

records() {
	journal -o cat --output-fields=KFGATE_KIND "$@" | wc -l
}

field() {
	kfg_field=$1
	shift
	journal -o cat --output-fields="$kfg_field" "$@"
}

# A reload queues a record behind all that were there. That none comes is a failure, whoever looks at the status.
fence() {
	kfgate reload --force >/tmp/fence.out 2>&1 || { cat /tmp/fence.out; return 1; }
	kfg_generation=$(stat generation)
	until_true 60 in_journal KFGATE_KIND=policy-loaded "KFGATE_POLICY_GENERATION=$kfg_generation" ||
		kfg_verdict 1 "the journal has all that was decided" "none of generation $kfg_generation since the mark"
}

in_journal() {
	[ "$(journal -o cat "$@" | wc -l)" -gt 0 ]
}
