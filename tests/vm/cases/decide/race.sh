# SPDX-License-Identifier: GPL-2.0-or-later
# Another task asks for fds of a program while its load is in progress: none of a refused program may be had.
# kernels: 6.1 newest arm64:6.12 arm64:newest
# also: 6.12 7.0
# tier: bare
# timeout: 300
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:*.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh

cat >/tmp/policy.yaml <<'P'
version: 1
name: race
serial: 1
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
kfload race /t/key.o 20 >/tmp/out
check_file "without the gate the thief gets fds" 'fds=[1-9]' /tmp/out
cat /tmp/out
gate_start /tmp/policy.yaml
kfload race /t/key.o 60 >/tmp/out
cat /tmp/out
check_file "with it all loads are refused" 'loaded=0 refused=60' /tmp/out
check_file "and none of them can be had" ' fds=0 ' /tmp/out
check "the gate counts the attempts" [ "$(stat foreign_fds_refused)" -gt 0 ]
check "the first of each load is described, the others are counted" [ "$(stat foreign_fds_repeated)" -lt "$(stat foreign_fds_refused)" ]
echo "  foreign: $(stat foreign_fds_refused), repeated: $(stat foreign_fds_repeated)"
check_sums
kfload storm /t/key.o 16 3 >/tmp/out
check_eq "16 threads: every object is refused" "storm loaded=0 refused=48" "$(cat /tmp/out)"
kfload storm /t/plain.o 16 3 >/tmp/out
check_eq "16 threads: an object that is not forbidden loads" "storm loaded=48 refused=0" "$(cat /tmp/out)"
kfload storm key 16 20 >/tmp/out
check_eq "16 threads: every load is refused" "storm loaded=0 refused=320" "$(cat /tmp/out)"
kfload storm plain 16 20 >/tmp/out
check_eq "16 threads: what is not forbidden loads" "storm loaded=320 refused=0" "$(cat /tmp/out)"
check "stop" gate_stop
finish
