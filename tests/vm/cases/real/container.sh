# SPDX-License-Identifier: GPL-2.0-or-later
# Real containers, of the OCI runtime crun, in the cgroups that docker and Kubernetes (driver cgroupfs) ask it for: audited, allowed
# and refused by rules for cgroups, and named by their records.
# kernels: newest
# also: 6.1 6.12
# tier: systemd
# reboot: no
# timeout: 300
# args: systemd.setenv=KFGATE_PROFILE=10-observe systemd.wants=kfgate-profile.service systemd.wants=kfgate.service
# files: vm-stage=/ src:tests/vm/service.sh
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
# files: tests/tools/kfload fixture:key.o program:usr/bin/crun=/usr/bin/crun
# files: program:usr/lib/x86_64-linux-gnu/libseccomp.so.2=/usr/lib/x86_64-linux-gnu/libseccomp.so.2
# files: program:usr/lib/x86_64-linux-gnu/libyajl.so.2=/usr/lib/x86_64-linux-gnu/libyajl.so.2
. /t/lib.sh
. /t/service.sh
id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde
pod=1b4db7eb-4057-5ddf-91e0-36dec72071f5

policy_put <<'P'
version: 1
name: containers
serial: 11
defaults: {unlisted: refuse}
rules:
  - id: docker
    kfuncs: [bpf_key_put, bpf_lookup_system_key]
    loaders: {cgroups: ["/docker/*", "/docker/*/**"]}
    action: audit
  - id: burstable
    kfuncs: [bpf_key_put, bpf_lookup_system_key]
    loaders: {cgroups: ["/kubepods/burstable/**"]}
    action: allow
P

# The container's file system: its own directories, and the host's programs read-only.
bundle=/var/tmp/bundle
mkdir -p $bundle
for dir in usr t proc sys dev tmp etc; do mkdir -p $bundle/root/$dir; done
for link in bin lib lib64 sbin; do ln -s usr/$link $bundle/root/$link; done
caps='["CAP_BPF", "CAP_PERFMON", "CAP_SYS_ADMIN", "CAP_NET_ADMIN"]'

# contain N CGROUP: container number N, in a cgroup below that, loads a program; pivot_root(2) does not leave an initramfs
contain() {
	cat >$bundle/config.json <<J
{
  "ociVersion": "1.0.2",
  "process": {
    "terminal": false, "user": {"uid": 0, "gid": 0}, "cwd": "/", "env": ["PATH=/usr/bin:/usr/sbin"],
    "args": ["/t/kfload", "obj", "/t/key.o"],
    "capabilities": {"bounding": $caps, "effective": $caps, "permitted": $caps}
  },
  "root": {"path": "$bundle/root"},
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
    {"destination": "/sys", "type": "bind", "source": "/sys", "options": ["rbind", "ro"]},
    {"destination": "/usr", "type": "bind", "source": "/usr", "options": ["rbind", "ro"]},
    {"destination": "/t", "type": "bind", "source": "/t", "options": ["rbind", "ro"]}
  ],
  "linux": {
    "cgroupsPath": "$2/$id$1",
    "namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}, {"type": "cgroup"}]
  }
}
J
	crun --cgroup-manager=cgroupfs run --no-pivot -b $bundle "c$1"
}

gate_up
mark
check "audited: a program loads in a container of docker" contain 1 /docker
check "the record arrives" fence
check_eq "it names the container" "${id}1" "$(field KFGATE_CONTAINER_ID KFGATE_KIND=audited | sort -u)"
check_eq "and what runs it" docker "$(field KFGATE_RUNTIME KFGATE_KIND=audited | sort -u)"
check_eq "by the path from the root of the host, not of its cgroup namespace" "/docker/${id}1" \
	"$(field KFGATE_CGROUP KFGATE_KIND=audited | sort -u)"
mark
check "allowed: it loads in a pod of the class" contain 2 /kubepods/burstable/pod$pod
check "what there is to tell is told" fence
check_none "nothing" . field MESSAGE KFGATE_EVENT=load
expect_fail "refused: it does not load in a pod of another class" contain 3 /kubepods/besteffort/pod$pod
check "the record arrives" fence
check_eq "it names the container" "${id}3" "$(field KFGATE_CONTAINER_ID KFGATE_KIND=refused | sort -u)"
check_eq "and the pod" "$pod" "$(field KFGATE_POD_UID KFGATE_KIND=refused | sort -u)"
check_eq "the default has refused it" default:unlisted "$(field KFGATE_RULE KFGATE_KIND=refused | sort -u)"
check "the class is learned, no id" sh -c "kfgate learn | grep -qF '/docker/*'"
expect_fail "outside of containers it is refused" /t/kfload obj /t/key.o
finish
