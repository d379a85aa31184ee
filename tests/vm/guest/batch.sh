# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the cases listed in /kfgate-vm/batch ("NAME SECONDS" per line) one after the other, each with
# an output directory of its own, and marks where each begins and ends for run-cases.sh.
splats() { dmesg | grep -Ef /kfgate-vm/splats; }

# Hundredths of a second since the boot.
uptime_now() { sed 's/\.//; s/ .*//' /proc/uptime; }

# What a case left behind that did not get to its end (an agent that it had stopped, the pins of a gate) would fail all
# after it.
end_leftovers() {
	for proc in /proc/[0-9]*; do
		case $(readlink "$proc/exe") in
		/t/*) kill -KILL "${proc#/proc/}" ;;
		esac
	done 2>/dev/null
	[ "$KFGATE_VM_TIER" = systemd ] || rm -rf /sys/fs/bpf/kfgate # there it is the service's, which goes on
}

# Whether a case came to its own end, by finish or skip, and no check of it failed.
concluded() {
	[ "$(tail -n 1 "$KFGATE_OUT/verdicts" 2>/dev/null)" = concluded ] && ! grep -q '^FAIL: ' "$KFGATE_OUT/verdicts"
}

while read -r name limit; do
	echo "KFGATE-CASE-BEGIN $name"
	export KFGATE_OUT="/out/$name"
	mkdir -p "$KFGATE_OUT"
	before=$(splats | wc -l)
	began=$(uptime_now)
	timeout "$limit" sh "/t/cases/$name.sh"
	status=$?
	took=$(($(uptime_now) - began))
	if [ "$status" = 124 ] || [ "$status" = 143 ]; then
		echo "  FAIL: took longer than $limit s"
	fi
	if { [ "$status" = 0 ] || [ "$status" = 77 ]; } && ! concluded; then
		echo "  FAIL: status $status without finish or skip, or beside a check that failed"
		status=95
	fi
	if [ "$status" != 0 ] && [ "$status" != 77 ]; then end_leftovers; fi
	if [ "$(splats | wc -l)" != "$before" ]; then
		echo "  FAIL: the kernel complained:"
		splats | tail -n "+$((before + 1))" | sed 's/^/    | /'
		status=97
	fi
	echo "KFGATE-CASE-END $name $status $took"
done </kfgate-vm/batch
exit 0
