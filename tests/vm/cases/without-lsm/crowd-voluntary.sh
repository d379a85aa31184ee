# SPDX-License-Identifier: GPL-2.0-or-later
# Without BPF LSM, 8 threads load 1,000 forbidden programs each. A kernel that does not preempt misses none.
# kernels: 6.12
# also: 6.1
# lsm: landlock,lockdown,yama,integrity,apparmor
# args: preempt=voluntary
# tier: bare
# reboot: yes
# timeout: 400
# memory: 1024
# files: agent/kfgate agent/kfgate-agent tests/tools/kfcrowd src:tests/vm/gate.sh src:tests/vm/crowd.sh
. /t/lib.sh
. /t/gate.sh
. /t/crowd.sh

crowd
check_eq "none was admitted" 0 "$crowd_admitted"
finish
