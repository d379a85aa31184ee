# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: 6.12 7.3 newest
# tier: systemd
# modules: veth nf_flow_table
# files: program:usr/sbin/xdp-forward
# files: program:usr/lib/x86_64-linux-gnu/libxdp.so.1=/usr/lib/x86_64-linux-gnu/libxdp.so.1
# Without a gate the real programs load: what is refused later is the gate's doing.
. /t/lib.sh

loaded() { bpftool prog list | grep -q " name $1 "; }

check "systemd-nsresourced starts" systemctl start systemd-nsresourced.service
check "its program with bpf_rdonly_cast is loaded" loaded userns_restrict_path_mkdir

ip link add left type veth peer name right
ip link set left up
ip link set right up
check "xdp-forward loads its flow table program" xdp-forward load -f flowtable left right
check "its program with bpf_xdp_flow_lookup is loaded" loaded xdp_fwd_flow_full
check "xdp-forward unloads" xdp-forward unload left right
expect_fail "its program is gone" loaded xdp_fwd_flow_full
finish
