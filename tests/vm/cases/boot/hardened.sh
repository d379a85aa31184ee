# SPDX-License-Identifier: GPL-2.0-or-later
# The boot, with the gate up from its start under the profile 30-hardened, is what it is without the gate.
# kernels: 6.12 newest
# tier: systemd
# reboot: no
# modules: veth nf_flow_table
# args: systemd.setenv=KFGATE_PROFILE=30-hardened systemd.wants=kfgate-profile.service systemd.wants=kfgate.service
# files: vm-stage=/ src:tests/vm/service.sh src:tests/vm/boot.sh
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
. /t/lib.sh
. /t/service.sh
. /t/boot.sh

boot_checks hardened
finish
