#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_scan.sh KFGATE FIXTURES LSKEL - the program itself on fixtures, against kernels that are no more than the BTF of
# a fixture: exit codes, formats, what is found where; and the commands of the README.
set -u
kfgate=$(readlink -f "$1") fixtures=$(readlink -f "$2") lskel=$(readlink -f "$3")
top=$(cd "$(dirname "$0")/../../../.." && pwd)
objcopy=$(command -v llvm-objcopy || command -v llvm-objcopy-14) || { echo "no llvm-objcopy"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
cd "$work" || exit
export XDG_CACHE_HOME=$work/cache

# exits CODE WHAT ARG...: kfgate scan ARG... exits with CODE; its output stays in out and err
exits() {
	local expected=$1 what=$2 code=0
	shift 2
	"$kfgate" scan "$@" >out 2>err || code=$?
	[ "$code" = "$expected" ] && return
	echo "$what: exit code $code, not $expected"
	sed 's/^/    | /' out err | head -n 40
	failed=1
}

# says RE [FILE]
says() {
	grep -Eq -- "$1" "${2:-out}" && return
	echo "no line like: $1"
	sed 's/^/    | /' "${2:-out}" | head -n 40
	failed=1
}

"$objcopy" --dump-section ".BTF=has.btf" "$fixtures/key.o" /dev/null
"$objcopy" --dump-section ".BTF=lacks.btf" "$fixtures/plain.o" /dev/null
"$objcopy" --dump-section ".BTF=both.btf" "$fixtures/scan/kernel_new.o" /dev/null
{ printf hsqs; head -c 4096 /dev/zero; } >image.squashfs
cat >allow.yaml <<P
version: 1
name: allow
serial: 1
defaults: {unlisted: allow}
P
cat >refuse.yaml <<P
version: 1
name: refuse
serial: 1
defaults: {unlisted: allow}
rules:
  - {id: no-put, kfuncs: [bpf_key_put], action: refuse}
P
cat >units.yaml <<P
version: 1
name: units
serial: 1
defaults: {unlisted: refuse}
rules:
  - {id: mine, kfuncs: ["bpf_*key*"], loaders: {units: [mine.service]}, action: allow}
P
allow=(--policy=allow.yaml) lacks=(--kernel=lacks.btf) has=(--kernel=has.btf)

exits 0 "no kfuncs" "${allow[@]}" "${lacks[@]}" "$fixtures/plain.o"
says '1 object in 1 file: 1 ok; 1 without kfuncs'
exits 3 "a kfunc is missing" "${allow[@]}" "${lacks[@]}" "$fixtures/key.o"
says '^fails +.*key\.o$'
says 'bpf_key_put: strong'
says 'called at .*key\.bpf\.c:[0-9]+ in key_live \(lsm\)'
exits 4 "BTF alone does not tell" "${allow[@]}" "${has[@]}" "$fixtures/key.o"
says '^unchecked +.*key\.o$'
exits 3 "what fails weighs more than what is unchecked" "${allow[@]}" "${has[@]}" "${lacks[@]}" "$fixtures/key.o"
says '^unchecked +fails +.*key\.o$'
exits 3 "the policy refuses" --policy=refuse.yaml "${has[@]}" "$fixtures/key.o"
says 'policy: refuse, rule no-put'
sed -i '1i mode: audit' refuse.yaml
exits 4 "in audit mode it does not" --policy=refuse.yaml "${has[@]}" "$fixtures/key.o"
says 'policy: would refuse, rule no-put'
# What upstream removed was not left out by who built the kernel.
cp allow.yaml removed.yaml
cat >>removed.yaml <<P
deprecations:
  - {kfunc: bpf_key_put, deprecated-in: "6.2", removed-in: "6.4"}
P
exits 3 "a kfunc that was removed" --policy=removed.yaml "${lacks[@]}" "$fixtures/key.o"
says 'bpf_key_put: strong'
says 'has no such function \(from 6\.1 on, deprecated in 6\.2, removed in 6\.4\), and it is not declared weak'
exits 0 "only what was asked for fails" "${allow[@]}" "${has[@]}" --fail-on=fails,refused "$fixtures/key.o"
exits 0 "or nothing" "${allow[@]}" "${lacks[@]}" --fail-on=none "$fixtures/key.o"
exits 4 "who loads it is not known" --policy=units.yaml "${has[@]}" "$fixtures/key.o"
says 'policy: allow or refuse: depends on unit, not known \(--unit\)'
exits 4 "as that unit it may" --policy=units.yaml --unit=mine.service "${has[@]}" "$fixtures/key.o"
exits 3 "as another it may not" --policy=units.yaml --unit=other.service "${has[@]}" "$fixtures/key.o"
exits 4 "the cgroup tells the unit" --policy=units.yaml --cgroup=/system.slice/mine.service/x \
	"${has[@]}" "$fixtures/key.o"
exits 3 "and another" --policy=units.yaml --cgroup=/a.slice/other.service/mine.service "${has[@]}" "$fixtures/key.o"
# What is said of a loader leaves the rest of it open.
sed -e 's/units: .mine.service./cgroups: ["\/mine\/**"], exes: [\/bin\/m]/' -e 's/unlisted: refuse/unlisted: warn/' \
	-e 's/action: allow/action: refuse/' units.yaml >more.yaml
exits 4 "a unit alone" --policy=more.yaml --unit=a.service --fail-on=unchecked,refused "${has[@]}" "$fixtures/key.o"
says 'policy: warn or refuse: depends on cgroup, exe, not known \(--cgroup, --exe\)'
exits 4 "what depends is no refusal" --policy=more.yaml --exe=/bin/m "${has[@]}" "$fixtures/key.o"
exits 3 "all that the rule asks" --policy=more.yaml --exe=/bin/m --cgroup=/mine/x "${has[@]}" "$fixtures/key.o"
says 'policy: refuse, rule mine'

exits 3 "light skeletons, inside of a program" "${allow[@]}" "${has[@]}" "$lskel"
says '^unchecked .*lskel@0x[0-9a-f]+$'
says '^fails .*lskel@0x[0-9a-f]+$'
says 'lskel@0x[0-9a-f]+ \(light skeleton\)'
says 'kernel 1: missing, does not load: not in this kernel'
says 'kernel 1: unchecked: a function of that name is there'
mkdir tree
cp "$fixtures/plain.o" "$fixtures/key.o" tree/
gzip -c "$fixtures/key.o" >tree/key.gz
head -c 700 "$fixtures/key.o" >tree/cut.o
exits 3 "a directory" "${allow[@]}" "${lacks[@]}" tree
says '^fails +tree/key\.gz\(gzip\)$'
says 'tree/cut\.o: damaged BPF object: offset'
says '^3 objects in 4 files: 2 fails, 1 ok; 1 without kfuncs; 1 could not be read$'
exits 3 "old maps by the newest libbpf" "${allow[@]}" --kernel=both.btf "$fixtures/scan/legacy_maps.o"
says 'libbpf refuses to open it: section "maps" holds legacy map definitions'
exits 4 "old maps by an old libbpf" "${allow[@]}" --kernel=both.btf --libbpf=0.8.1 "$fixtures/scan/legacy_maps.o"
exits 4 "another loader" "${allow[@]}" --kernel=both.btf --libbpf=none "$fixtures/scan/legacy_maps.o"
exits 3 "an extern outside of .ksyms" "${allow[@]}" --kernel=both.btf "$fixtures/scan/undeclared.o"
says 'undeclared, does not load: it is not declared in \.ksyms'
says 'of_another_object is defined in no section'
"$objcopy" --remove-section=.BTF --remove-section=.BTF.ext "$fixtures/scan/undeclared.o" no-btf.o
exits 3 "an extern without BTF" "${allow[@]}" --kernel=both.btf no-btf.o
says 'bpf_rcu_read_lock: strong'
says 'undeclared, does not load: the object has no BTF'
"$objcopy" -R .BTF -R .BTF.ext "$fixtures/scan/guard.o" no-btf.o
exits 3 "kfuncs without BTF" "${allow[@]}" --kernel=both.btf no-btf.o
exits 4 "that another loader may resolve" "${allow[@]}" --kernel=both.btf --libbpf=none "$fixtures/scan/undeclared.o"
says 'how its loader resolves it is not known'
# Findings that are known do not count again.
exits 3 "a report as a baseline: its exit code" "${allow[@]}" "${lacks[@]}" --format=csv tree
cp out known.csv
exits 0 "what the baseline knows" "${allow[@]}" "${lacks[@]}" --baseline=known.csv tree
says '^ignored +tree/key\.o$'
says 'findings ignored by the baseline$'
exits 4 "on another kernel it does not" "${allow[@]}" "${has[@]}" --baseline=known.csv tree
printf 'name,until,note\nbpf_*key*,2026-11-20,OPS-1\n' >ended.csv
exits 3 "an entry that ended" "${allow[@]}" "${lacks[@]}" --at=2026-11-21 --baseline=ended.csv "$fixtures/key.o"
says 'ended\.csv:2: this entry ended on 2026-11-20' err
exits 0 "and before" "${allow[@]}" "${lacks[@]}" --at=2026-11-20 --baseline=ended.csv "$fixtures/key.o"
printf 'state\nbroken\n' >broken.csv
exits 1 "a broken baseline" "${allow[@]}" "${lacks[@]}" --baseline=broken.csv tree
says 'broken\.csv:2: no such state: "broken"' err
exits 1 "no such capability" "${allow[@]}" "${lacks[@]}" --with-capability=CAP_CHOWN tree
exits 3 "the kernels are said by --quiet, too" "${allow[@]}" "${lacks[@]}" --quiet "$fixtures/key.o"
says '^kernel 1: lacks\.btf$'
exits 1 "no such libbpf" "${allow[@]}" "${lacks[@]}" --libbpf=1.x tree
exits 4 "a damaged object alone" "${allow[@]}" "${lacks[@]}" tree/cut.o
exits 1 "a path that is not there" "${allow[@]}" "${lacks[@]}" tree nowhere
says 'nowhere: there is no such file' err
exits 1 "nothing in it" "${allow[@]}" "${lacks[@]}" allow.yaml
says 'allow.yaml: no BPF object found in 1 file' err
exits 1 "nothing in one of two" "${allow[@]}" "${lacks[@]}" allow.yaml "$fixtures/plain.o"
exits 0 "nothing in it, which was expected" "${allow[@]}" "${lacks[@]}" --allow-empty allow.yaml
exits 4 "into which it cannot look" "${allow[@]}" "${lacks[@]}" image.squashfs
says 'it is a squashfs image, into which kfgate cannot look'
exits 1 "no path" "${allow[@]}" "${lacks[@]}"
exits 1 "no such kernel" "${allow[@]}" --kernel=none.btf tree
exits 1 "no such format" "${allow[@]}" "${lacks[@]}" --format=xml tree
exits 1 "no such state" "${allow[@]}" "${lacks[@]}" --fail-on=bad tree
exits 1 "no such day" "${allow[@]}" "${lacks[@]}" --at=tomorrow tree
exits 1 "no such user" "${allow[@]}" "${lacks[@]}" --uid=-1 tree
echo 'version: 2' >bad.yaml
exits 1 "an error in the policy" --policy=bad.yaml "${lacks[@]}" tree
says 'bad\.yaml:1:[0-9]+:' err

for format in table json sarif markdown csv; do
	exits 3 "as $format" "${allow[@]}" "${has[@]}" "${lacks[@]}" --format=$format tree "$lskel"
	mv out out.$format
done
python3 - out.json out.csv <<'P' || failed=1
import csv, json, sys
report = json.load(open(sys.argv[1]))
assert report["version"] == 1 and len(report["kernels"]) == 2 and report["summary"]["problems"] == 1
objects = {o["label"]: o for o in report["objects"]}
key = objects["tree/key.o"]
assert key["state"] == "fails" and [k["state"] for k in key["kernels"]] == ["unchecked", "fails"]
assert {k["name"] for k in key["kfuncs"]} == {"bpf_lookup_system_key", "bpf_key_put"}
assert all(len(k["kernels"]) == 2 and k["sites"][0]["line"] for k in key["kfuncs"])
rows = list(csv.DictReader(open(sys.argv[2], newline="")))
assert all(len(row) == 21 and None not in row for row in rows)
assert {r["fit"] for r in rows if r["object"] == "tree/key.o"} == {"unchecked", "missing"}
P
# Why an object fails is said in every format, also where no kfunc is to blame.
for format in table json sarif markdown csv; do
	exits 3 "a license, as $format" "${allow[@]}" --kernel=both.btf --format=$format "$fixtures/scan/licence.o"
	says 'license: the kernel lets only programs of a GPL-compatible license call kfuncs, not of .*Proprietary'
done
python3 "$top/tests/golden/report/check_sarif.py" out.sarif || failed=1
says '^\| tree/key\.o \| unchecked \| \*\*fails\*\* \|$' out.markdown

# Without a policy of the system nothing is refused.
if ! ls /etc/kfgate/policy.d/*.yaml /usr/lib/kfgate/policy.d/*.yaml >/dev/null 2>&1; then
	exits 0 "no policy at all" "${lacks[@]}" "$fixtures/plain.o"
	says '^policy lifecycle, serial 0, as of .* \(no system policy'
fi

# What the README says can be typed; releases are looked for in the catalogue of the source.
export KFGATE_KERNELS="$top/packaging/kernels"
mkdir -p build
cp "$fixtures/key.o" "$fixtures/plain.o" build/
cp allow.yaml fleet.yaml
sed -n '/^## Before it breaks/,/^## /p' "$top/README.md" | sed -n '/^```sh$/,/^```$/p' | grep '^kfgate' >commands
[ -s commands ] || { echo "no commands in the README"; failed=1; }
while read -r line; do
	code=0
	(PATH=$(dirname "$kfgate"):$PATH && eval "$line") >out 2>err </dev/null || code=$?
	case $code in
	0 | 2 | 3 | 4) ;;
	*)
		echo "README: $line: exit code $code"
		sed 's/^/    | /' err
		failed=1
		;;
	esac
done <commands
exit $failed
