# SPDX-License-Identifier: GPL-2.0-or-later
# systemd-nsresourced, whose program calls bpf_rdonly_cast: allowed by the hardened profile, refused without its rule.
# kernels: 6.12 newest
# tier: systemd
# reboot: no
# modules: veth nf_flow_table
# args: systemd.setenv=KFGATE_PROFILE=30-hardened systemd.wants=kfgate-profile.service systemd.wants=kfgate.service
# files: vm-stage=/ src:tests/vm/service.sh
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
. /t/lib.sh
. /t/service.sh

loaded() { bpftool prog list | grep -q ' name userns_restrict'; }
not_loaded() { ! loaded; }

# It pins its programs, so that they outlive it.
leave() {
	systemctl stop systemd-nsresourced.socket systemd-nsresourced.service
	systemctl reset-failed systemd-nsresourced.service 2>/dev/null
	rm -rf /sys/fs/bpf/systemd/userns-restrict
	until_true 30 not_loaded
}

systemctl stop kfgate.service
check "1. it starts without the gate" systemctl start systemd-nsresourced.service
check "   its programs are loaded" loaded
check "   and go" leave

systemctl start kfgate.service
mark
check "2. it starts under the hardened profile" systemctl start systemd-nsresourced.service
check "   its programs are loaded" loaded
check "   what there is to tell is told" fence
check_none "   nothing" . field MESSAGE -u systemd-nsresourced.service KFGATE_EVENT=load
leave

sed '/- id: systemd-nsresourced/,/action:/d' /usr/lib/kfgate/profiles/30-hardened.yaml | policy_put
gate_up
mark
systemctl start systemd-nsresourced.service
echo "  without its rule it is $(systemctl is-active systemd-nsresourced.service)"
check "3. without its rule: the record arrives" fence
expect_fail "   its programs are not loaded" loaded
journal -u systemd-nsresourced.service >/tmp/log
check_file "   systemd-nsresourced says that it was denied" 'systemd-nsresourced\[[0-9]*\]: Failed to load BPF object: Permission denied' /tmp/log
check_file "   its journal says why" 'kfgate\[[0-9]*\]: Refused BPF program "userns_restrict.*" \((lsm|kprobe)\) of systemd-nsresou\[[0-9]*\] \(systemd-nsresourced.service\): kfunc bpf_rdonly_cast is listed by no rule' /tmp/log
check_eq "   by the default" "default:unlisted" "$(field KFGATE_RULE -u systemd-nsresourced.service KFGATE_KIND=refused | sort -u)"
check_eq "   which kfunc" bpf_rdonly_cast "$(field KFGATE_KFUNC -u systemd-nsresourced.service KFGATE_KIND=refused | sort -u)"
leave

systemctl stop kfgate.service
check "4. without the gate it starts again" systemctl start systemd-nsresourced.service
check "   and its programs load" loaded
leave
policy_put </usr/lib/kfgate/profiles/30-hardened.yaml
systemctl start kfgate.service
finish
