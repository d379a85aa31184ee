# SPDX-License-Identifier: GPL-2.0-or-later
# xdp-forward of xdp-tools, whose flow table program calls a kfunc of nf_flow_table: refused by the hardened profile, allowed by
# a rule of one's own.
# kernels: 6.12 newest
# tier: systemd
# reboot: no
# modules: veth nf_flow_table
# args: systemd.setenv=KFGATE_PROFILE=30-hardened systemd.wants=kfgate-profile.service systemd.wants=kfgate.service
# files: vm-stage=/ src:tests/vm/service.sh
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
# files: program:usr/sbin/xdp-forward=/usr/sbin/xdp-forward
# files: program:usr/lib/x86_64-linux-gnu/libxdp.so.1=/usr/lib/x86_64-linux-gnu/libxdp.so.1
. /t/lib.sh
. /t/service.sh

# An example of the profile, without the comment signs.
example() { sed -n '/^#  - id: '"$1"'$/,/^#    action:/s/^#//p' /usr/lib/kfgate/profiles/30-hardened.yaml; }

loaded() { bpftool prog list | grep -q " name xdp_fwd_flow_full "; }
forward() { in_unit kfg-forward.service xdp-forward load -f flowtable left right; }

ip link add left type veth peer name right
ip link set left up
ip link set right up
systemctl stop kfgate.service
check "1. it loads without the gate" forward
check "   its program is there" loaded
check "   and goes" xdp-forward unload left right
policy_put </usr/lib/kfgate/profiles/30-hardened.yaml
gate_up
mark
expect_fail "2. under the hardened profile it fails" forward
check "   the record arrives" fence
check_eq "   and names kfunc and module" "bpf_xdp_flow_lookup [nf_flow_table]" "$(field KFGATE_KFUNC KFGATE_KIND=refused | sort -u)"
check "   in the unit's journal" in_journal -u kfg-forward.service KFGATE_KIND=refused
expect_fail "   its program is not there" loaded
check "3. its modes without a kfunc are untouched" xdp-forward load -f fib left right
check "   and go" xdp-forward unload left right
{
	cat /usr/lib/kfgate/profiles/30-hardened.yaml
	example xdp-forward
} | policy_put
gate_up
mark
check "4. with the rule that the profile has as an example it loads" forward
check "   its program is there" loaded
check "   the records arrive" fence
check_none "   and there are none" . field MESSAGE KFGATE_EVENT=load
check "   it goes" xdp-forward unload left right
ip link del left
finish
