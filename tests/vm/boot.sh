# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the cases that boot with a profile in force, after service.sh.
#
# boot_checks NAME    the gate is up with the policy NAME, and the system's own programs are untouched by it

# The programs of systemd itself that a service with such settings needs, listed while it runs.
systemd_programs() {
	in_unit kfg-restricted.service -p IPAddressDeny=any -p RestrictFileSystems="~ext4" -p DevicePolicy=closed \
		-p RestrictNetworkInterfaces=lo -p SocketBindDeny=ipv4:tcp:1 bpftool prog list
}

kfg_monotonic() {
	systemctl show -P ActiveEnterTimestampMonotonic "$1"
}

boot_checks() {
	check_eq "the system is up" running "$(systemctl is-system-running --wait)"
	check_none "no unit failed" . systemctl --failed --plain --no-legend
	check_eq "the gate is up" active "$(systemctl is-active kfgate.service)" ||
		journalctl --no-pager -q -b -u kfgate.service | sed 's/^/    | /'
	check_eq "with the profile" "Policy $1 1 in force" "$(unit_property StatusText)"
	check "before anything that comes with sysinit.target" \
		[ "$(kfg_monotonic kfgate.service)" -lt "$(kfg_monotonic sysinit.target)" ]
	mark
	check "a service with all that systemd has programs for" systemd_programs
	systemd_programs >/tmp/programs
	for kfg_program in $2; do
		check_file "systemd's program $kfg_program is loaded" " name $kfg_program " /tmp/programs
	done
	sed -n 's/^[0-9]*: \([a-z_]*\) *name \([^ ]*\) .*/    \1 \2/p' /tmp/programs | sort | uniq -c
	check "what there is to tell is told" fence
	check_none "nothing of all this has a finding" . \
		journalctl -q --no-pager -b -o cat --output-fields=MESSAGE KFGATE_EVENT=load KFGATE_EVENT=present
	echo "  seen: $(stat loads) loads, $(stat kfunc_loads) with kfuncs; the gate took" \
		"$(($(kfg_monotonic kfgate.service) -
			$(systemctl show -P InactiveExitTimestampMonotonic kfgate.service))) us to get up"
}
