# SPDX-License-Identifier: GPL-2.0-or-later
# Rules for units and executables hold for those of the host and not for namesakes: in a user's subtree, in a container's cgroup
# tree, below another root directory; nor for whoever puts himself into a unit's cgroup.
# kernels: newest
# also: 6.1
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
  - {id: scope, kfuncs: [bpf_key_put, bpf_lookup_system_key], loaders: {units: [cilium.scope]}, action: allow}
  - {id: agent, kfuncs: [bpf_key_put, bpf_lookup_system_key], loaders: {exes: [/t/agent]}, action: allow}
P
load() { in_unit "$@" /t/kfload obj /t/key.o; }

# Runs kfload in a cgroup made by hand: below that of a unit that the service manager started, or anywhere.
cat >/tmp/below <<'B'
cgroup=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/$1
mkdir -p "$cgroup" && echo $$ >"$cgroup/cgroup.procs" && exec /t/kfload obj /t/key.o
B
load_below() { in_unit "$1" -p Delegate=yes ${3:+-p Slice=$3} sh /tmp/below "$2"; }
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
check "nor does a cgroup inside of it" load_below cilium.service inner
expect_fail "a namesake in the delegated tree of another unit" load_below kfg-delegated.service cilium.service
expect_fail "a namesake in the subtree of a user" load_below kfg-user.service app.slice/cilium.service user-1000.slice
check "a process that the service manager takes into a scope" \
	systemd-run --quiet --scope --unit=cilium.scope sh -c 'grep -q cilium.scope /proc/self/cgroup && exec /t/kfload obj /t/key.o'
expect_fail "is in that, which is another unit" systemd-run --quiet --scope --unit=cilium.service.scope /t/kfload obj /t/key.o
expect_fail "whoever puts himself into the unit" load_in_cgroup system.slice/cilium.service/inner
expect_fail "or into one of that name elsewhere" load_in_cgroup cilium.service
expect_fail "or into a container's" load_in_cgroup machine.slice/machine-x.scope/system.slice/cilium.service
check "the record arrives" fence
check_eq "the record names the unit that counts" "kfg-delegated.service" "$(field KFGATE_UNIT KFGATE_EVENT=load KFGATE_UNIT=kfg-delegated.service)"
check_eq "and the whole path" "/system.slice/kfg-delegated.service/cilium.service" "$(field KFGATE_CGROUP KFGATE_EVENT=load KFGATE_UNIT=kfg-delegated.service)"
check_eq "where he put himself there is no unit" "" "$(field KFGATE_UNIT KFGATE_EVENT=load KFGATE_CGROUP=/machine.slice/machine-x.scope/system.slice/cilium.service)"
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
