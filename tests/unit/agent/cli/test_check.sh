#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_check.sh KFGATE - policies on standard input, the formats for programs, and that the manual page lists the codes.
set -u
kfgate=$(readlink -f "$1")
top=$(cd "$(dirname "$0")/../../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
cd "$work" || exit

# exits CODE WHAT ARG...: kfgate check ARG... exits with CODE; its output stays in out and err
exits() {
	local expected=$1 what=$2 code=0
	shift 2
	"$kfgate" check "$@" >out 2>err || code=$?
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

printf 'version: 1\nname: t\nserial: 1\n' >good.yaml
printf 'version: 1\nname: t\nserial: 1\nmode: enfroce\nfoo: 1\n' >'bad,:%.yaml'
printf 'version: 1\nname: t\nserial: 1\ninclude: [/nowhere/*.yaml]\n' >warn.yaml

exits 0 "standard input" - <good.yaml
says 'standard input: policy t, serial 1, rules: 0, deprecations: 0, waivers: 0: 0 errors, 0 warnings'
exits 1 "an error there" - <'bad,:%.yaml'
says 'standard input:4:7: error: "enfroce" is not what'
says '    4 | mode: enfroce'
exits 2 "a warning there" - <warn.yaml
exits 1 "nothing there" - </dev/null
head -c 20000000 /dev/zero | tr '\0' '#' >long
exits 1 "too much there" - <long
says 'standard input: ' err
exits 1 "both, the worse one counts" - 'bad,:%.yaml' <good.yaml
says '0 errors, 0 warnings'
says '2 errors, 0 warnings'

exits 1 "github" --format=github 'bad,:%.yaml' warn.yaml
says '::error file=bad%2C%3A%25.yaml,line=4,col=7,title=bad-value::"enfroce" is not what'
says '::error file=bad%2C%3A%25.yaml,line=5,col=1,title=unknown-key::unknown key'
says '::warning file=warn.yaml,line=4,col=11,title=include-empty::'
exits 1 "no such format" --format=xml good.yaml

exits 1 "json" --format=json good.yaml 'bad,:%.yaml' warn.yaml
python3 - out <<'P' || failed=1
import json, sys
said = json.load(open(sys.argv[1]))
good, bad, warn = said["policies"]
assert said["version"] == 1 and good["policy"] == "t" and good["serial"] == 1 and good["findings"] == []
assert bad["policy"] is None and bad["errors"] == 2 and bad["warnings"] == 0
assert [(f["code"], f["severity"], f["line"], f["column"]) for f in bad["findings"]] == \
    [("bad-value", "error", 4, 7), ("unknown-key", "error", 5, 1)], bad
assert [f["code"] for f in warn["findings"]] == ["include-empty"] and warn["warnings"] == 1
P
exits 1 "sarif" --format=sarif 'bad,:%.yaml' warn.yaml
python3 "$top/tests/golden/report/check_sarif.py" out || failed=1
python3 - out <<'P' || failed=1
import json, sys
run = json.load(open(sys.argv[1]))["runs"][0]
rules = {r["id"]: r["defaultConfiguration"]["level"] for r in run["tool"]["driver"]["rules"]}
results = [(r["ruleId"], r["level"], r["locations"][0]["physicalLocation"]["region"]) for r in run["results"]]
assert results == [("bad-value", "error", {"startLine": 4, "startColumn": 7}),
                   ("unknown-key", "error", {"startLine": 5, "startColumn": 1}),
                   ("include-empty", "warning", {"startLine": 4, "startColumn": 11})], results
assert all(rules[code] == level for code, level, _ in results)
open("codes", "w").write("".join(f"{code}\n" for code in rules))
P
sed -n '/^\.Sh CODES/,/^\.Sh EXIT/s/^\.It Cm //p' "$top/packaging/man/kfgate-check.8" >documented
cmp -s codes documented || { echo "kfgate-check(8) has other codes:"; diff codes documented; failed=1; }
exit $failed
