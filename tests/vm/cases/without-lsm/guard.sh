# SPDX-License-Identifier: GPL-2.0-or-later
# The guard where BPF LSM is not active: what it refuses to each attack, by programs that modify what security_*() return.
# kernels: 6.1 newest
# also: 6.12 7.0 7.2 7.3
# lsm: landlock,lockdown,yama,integrity,apparmor
# tier: bare
# reboot: yes
# timeout: 400
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload tests/attack/attack fixture:*.o src:tests/vm/gate.sh src:tests/vm/attack.sh
# files: src:tests/vm/cases/guard/attacks.sh=/t/attacks.sh
# shellcheck disable=SC2034 # attacks.sh asks
kfg_hooking=modify-return
. /t/attacks.sh
finish
