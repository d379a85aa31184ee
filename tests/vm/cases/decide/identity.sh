# SPDX-License-Identifier: GPL-2.0-or-later
# An exes condition means a file: not another one that somebody sees by the same path, nor one that was deleted, is in
# no file system, or interprets a script of that name.
# kernels: 6.1 7.3
# also: 6.12
# tier: bare
# timeout: 240
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

policy() {
	cat >/tmp/policy.yaml <<P
version: 1
name: identity
serial: $1
rules:
  - {id: trusted, kfuncs: ["bpf_key_*", bpf_lookup_system_key], loaders: {exes: [$2]}, action: allow}
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
}
# Runs a shell command in a mount namespace of its own.
own_mounts() { unshare -m sh -c "$1"; }
trusted="/tmp/trusted/agent obj /t/key.o"
until_loaded() {
	kfg_tries=50
	until "$@" >/dev/null 2>&1; do
		kfg_tries=$((kfg_tries - 1))
		[ $kfg_tries -gt 0 ] || return 1
		sleep 0.2
	done
}

mkdir -p /tmp/trusted /tmp/evil
cp /t/kfload /tmp/trusted/agent
cp /t/kfload /tmp/trusted/second
cp /t/kfload /tmp/evil/agent
policy 1 "/tmp/trusted/agent, /tmp/trusted/second, /tmp/trusted/script"
gate_start /tmp/policy.yaml
check "the executable of the rule" $trusted
expect_fail "another of that name" /tmp/evil/agent obj /t/key.o
check_record "which is a path of the host" '"KFGATE_EXE":"/tmp/evil/agent".*"KFGATE_EXE_IS":"host"'

# shellcheck disable=SC2086
check "in mounts of its own it is the same file" unshare -m $trusted
expect_fail "a file laid over it there is not" own_mounts "mount --bind /tmp/evil/agent /tmp/trusted/agent && $trusted"
check_record "and the record says so" 'its /tmp/trusted/agent is not the host.s .*"KFGATE_EXE_IS":"other"'
expect_fail "nor is one in a directory laid over its own" own_mounts "mount --bind /tmp/evil /tmp/trusted && $trusted"
expect_fail "nor another file of the rule" own_mounts "mount --bind /tmp/trusted/second /tmp/trusted/agent && $trusted"
expect_fail "nor a path that exists there alone" own_mounts \
	"mount -t tmpfs x /tmp/trusted && cp /t/kfload /tmp/trusted/script && /tmp/trusted/script obj /t/key.o"

unshare -m sh -c 'mount --bind /tmp/evil/agent /tmp/trusted/agent && touch /tmp/laid && exec sleep 1000' &
holder=$!
until [ -e /tmp/laid ]; do sleep 0.1; done
expect_fail "nor one executed through another's mounts" /proc/$holder/root/tmp/trusted/agent obj /t/key.o
check "which does not matter to the host" $trusted
kill $holder

mkdir /tmp/again
mount --rbind / /tmp/again
check "below a second view of the host's root it is the same file" chroot /tmp/again $trusted
umount -l /tmp/again

cp /t/kfload /tmp/trusted/new
mv /tmp/trusted/new /tmp/trusted/agent
check "a package is upgraded: the new file matches at once" $trusted
check "and soon in other mounts, too" until_loaded unshare -m $trusted

expect_fail "a deleted executable is at no path" /tmp/trusted/agent deleted obj /t/key.o
check_record "and the record says that it is deleted" '"KFGATE_EXE":"/tmp/trusted/agent .deleted.".*"KFGATE_EXE_IS":"foreign"'
cp /t/kfload /tmp/trusted/agent
check "when it is back it matches" $trusted
check "in other mounts, too" until_loaded unshare -m $trusted

expect_fail "an executable in memory" /tmp/trusted/agent memfd obj /t/key.o
check_record "is called that" '"KFGATE_EXE":"/memfd:agent .deleted.".*"KFGATE_EXE_IS":"foreign"'
printf '#!/tmp/evil/agent script\n' >/tmp/trusted/script
chmod 755 /tmp/trusted/script
expect_fail "a script of the rule is its interpreter" /tmp/trusted/script obj /t/key.o
check_record "by its path" '"KFGATE_COMM":"script".*"KFGATE_EXE":"/tmp/evil/agent"'
for loader in /lib64/ld-linux-x86-64.so.2 /lib/x86_64-linux-gnu/ld-linux-x86-64.so.2; do
	[ -e $loader ] || continue
	expect_fail "the dynamic loader is itself" $loader $trusted
	break
done

policy 2 '"/tmp/trusted/*"'
check "reload" kfgate reload
check "a pattern matches in the host's mounts" $trusted
# shellcheck disable=SC2086
expect_fail "and in no others" unshare -m $trusted
expect_fail "nor a deleted file" /tmp/trusted/second deleted obj /t/key.o
check "stop" gate_stop
finish
