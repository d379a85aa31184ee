# SPDX-License-Identifier: GPL-2.0-or-later
# The sandbox of kfgate.service: each directive is in force, the agent has no capability in effect, and gate, journal,
# reload, control socket and watchdog work in it.
# kernels: newest
# also: 6.1
# tier: systemd
# reboot: no
# timeout: 240
# args: systemd.setenv=KFGATE_PROFILE=10-observe systemd.wants=kfgate-profile.service systemd.wants=kfgate.service
# files: vm-stage=/ src:tests/vm/service.sh
# files: src:tests/vm/guest/kfgate-profile.service=/etc/systemd/system/kfgate-profile.service
# files: tests/tools/kfload fixture:key.o
. /t/lib.sh
. /t/service.sh

policy() {
	policy_put <<P
version: 1
name: hardening
serial: $1
rules:
  - {id: keys, kfuncs: [bpf_key_put], loaders: {exes: [$2]}, action: $3}
  - {id: others, kfuncs: [bpf_key_put], action: refuse}
P
}
# What every thread of the agent has for a capability set.
caps() { sed -n "s/^$1:[^0-9a-f]*//p" /proc/"$pid"/task/*/status | sort -u | tr '\n' ' '; }
# In the agent's mount namespace.
inside() { nsenter -t "$pid" -m "$@"; }

policy 1 /t/kfload allow
gate_up
mark
pid=$(unit_property MainPID)
check_eq "no capability is in effect in any thread" "0000000000000000 " "$(caps CapEff)"
# PERFMON 38, BPF 39, SYS_ADMIN 21; the thread that writes records has none
check_eq "three are permitted, in one thread" "0000000000000000 000000c000200000 " "$(caps CapPrm)"
check_eq "no other can be had" "000000c000200000 " "$(caps CapBnd)"
check_eq "nor privileges by execution" "1 " "$(caps NoNewPrivs)"
check_eq "system calls are filtered" "2 " "$(caps Seccomp)"
expect_fail "it cannot write kernel tunables" inside sh -c 'echo 1 >/proc/sys/kernel/kptr_restrict'
expect_fail "nor into /usr" inside touch /usr/kfgate-was-here
expect_fail "nor make a cgroup" inside mkdir /sys/fs/cgroup/kfgate-was-here
touch /root/kfgate-home
expect_fail "nor see homes" inside test -e /root/kfgate-home
expect_fail "there are no devices" inside test -e /dev/kmsg
expect_fail "its network is its own" [ "$(readlink /proc/"$pid"/ns/net)" = "$(readlink /proc/1/ns/net)" ]
check "the gate decides" in_unit kfg-a.service /t/kfload obj /t/key.o
cp /t/kfload /t/other
expect_fail "by the executable" in_unit kfg-b.service /t/other obj /t/key.o
check "also in mounts of a service's own" in_unit kfg-c.service -p PrivateTmp=yes -p ProtectSystem=strict /t/kfload obj /t/key.o
check "the journal gets the record" fence
check_eq "one of them" 1 "$(records KFGATE_KIND=refused)"
check_eq "still no capability in effect" "0000000000000000 " "$(caps CapEff)"
policy 2 /t/other allow
check "it reloads" systemctl reload kfgate.service
check "the new policy decides" in_unit kfg-b.service /t/other obj /t/key.o
check "the control socket answers" kfgate status
check_eq "with the same process" "$pid" "$(unit_property MainPID)"
check_eq "it was never denied a system call or a file" 0 "$(journal _PID="$pid" -p warning..emerg | grep -Eci 'not permitted|denied|read-only')"
check "stop" systemctl stop kfgate.service
check_eq "it ended well" success "$(unit_property Result)"
check "start" systemctl start kfgate.service
expect_fail "and it decides again" in_unit kfg-a.service /t/kfload obj /t/key.o
finish
