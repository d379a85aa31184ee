# SPDX-License-Identifier: GPL-2.0-or-later
# The same six steps where BPF LSM is not active: by programs that modify what security_bpf_prog() returns.
# kernels: 6.1 6.12 7.3 newest
# also: 7.0 7.2
# lsm: landlock,lockdown,yama,integrity,apparmor
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
# files: src:tests/vm/cases/decide/six-steps.sh=/t/steps.sh
. /t/steps.sh
finish
