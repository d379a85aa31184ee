#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The scene of demo.sh: the gate goes up with the demo's policy, three real programs are loaded, and the
# records of it are shown. Ends with status 0 if one was allowed, one warned about and one refused.
# usage: scene.sh POLICY OBJECTS     as root; "kfgate" and "bpftool" are in the PATH
#   OBJECTS     directory with touchpad.o, forward.o, userns.o: BPF objects of Debian packages
# With KFGATE_DEMO=vm it has a machine of its own: kfgate is installed there and runs as the service, and the
# programs are loaded by what they are shipped with. Elsewhere the agent keeps to a directory of its own, and
# bpftool loads the programs; nothing stays behind.
policy=$1
objects=$2
work=$(mktemp -d /tmp/kfgate-demo.XXXXXX)
pins=/sys/fs/bpf/kfgate-demo
agent=
module=
failed=0

title() { printf '\n== %s\n' "$*"; }
in_vm() { [ "${KFGATE_DEMO:-}" = vm ]; }

finish() {
	rm -rf "$pins"
	if [ -n "$agent" ]; then
		kill -TERM "$agent" 2>/dev/null
		wait "$agent"
	fi
	[ -z "$module" ] || modprobe -r nf_flow_table
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

has_journal() { [ -S /run/systemd/journal/socket ] && command -v journalctl >/dev/null; }

status() {
	if in_vm; then
		kfgate status "$@"
	else
		kfgate status --runtime-dir="$work/run" "$@"
	fi
}

# A counter of the status.
count() { status --json | tr -d '\n' | sed -n 's/.*"'"$1"'" *: *\([0-9]*\).*/\1/p'; }

start_service() {
	mkdir -p /etc/kfgate/policy.d
	cp "$policy" /etc/kfgate/policy.d/
	kfgate check --quiet || exit 1
	systemctl start kfgate.service && return 0
	journalctl -u kfgate --no-pager -o cat
	exit 1
}

# Ready when it answers; its own words are shown if it ends before.
start_agent() {
	target=json
	if has_journal; then target=journal; fi
	mkdir "$work/run"
	kfgate run --policy="$policy" --runtime-dir="$work/run" --log="$target" \
		>"$work/records" 2>"$work/errors" &
	agent=$!
	until status >/dev/null 2>&1; do
		kill -0 "$agent" 2>/dev/null || { cat "$work/errors"; agent=; exit 1; }
		sleep 0.2
	done
}

# What was recorded of kinds refused, warned, ... since the start, as journalctl shows it.
records() {
	if in_vm; then
		journalctl --no-pager -q -u kfgate KFGATE_EVENT=load
	elif has_journal; then
		journalctl --no-pager -q --sync
		journalctl --no-pager -q "_PID=$agent" KFGATE_EVENT=load
	else
		sed -nE '/"KFGATE_EVENT":"load"/s/.*"MESSAGE":"(([^"\\]|\\.)*)".*/\1/p' "$work/records" |
			sed 's/\\"/"/g'
	fi
}

load_with_bpftool() {
	mkdir -p "$pins"
	bpftool prog loadall "$objects/$1.o" "$pins/$1" >"$work/out" 2>&1
}

load_touchpad() { load_with_bpftool touchpad; }

load_forward() {
	in_vm || { load_with_bpftool forward; return; }
	ip link add left type veth peer name right && ip link set left up && ip link set right up &&
		xdp-forward load -f flowtable left right >"$work/out" 2>&1
}

# The service goes on without its program; what it says goes to the journal.
load_userns() {
	in_vm || { load_with_bpftool userns; return; }
	systemctl start systemd-nsresourced.service
	journalctl -u systemd-nsresourced _COMM=systemd-nsresou -q -o cat --no-pager >"$work/out"
	! grep -q "Failed to load BPF object" "$work/out"
}

# Loads what the function loads and says how it went: "loaded" or "not loaded", and whether it is as expected.
play() {
	want=$1
	what=$2
	before_warned=$(count warned)
	before_refused=$(count refused)
	if "load_$3"; then result=loaded; else result="not loaded"; fi
	verdict=allowed
	[ "$(count warned)" = "$before_warned" ] || verdict=warned
	[ "$(count refused)" = "$before_refused" ] || verdict=refused
	printf '  %-52s %s, %s\n' "$what" "$verdict" "$result"
	if [ "$verdict" = refused ] || [ "$result" = "not loaded" ]; then
		{ grep -i 'denied' "$work/out" || grep -Ei 'fail|error' "$work/out"; } | tail -n 1 |
			sed 's/^/      it says: /'
	fi
	case $want/$verdict/$result in
	allowed/allowed/loaded | warned/warned/loaded | "refused/refused/not loaded") return 0 ;;
	esac
	echo "      but it should have been $want"
	sed 's/^/      | /' "$work/out"
	failed=1
}

title "The policy"
grep -v '^# SPDX' "$policy"

title "The gate goes up on Linux $(uname -r)"
if in_vm; then
	start_service
else
	if ! grep -q '^nf_flow_table ' /proc/modules && modprobe nf_flow_table 2>/dev/null; then module=1; fi
	start_agent
fi
status | sed -n '/Mode:/,/after ver/p'

title "Three programs are loaded"
play allowed "udev-hid-bpf: fix for a tablet's remote (bpf_wq_*)" touchpad
play warned "xdp-forward: forwarding by flow table" forward
play refused "systemd-nsresourced: user namespace restriction" userns

title "What the journal has about it"
records

title "kfgate status"
status
if [ "$failed" = 0 ]; then exit 0; fi
exit 1
