# SPDX-License-Identifier: GPL-2.0-or-later
# A gate that is guarded is not given up for one that would not be, nor for none: what was filled before the gate keeps
# the next agent out, and the older gate goes on. What comes after the gate cannot fill its hooks.
# kernels: newest
# tier: systemd
# timeout: 400
# files: vm-stage=/ src:tests/vm/service.sh src:tests/vm/attack.sh
# files: tests/tools/kfload tests/attack/attack fixture:key.o fixture:plain.o
. /t/lib.sh
. /t/service.sh
. /t/attack.sh

attack() { /t/attack "$@"; }
decides() { expect_fail "$1: the gate decides" /t/kfload obj /t/key.o; }
guarded() {
	refused pin-unlink
	refused table-fd
	refused table-write
}
gone() { until_true 20 sh -c '! systemctl is-active -q kfgate.service'; }

# filled KIND FUNCTION N: that many programs are there until `emptied`
filled() {
	rm -f /tmp/go
	/t/attack fill "$@" /tmp/go >/tmp/filled 2>&1 &
	kfg_filler=$!
	until_true 60 grep -q ' on ' /tmp/filled
	cat /tmp/filled
}
emptied() {
	touch /tmp/go
	wait $kfg_filler
	sleep 2
}

policy_put <<P
version: 1
name: guarded
serial: 1
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
mkdir -p /run/systemd/system/kfgate.service.d
printf '[Service]\nRestart=no\n' >/run/systemd/system/kfgate.service.d/test.conf
systemctl daemon-reload

echo "Filled before the gate"
for hook in inode_rmdir bpf_prog; do
	# one place is left for the first set on inode_rmdir; two on bpf_prog, one for the gate and one for the guard
	case $hook in bpf_prog) kfg_n=-2 ;; *) kfg_n=-1 ;; esac
	filled lsm bpf_lsm_$hook $kfg_n
	sleep 2
	gate_up
	decides "$hook is filled"
	guarded
	mark
	systemctl kill --signal=KILL kfgate.service
	gone
	expect_fail "the next agent does not start" systemctl start kfgate.service
	decides "the next agent could not"
	guarded
	check "a record says that the older gate stays" in_journal KFGATE_KIND=kept
	kfgate status >/tmp/status
	check_file "status says so" 'IN FORCE' /tmp/status
	check_file "and why" 'the last agent that was started says: programs of others hold every place' /tmp/status
	emptied
	check "when there is room again, the next agent takes over" systemctl start kfgate.service
	decides "taken over"
	guarded
	check "stop" systemctl stop kfgate.service
done

echo "After the gate"
gate_up
for hook in bpf_prog inode_rmdir bpf; do
	refused fill lsm bpf_lsm_$hook 36
done
filled lsm bpf_lsm_bpf_prog 36
/t/attack fill lsm bpf_lsm_inode_rmdir 36 /tmp/go >/tmp/filled-too 2>&1 &
until_true 60 grep -q ' on ' /tmp/filled-too
attack watch /tmp/enough >/tmp/watched 2>&1 &
kfg_watcher=$!
until_true 60 grep -q watching /tmp/watched
check "with all that others can have, restart" systemctl restart kfgate.service
touch /tmp/enough
wait $kfg_watcher
check_eq "of what the next agent makes, no descriptor was had" 3 $?
tail -n 1 /tmp/watched
decides "restarted"
guarded
systemctl kill --signal=KILL kfgate.service
gone
check "killed, the next one takes over" systemctl start kfgate.service
decides "killed"
guarded
refused fill lsm bpf_lsm_bpf_prog 36
check_file "what was there before is counted" '^0 on' /tmp/attack.out
emptied
check "stop" systemctl stop kfgate.service
check "and then the gate is gone" /t/kfload obj /t/key.o
finish
