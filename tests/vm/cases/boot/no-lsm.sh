# SPDX-License-Identifier: GPL-2.0-or-later
# BPF LSM is in the kernel but not active: attaching would succeed, and nothing would ever be decided.
# kernels: 6.1 7.3
# lsm: lockdown,yama
# reboot: yes
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

echo 'version: 1
name: no-lsm
serial: 1' >/tmp/policy.yaml
kfgate run --policy /tmp/policy.yaml --log=json >/tmp/out 2>&1
status=$?
check "it refuses to claim enforcement" [ $status -ne 0 ]
echo "  status $status: $(cat /tmp/out)"
check_file "it says what to put on the kernel command line" 'lsm=[a-z,]*lockdown[a-z,]*,bpf"' /tmp/out
expect_fail "and is not there" kfgate status
finish
