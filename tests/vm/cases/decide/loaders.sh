# SPDX-License-Identifier: GPL-2.0-or-later
# Rules for units and executables hold for those of the host and not for namesakes: in a user's subtree, in a container's cgroup
# tree, below another root directory.
# kernels: 6.1 newest
# tier: systemd
# reboot: no
# args: systemd.setenv=KFGATE_PROFILE=10-observe systemd.wants=kfgate-profile.service systemd.wants=kfgate.service
# files: vm-stage=/ src:tests/vm/service.sh
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
# files: tests/tools/kfload fixture:key.o
. /t/lib.sh
. /t/service.sh

policy_put <<P
version: 1
name: loaders
serial: 1
defaults: {unlisted: refuse}
rules:
  - {id: cilium, kfuncs: [bpf_key_put, bpf_lookup_system_key], loaders: {units: [cilium.service]}, action: allow}
  - {id: agent, kfuncs: [bpf_key_put, bpf_lookup_system_key], loaders: {exes: [/t/agent]}, action: allow}
P
load() { in_unit "$@" /t/kfload obj /t/key.o; }

# Runs kfload in a cgroup made by hand.
load_in_cgroup() {
	mkdir -p "/sys/fs/cgroup/$1" || return
	sh -c 'echo $$ >"/sys/fs/cgroup/$0/cgroup.procs" && exec /t/kfload obj /t/key.o' "$1"
}

gate_up
mark
check "the unit of the rule" load cilium.service
expect_fail "another unit" load other.service
expect_fail "a unit whose name begins like it" load cilium.service.service
expect_fail "a slice of that name does not count" load x.service -p Slice=cilium.slice
check "a slice around it does not matter" load cilium.service -p Slice=kfg-deep.slice
check "nor does a cgroup inside of it" load_in_cgroup system.slice/cilium.service/inner
expect_fail "a namesake in the subtree of a user" load_in_cgroup user.slice/user-1000.slice/user@1000.service/app.slice/cilium.service
expect_fail "a namesake in a container" load_in_cgroup machine.slice/machine-x.scope/system.slice/cilium.service
expect_fail "a namesake in the delegated tree of another unit" load_in_cgroup system.slice/kfg-delegated.service/cilium.service
check "the record arrives" fence
check_eq "the record names the unit that counts" "user@1000.service" "$(field KFGATE_UNIT KFGATE_EVENT=load KFGATE_UNIT=user@1000.service)"
check_eq "and the whole path" "/machine.slice/machine-x.scope/system.slice/cilium.service" "$(field KFGATE_CGROUP KFGATE_EVENT=load KFGATE_UNIT=machine-x.scope)"
check_eq "what refuses is the default" "default:unlisted" "$(field KFGATE_RULE KFGATE_EVENT=load | sort -u)"

cp /t/kfload /t/agent
cp /t/kfload /t/agent-not
ln -s kfload /t/agent-link
check "the executable of the rule" /t/agent obj /t/key.o
expect_fail "another" /t/agent-not obj /t/key.o
expect_fail "argv[0] does not matter" bash -c 'exec -a /t/agent /t/kfload obj /t/key.o'
ln -s agent /t/agent-too
check "a link to it is it" /t/agent-too obj /t/key.o
check "a service with a file system view of its own" in_unit kfg-view.service -p PrivateTmp=yes -p ProtectSystem=strict -p PrivateDevices=yes /t/agent obj /t/key.o

root=/tmp/other-root
mkdir -p $root/t $root/usr $root/sys $root/proc $root/dev
for link in bin lib lib64 sbin; do ln -s usr/$link $root/$link; done
cp /t/agent /t/key.o $root/t/
for dir in usr sys proc dev; do mount --rbind --make-rslave /$dir $root/$dir; done
check "a root directory of its own works" chroot $root /t/agent probes
expect_fail "the same path below another root is another file" chroot $root /t/agent obj /t/key.o
expect_fail "for a service with RootDirectory=, too" in_unit kfg-root.service -p RootDirectory=$root /t/agent obj /t/key.o
check "unless its unit is the rule's" in_unit cilium.service -p RootDirectory=$root /t/agent obj /t/key.o
for dir in usr sys proc dev; do umount -R -l $root/$dir; done
check "the records arrive" fence
check_eq "they show the path as the loader sees it" "/t/agent" "$(field KFGATE_EXE KFGATE_UNIT=kfg-root.service KFGATE_EVENT=load)"
finish
