# SPDX-License-Identifier: GPL-2.0-or-later
# In place of runner.sh in a VM that is booted to be saved: says when it may be, and waits until it goes on as a
# restored one, with what run.sh has packed for it. That is laid over the root file system, runner.sh with it.
# In braces, for the shell to have read all of it before this file is replaced.
{
	stty -F /dev/ttyS1 raw -echo
	systemd=
	[ "$(cat /proc/1/comm)" != systemd ] || systemd=1
	[ -z "$systemd" ] || systemctl is-system-running --wait >/dev/null
	echo KFGATE-VM-SAVE >/dev/ttyS1
	/kfgate-vm/receive 2>/dev/ttyS1 | tar -x -C / -f - 2>/dev/ttyS1
	# what a boot does with files that are there by then
	if [ -n "$systemd" ]; then
		systemd-sysusers
		systemd-tmpfiles --create
		systemctl daemon-reload
	fi
	exec sh /kfgate-vm/runner.sh
}
