# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the cases that attack the gate, after lib.sh.
#
# worked NAME ARG...    the attack works
# refused NAME ARG...   it is refused, or finds nothing it may touch
# Both print what the attack says. An attack that there is nothing to try on is a part left out.
# keys_policy GUARD [SERIAL]    prints a policy by which nobody loads what uses keys, with GUARD as its guard
# units_policy          prints a policy by which trusted.service alone may load what uses keys; without the guard

kfg_attack() {
	kfg_want=$1
	shift
	attack "$@" >/tmp/attack.out 2>&1 </dev/null
	kfg_status=$?
	if [ $kfg_status = 77 ]; then
		left_out "attack $*: $(cat /tmp/attack.out)"
		return 0
	fi
	kfg_missed=1
	if [ $kfg_status = "$kfg_want" ]; then kfg_missed=0; fi
	kfg_verdict $kfg_missed "$kfg_what: $(tail -n 1 /tmp/attack.out)" "status $kfg_status: attack $*"
}

worked() {
	kfg_what="${kfg_gate:-without the guard}"
	kfg_attack 0 "$@"
}

refused() {
	kfg_what="guarded"
	kfg_attack 3 "$@"
}

keys_policy() {
	cat <<P
version: 1
name: keys
serial: ${2:-1}
guard: $1
rules:
  - {id: no-keys, kfuncs: ["bpf_key_*"], action: refuse}
P
}

units_policy() {
	cat <<'P'
version: 1
name: units
serial: 1
guard: off
rules:
  - {id: trusted, kfuncs: ["bpf_key_*", bpf_lookup_system_key], loaders: {units: [trusted.service]}, action: allow}
  - {id: no-keys, kfuncs: ["bpf_key_*", bpf_lookup_system_key], action: refuse}
P
}
