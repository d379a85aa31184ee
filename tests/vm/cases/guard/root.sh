# SPDX-License-Identifier: GPL-2.0-or-later
# The host's root is not unmounted, with the pins' file system below it, to end the gate with its agent.
# kernels: 6.1
# also: 6.12 newest
# tier: bare
# reboot: yes
# args: rdinit=/t/over-root
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/attack/attack fixture:key.o src:tests/vm/gate.sh
# files: src:tests/vm/attack.sh src:tests/vm/guest/over-root
. /t/lib.sh
. /t/gate.sh
. /t/attack.sh

umount_own() { unshare -m sh -c 'mount --make-rprivate / && exec /t/attack umount-root'; }

policy() { keys_policy "$@" >/tmp/policy.yaml; }
policy on
gate_start /tmp/policy.yaml
export KFGATE_AGENT=$gate_pid
check_file "it is guarded" 'the gate is guarded' /tmp/kfgate.err
expect_fail "it decides" kfload obj /t/key.o
check "in a mount namespace of one's own all can be unmounted" umount_own
before=$(stat attempts)
refused umount-root
check_file "   by the guard" 'EPERM' /tmp/attack.out
check_eq "   which counts it" 1 $(($(stat attempts) - before))
check "the file system of the pins is where it was" grep -q ' /sys/fs/bpf bpf ' /proc/mounts
kill -9 $gate_pid
expect_fail "the gate decides" kfload obj /t/key.o
finish
