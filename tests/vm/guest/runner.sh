# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the test script in the VM and carries its result out, in both tiers.
#   ttyS0  the kernel's console
#   ttyS1  the script's output, and at its end the line KFGATE-VM-EXIT <status>
#   ttyS2  a tar of /out, if run.sh was given -o
. /kfgate-vm/env
stty -F /dev/ttyS1 raw -echo
stty -F /dev/ttyS2 raw -echo
mkdir -p /out
# in the bare tier; systemd loads its modules itself
for module in $(cat /kfgate-vm/modules 2>/dev/null); do
	insmod "/kfgate-vm/modules.d/$module.ko" || echo "kfgate-vm: cannot insert $module" >/dev/ttyS1
done
cd /t || exit
export PATH="/t:$PATH"
sh /kfgate-vm/script </dev/null >/dev/ttyS1 2>&1
status=$?
if [ -n "$KFGATE_VM_OUT" ]; then
	dmesg >/out/dmesg
	[ "$KFGATE_VM_TIER" = bare ] || journalctl --no-pager -b -o short-monotonic >/out/journal
	tar -C /out -cf - . | cat >/dev/ttyS2 # tar itself writes to no terminal
fi
printf '\nKFGATE-VM-EXIT %s\n' "$status" >/dev/ttyS1
# The serial driver still holds what was written: let it drain before the machine goes away.
stty -F /dev/ttyS2 -echo
stty -F /dev/ttyS1 -echo
