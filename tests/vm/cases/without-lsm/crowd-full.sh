# SPDX-License-Identifier: GPL-2.0-or-later
# Without BPF LSM, 8 threads load 1,000 forbidden programs each. A kernel that preempts misses some: each is told.
# kernels: 6.1 newest
# also: 6.12 7.2
# lsm: landlock,lockdown,yama,integrity,apparmor
# args: preempt=full
# tier: bare
# reboot: yes
# timeout: 400
# memory: 1024
# files: agent/kfgate agent/kfgate-agent tests/tools/kfcrowd src:tests/vm/gate.sh src:tests/vm/crowd.sh
. /t/lib.sh
. /t/gate.sh
. /t/crowd.sh

crowd
finish
