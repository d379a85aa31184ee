#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_why.sh KFGATE FIXTURES - what is said of each rule, waiver and date about the kfuncs of an object, and the exit
# codes. That the conditions lead to the verdict, for all policies, is parity.policy's.
set -u
kfgate=$(readlink -f "$1") fixtures=$(readlink -f "$2")
objcopy=$(command -v llvm-objcopy || command -v llvm-objcopy-14) || { echo "no llvm-objcopy"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
cd "$work" || exit
export XDG_CACHE_HOME=$work/cache

# exits CODE WHAT ARG...: kfgate why ARG... exits with CODE; its output stays in out and err
exits() {
	local expected=$1 what=$2 code=0
	shift 2
	"$kfgate" why --kernel=has.btf "$@" >out 2>err || code=$?
	[ "$code" = "$expected" ] && return
	echo "$what: exit code $code, not $expected"
	sed 's/^/    | /' out err | head -n 40
	failed=1
}

# says TEXT [FILE]
says() {
	grep -qF -- "$1" "${2:-out}" && return
	echo "not said: $1"
	sed 's/^/    | /' "${2:-out}" | head -n 40
	failed=1
}

"$objcopy" --dump-section ".BTF=has.btf" "$fixtures/key.o" /dev/null
cp "$fixtures/key.o" "$fixtures/plain.o" .
cat >p.yaml <<P
version: 1
name: p
serial: 4
defaults: {unlisted: allow}
rules:
  - {id: other, kfuncs: [bpf_foo], action: refuse}
  - {id: mine, kfuncs: ["bpf_*key*"], loaders: {units: [mine.service, "m*"], exes: [/bin/m]}, action: allow}
  - {id: traffic, kfuncs: [bpf_key_put], programs: {types: [xdp, ext], names: [x]}, action: allow}
  - {id: no-module, kfuncs: ["bpf_key_put [vmlinux]", "bpf_key_put [m]"], loaders: {uids: [7]}, action: allow}
  - {id: no-put, kfuncs: [bpf_key_put], action: refuse}
  - {id: rest, kfuncs: [bpf_key_put], action: allow}
deprecations: [{kfunc: bpf_key_put, deadline: 2026-11-21, replacement: bpf_new_put}]
waivers:
  - {id: over, kfuncs: [bpf_key_put], until: 2026-11-22, owner: o, reason: r}
  - {id: w, kfuncs: [bpf_key_put], until: 2026-12-01, owner: o, reason: r}
P
exits 3 "a refusal" --policy=p.yaml --at=2026-11-29 --unit=a.service key.o
says 'policy p, serial 4, mode: enforce (p.yaml), as of 2026-11-29'
says 'key.o: key_live (lsm) calls bpf_key_put: refuse'
says 'rule mine (p.yaml:7) does not match: unit is a.service, it wants mine.service, m*; exe is not known'
says '; exe is not known, it wants /bin/m'
says 'rule traffic (p.yaml:8) does not match: program type is lsm, it wants xdp, ext'
says '; program name is key_live, it wants x'
says 'rule no-module (p.yaml:9) does not match: uid is 0, it wants 7'
says 'rule no-put (p.yaml:10) matches, and decides: refuse'
says '1 other rule: about other kfuncs'
says '1 rule after it: not asked'
says 'deprecation (p.yaml:12): last good day 2026-11-21, which is over; use bpf_new_put'
says 'waiver over does not match: the day is 2026-11-29, it ended on 2026-11-22'
says 'waiver w matches: audit'
says 'result: refuse (rule)'
says 'no rule matches: defaults.unlisted: allow'
exits 3 "the deadline" --policy=p.yaml --at=2026-12-24 --unit=m.service --exe=/bin/m key.o
says 'rule mine (p.yaml:7) matches, and decides: allow'
says '2026-11-21, which is over: defaults.expired: refuse; use bpf_new_put'
says 'result: refuse (expired)'
sed -i '/no-put/d' p.yaml
exits 0 "rules on loaders that change nothing" --policy=p.yaml --at=2026-11-29 key.o
says 'rule mine (p.yaml:7) may match, and decide: allow: unit is not known, it wants mine.service, m*; exe is not known'
says 'rule rest (p.yaml:10) matches, and decides if none before it does: allow'
exits 0 "nor does a signature" --policy=p.yaml --at=2026-11-29 --signed=no key.o
exits 0 "one that is" --policy=p.yaml --at=2026-11-29 --unit=m.service --exe=/bin/m key.o
sed -i '/^waivers:/,$d' p.yaml
exits 2 "a warning" --policy=p.yaml --at=2026-11-20 --unit=a.service key.o
says 'last good day 2026-11-21: defaults.deprecated: warn'
# What is not said stays open, whatever else is said.
head4='version: 1\nname: w\nserial: 1\ndefaults: {unlisted: allow}\n'
for loader in 'exes: [/bin/m]=exe' 'cgroups: ["/a/**"]=cgroup' 'units: [b.service]=unit'; do
	printf "$head4"'rules: [{id: r, kfuncs: [bpf_key_put], loaders: {%s}, action: refuse}]\n' "${loader%=*}" >w.yaml
	said=(--unit=a.service)
	[ "${loader##*=}" = unit ] && said=(--uid=0)
	exits 4 "a rule on the ${loader##*=}" --policy=w.yaml "${said[@]}" key.o
	says "rule r (w.yaml:5) may match, and decide: refuse: ${loader##*=} is not known, it wants "
	says 'if no rule matches: defaults.unlisted: allow'
	says "result: allow or refuse: depends on ${loader##*=}, not known: see --${loader##*=}"
done
printf "$head4"'rules: [{id: r, kfuncs: [bpf_key_put], loaders: {token: false}, action: refuse}]\n' >w.yaml
exits 4 "whether there is a token" --policy=w.yaml key.o
says 'rule r (w.yaml:5) may match, and decide: refuse: token is not known, it wants false'
exits 3 "whoever is named has none" --policy=w.yaml --uid=0 key.o
printf "$head4"'rules: [{id: r, kfuncs: [bpf_key_put], loaders: {units: [m.service]}, action: refuse}]\n' >w.yaml
exits 3 "the cgroup tells the unit" --policy=w.yaml --cgroup=/system.slice/m.service/x key.o
exits 0 "and that there is none" --policy=w.yaml --cgroup=/system.slice key.o
says 'unit is none, it wants m.service'
exits 4 "json" --policy=w.yaml --format=json key.o
grep -qF '"state": "may-match"' out || { echo "no rule may match"; failed=1; }
# Whether the kernel tells of signatures decides what a rule on them can match.
printf "$head4"'rules: [{id: r, kfuncs: [bpf_key_put], signed: no, action: refuse}]\n' >w.yaml
for kernel in told untold; do
	python3 - "$kernel.btf" "$kernel" <<'P'
import struct, sys
names = b"\0int\0bpf_prog_aux\0" + (b"sig\0" if sys.argv[2] == "told" else b"gis\0") + b"bpf_key_put\0"
types = struct.pack("<IIII", 1, 1 << 24, 4, 32)
types += struct.pack("<III", 5, 4 << 24 | 1, 4) + struct.pack("<III", 18, 1, 0)
head = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(names))
open(sys.argv[1], "wb").write(head + types + names)
P
done
code=0
"$kfgate" why --policy=w.yaml --kernel=told.btf --signed=no key.o >out 2>err || code=$?
[ $code = 3 ] || { echo "a kernel that tells of signatures: exit code $code, not 3"; failed=1; }
code=0
"$kfgate" why --policy=w.yaml --kernel=untold.btf --signed=no key.o >out 2>err || code=$?
[ $code = 0 ] || { echo "a kernel that does not: exit code $code, not 0"; failed=1; }
says 'rule r (w.yaml:5) does not match: signature is not told by this kernel, it wants no'
says 'which does not say who signed a program: no rule on that matches' err
exits 4 "a kernel of which that is not known" --policy=w.yaml --signed=no key.o
says 'signature is not known, it wants no'
printf 'version: 1\nname: a\nserial: 1\nmode: audit\ndefaults: {unlisted: refuse}\n' >audit.yaml
exits 2 "audit mode" --policy=audit.yaml key.o
says 'result: would refuse (unlisted)'
exits 0 "nothing to ask" --policy=audit.yaml plain.o
says 'no program in there calls a kfunc'
exits 1 "no object" --policy=p.yaml p.yaml
says 'no BPF object found' err
exits 1 "no file" --policy=p.yaml nowhere.o
exits 1 "two kernels" --policy=p.yaml --kernel=has.btf key.o
exits 1 "a unit without its suffix" --policy=p.yaml --unit=web key.o
says '--unit=web: names no unit: it has no suffix such as .service' err
exits 1 "an executable without its path" --policy=p.yaml --exe=cilium key.o
exits 1 "a cgroup without its path" --policy=p.yaml --cgroup=foo key.o
exits 1 "no such format" --policy=p.yaml --format=xml key.o
head -c 700 key.o >cut.o
exits 4 "a damaged object" --policy=p.yaml cut.o
says 'damaged BPF object' err

cat >>p.yaml <<P
waivers:
  - {id: over, kfuncs: [bpf_key_put], until: 2026-11-22, owner: o, reason: r}
  - {id: w, kfuncs: [bpf_key_put], until: 2026-12-01, owner: o, reason: r}
P
exits 3 "json" --policy=p.yaml --at=2026-12-24 --unit=a.service --format=json key.o
python3 - out <<'P' || failed=1
import json, sys
answer = json.load(open(sys.argv[1]))
assert answer["version"] == 1 and answer["unit"] == "a.service" and answer["uid"] == 0 and answer["exe"] is None
put = [d for d in answer["decisions"] if d["kfunc"] == "bpf_key_put"]
assert len(put) == 1 and put[0]["verdict"] == "refuse" and put[0]["reason"] == "expired" and put[0]["live"]
states = {r["id"]: r["state"] for r in put[0]["rules"]}
assert states == {"other": "does-not-match", "mine": "does-not-match", "traffic": "does-not-match",
                  "no-module": "does-not-match", "rest": "matches"}, states
unmet = {r["id"]: {u["condition"]: (u["actual"], u["wanted"]) for u in r["unmet"]} for r in put[0]["rules"]}
assert unmet["mine"] == {"unit": ("a.service", "mine.service, m*"), "exe": (None, "/bin/m")}, unmet
assert put[0]["deprecation"]["expired"] and put[0]["deprecation"]["replacement"] == "bpf_new_put"
assert [w["state"] for w in put[0]["waivers"]] == ["does-not-match", "does-not-match"]
P
exit $failed
