# SPDX-License-Identifier: GPL-2.0-or-later
# The boot, with the gate up from its start under the profile 10-observe, is what it is without the gate.
# kernels: newest
# also: 6.1
# tier: systemd
# reboot: no
# args: systemd.setenv=KFGATE_PROFILE=10-observe systemd.wants=kfgate-profile.service systemd.wants=kfgate.service
# files: vm-stage=/ src:tests/vm/service.sh src:tests/vm/boot.sh
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
. /t/lib.sh
. /t/service.sh
. /t/boot.sh

boot_checks observe
finish
