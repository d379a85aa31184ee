#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh KFGATE PASTGEN FIXTURES [--update] - what is said about a journal: that of a small fleet, made here, against expected/.
set -u
here=$(cd "$(dirname "$0")" && pwd)
kfgate=$1 pastgen=$2 fixtures=$3 update=${4:-}
remote=/lib/systemd/systemd-journal-remote
policy=$here/../../bench/history/policy.yaml
[ -x $remote ] || { echo "skipped: no $remote (package systemd-journal-remote)"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export TZ=UTC LC_ALL=C.UTF-8
failed=0

# journal NAME RECORDS HOSTS DAYS...: that many records of the last DAYS, and again for each further number of days
journal()
{
	mkdir -p "$tmp/$1"
	for days in "${@:4}"; do "$pastgen" "$policy" "$2" "$3" "$days"; done | $remote -o "$tmp/$1/${1##*/}.journal" - 2>"$tmp/log" || {
		cat "$tmp/log"
		exit 1
	}
}

# golden NAME ARGUMENT...: what kfgate says, its exit code in the last line
golden()
{
	local name=$1 got="$tmp/got"
	shift
	"$kfgate" "$@" >"$got" 2>&1
	echo "exit code $?" >>"$got"
	sed -i "s|$tmp|TMP|g; s|$here|HERE|g" "$got"
	if [ "$update" = --update ]; then
		cp "$got" "$here/expected/$name"
	elif ! diff -u "$here/expected/$name" "$got"; then
		failed=1
	fi
}

journal fleet 2100 5 20
journal hour 40 1 1
journal set-back 60 1 1 4 # its clock was
# several files, which are read at once, one of them damaged
for n in 1 2 3 4 5; do journal many/$n $((100 * n)) 2 $n; done
head -c 70000 "$tmp/many/3/3.journal" >"$tmp/many/3/cut.journal"
at=(--at=2026-11-21)
golden report.txt report --directory="$tmp/fleet" --policy="$policy" "${at[@]}"
golden report.json report --directory="$tmp/fleet" --policy="$policy" "${at[@]}" --format=json
golden report.md report --directory="$tmp/fleet" --policy="$policy" "${at[@]}" --format=markdown
golden report.html report --directory="$tmp/fleet" --policy="$policy" "${at[@]}" --format=html
golden hours.txt report --file="$tmp/hour/hour.journal" --policy="$policy" "${at[@]}"
LC_ALL=C golden ascii.txt report --file="$tmp/hour/hour.journal" --policy="$policy" "${at[@]}"
golden many.txt report --directory="$tmp/many" --policy="$policy" "${at[@]}"
# a row of one's own takes the place of one that is included, and the report says which it was
mkdir "$tmp/own"
printf 'version: 1\ndate: 2026-11-01\ndeprecations:\n%s\n%s\n' '  - {kfunc: scx_bpf_cpu_rq, removed-in: "7.3"}' \
	'  - {kfunc: scx_bpf_dispatch, removed-in: "6.17", deadline: 2026-11-10}' >"$tmp/upstream.yaml"
printf 'version: 1\nname: own\nserial: 1\ninclude: [%s]\ndeprecations:\n%s\n' "$tmp/upstream.yaml" \
	'  - {kfunc: scx_bpf_cpu_rq, deadline: 2027-05-01}' >"$tmp/own/10-policy.yaml"
golden own-rows.txt report --file="$tmp/hour/hour.journal" --policy="$tmp/own" "${at[@]}"
golden since.txt report --directory="$tmp/fleet" --policy="$policy" "${at[@]}" --since=2026-11-20 \
	--until="2026-11-20 06:00"
golden set-back.txt report --directory="$tmp/set-back" --policy="$policy" "${at[@]}" --until=2026-11-18
golden unit.txt report --directory="$tmp/fleet" --policy="$policy" "${at[@]}" --unit=other.service
# the same records as JSON lines say the same, however they were shipped
json=$tmp/json
mkdir "$json" "$json/all"
journalctl --file="$tmp/fleet/fleet.journal" -o json --all >"$json/journalctl.jsonl"
# same FILE ARGUMENT...: the verb says of FILE what it says of the journal
same()
{
	local file=$1 verb=$2
	shift 2
	"$kfgate" "$verb" "$@" --file="$tmp/fleet/fleet.journal" >"$tmp/of-journal" 2>&1
	"$kfgate" "$verb" "$@" --file="$file" 2>&1 | sed 's/1 file of JSON lines/1 journal file/' >"$tmp/of-json"
	diff -u "$tmp/of-journal" "$tmp/of-json" || { echo "not the same: $verb $* of $file"; failed=1; }
}
for shipper in vector elasticsearch loki; do
	"$here/shippers.py" $shipper <"$json/journalctl.jsonl" >"$json/$shipper.json" || failed=1
done
gzip -k "$json/journalctl.jsonl"
for file in journalctl.jsonl journalctl.jsonl.gz vector.json elasticsearch.json; do
	same "$json/$file" report --policy="$policy" "${at[@]}" --format=json
done
same "$json/loki.json" report --policy="$policy" "${at[@]}" --format=json --trust-pipeline
same - report --policy="$policy" "${at[@]}" --since=2026-11-20 <"$json/journalctl.jsonl"
same /dev/stdin learn <"$json/journalctl.jsonl.gz"
same "$json/journalctl.jsonl" diff-policy "$policy" "$here/cases/other-policy.yaml" "${at[@]}"
# who wrote them is not said, so they do not count without a word; what one may write to a log counts never
golden json-loki.txt report --file="$json/loki.json" --policy="$policy" "${at[@]}" --verbose
journalctl --file="$tmp/hour/hour.journal" -o json --all | "$here/shippers.py" gate >"$json/gate.json"
golden json-gate.txt report --file="$json/gate.json" --policy="$policy" "${at[@]}"
golden json-gate-trusted.txt report --file="$json/gate.json" --policy="$policy" "${at[@]}" --trust-pipeline
# lines that are none, and files that are cut
head -n 3 "$json/journalctl.jsonl" >"$json/all/a.json"
printf '[\n{"MESSAGE":"x"}\n{"KFGATE_KIND":\n' >>"$json/all/a.json"
# How many bytes a line takes when it is compressed differs with the ids in it: the second part is what breaks off.
head -n 71 "$json/journalctl.jsonl" | gzip >"$json/all/cut.jsonl.gz"
tail -n +72 "$json/journalctl.jsonl" | gzip | head -c 100 >>"$json/all/cut.jsonl.gz"
echo "no JSON" >"$json/all/ignored.txt"
golden json-invalid.txt report --directory="$json/all" --policy="$policy" "${at[@]}"
echo '{"MESSAGE":"x"}' >"$json/other.json"
echo '<14>Nov 21 kfgate: no JSON' >"$json/text.json"
golden json-text.txt learn --file="$json/text.json"
# containers: ids and UIDs of pods come and go, their classes stay
python3 "$here/pods.py" >"$json/pods.json"
golden pods-learn.txt learn --file="$json/pods.json"
"$kfgate" learn --file="$json/pods.json" --complete --output="$tmp/pods.yaml"
golden pods-check.txt check "$tmp/pods.yaml"
golden pods-again.txt learn --file="$json/pods.json" --against="$tmp/pods.yaml"
golden pods-report.txt report --file="$json/pods.json" --policy="$policy" "${at[@]}"
golden json-other.txt report --file="$json/other.json" --policy="$policy" "${at[@]}"
golden missing.txt report --directory="$tmp/none" --policy="$policy"
mkdir "$tmp/empty"
golden empty.txt report --directory="$tmp/empty" --policy="$policy" "${at[@]}"
golden empty-learn.txt learn --directory="$tmp/empty"
golden empty-diff-policy.txt diff-policy --directory="$tmp/empty" "$policy" "$policy"
golden time.txt report --since=soon
mkdir "$tmp/damaged"
head -c 5000 "$tmp/hour/hour.journal" >"$tmp/damaged/cut.journal"
head -c 300000 /dev/zero >"$tmp/damaged/zero.journal"
golden damaged.txt report --directory="$tmp/damaged" --policy="$policy" "${at[@]}"
golden learn.yaml learn --directory="$tmp/fleet"
golden learn-complete.yaml learn --directory="$tmp/fleet" --complete
"$kfgate" learn --directory="$tmp/fleet" --complete --output="$tmp/learned.yaml"
golden learn-check.txt check "$tmp/learned.yaml"
golden learn-again.txt learn --directory="$tmp/fleet" --against="$tmp/learned.yaml"
# what was learned beside the policy: rules, and no setting of the policy changes; a whole policy there is refused
mkdir "$tmp/dropin" "$tmp/two"
cp "$policy" "$tmp/dropin/10-policy.yaml"
cp "$policy" "$tmp/two/10-policy.yaml"
"$kfgate" learn --directory="$tmp/fleet" --output="$tmp/dropin/50-learned.yaml"
golden learn-dropin-check.txt check "$tmp/dropin"
cp "$tmp/learned.yaml" "$tmp/two/50-learned.yaml"
golden learn-two-policies.txt check "$tmp/two"
# what hosts counted: a rule that decided about allowed loads alone is in use
part() { echo "{\"part\": \"rule\", \"name\": \"$1\", \"loads\": $2, \"present\": 0, \"last_usec\": 0, \"since_usec\": 1793000000000000}"; }
echo "{\"parts\": [$(part tracing 5), $(part never-seen 0), $(part gone 0)]}" >"$tmp/unused.json"
echo "{\"parts\": [$(part never-seen 7)]}" >"$tmp/used.json"
counted() { golden "$1" learn --file="$tmp/hour/hour.journal" --against="$policy" "${at[@]}" "${@:2}"; }
counted learn-unused.yaml --rules="$tmp/unused.json"
counted learn-used.yaml --rules="$tmp/unused.json" --rules="$tmp/used.json"
counted learn-counts-bad.txt --rules="$tmp/learned.yaml"
golden learn-counts-alone.txt learn --file="$tmp/hour/hour.journal" --rules="$tmp/used.json"
golden report-unused.md report --file="$tmp/hour/hour.journal" --policy="$policy" "${at[@]}" --format=markdown --rules="$tmp/unused.json"
"$kfgate" report --file="$tmp/hour/hour.journal" --policy="$policy" "${at[@]}" --rules="$tmp/unused.json" --rules="$tmp/used.json" >"$tmp/used"
! grep -q never-seen "$tmp/used" || { echo "a rule that is in use is told as one that is not"; failed=1; }
golden learn-against.yaml learn --file="$tmp/hour/hour.journal" --against="$policy" "${at[@]}"
mkdir "$tmp/objects"
cp "$fixtures/module.o" "$fixtures/task.o" "$fixtures/scan/program_type.o" "$fixtures/scan/program_type_unknown.o" \
	"$tmp/objects"
echo "no object" >"$tmp/objects/$(printf 'odd\nname')"
golden learn-scan.yaml learn --from-scan="$tmp/objects"
"$kfgate" learn --from-scan="$tmp/objects" --complete --output="$tmp/scanned.yaml"
golden learn-scan-again.txt learn --from-scan="$tmp/objects" --against="$tmp/scanned.yaml"
golden learn-scan-both.yaml learn --from-scan="$tmp/objects" --file="$tmp/hour/hour.journal"
mkdir "$tmp/no-objects"
echo "no object" >"$tmp/no-objects/text"
golden learn-scan-empty.txt learn --from-scan="$tmp/no-objects"
golden learn-scan-none.txt learn --from-scan="$tmp/objects" --from-scan="$tmp/none"
golden diff-policy.txt diff-policy --directory="$tmp/fleet" "$policy" "$tmp/learned.yaml" "${at[@]}"
golden diff-policy-same.txt diff-policy --directory="$tmp/fleet" "$policy" "$policy"
golden test.txt test "$here/cases/good.yaml" "$here/cases/failing.yaml" "${at[@]}"
golden test.tap test --tap "$here/cases/good.yaml" "$here/cases/failing.yaml" "${at[@]}"
golden test-mistakes.txt test "$here/cases/mistakes.yaml"
golden test-loaders.txt test "$here/cases/loaders.yaml" "$here/cases/none.yaml" "$here/cases/good.yaml" "${at[@]}"
printf 'version: 1\nname: names\nserial: 1\ninclude: ["%s/*.yaml"]\n' "$(readlink -f "$here/../../../policy/lifecycle")" \
	>"$tmp/names.yaml"
golden test-names.txt test --policy="$tmp/names.yaml" "$here/cases/names.yaml"
golden test-example.txt test "$here/../../../packaging/examples/cases.yaml"
# The first example of a man page, as a file
example() { sed -n '/^\.Sh EXAMPLES/,$p' "$here/../../../packaging/man/$1" | sed -n '/^\.Bd/,/^\.Ed/{/^\.Ed/q;/^\.Bd/d;p}'; }
mkdir "$tmp/man" "$tmp/man/policy.d"
example kfgate-policy.5 | sed "s|/usr/lib/kfgate/lifecycle|$(readlink -f "$here/../../../policy/lifecycle")|" \
	>"$tmp/man/policy.d/10-policy.yaml"
example kfgate-test.8 >"$tmp/man/cases.yaml"
golden man-check.txt check --at=2026-12-01 "$tmp/man/policy.d"
golden man-test.txt test --at=2026-12-01 "$tmp/man/cases.yaml"
printf 'version: 1\nname: p\nserial: 1\nmode: enfroce\n' >"$tmp/man/policy.yaml"
"$kfgate" check "$tmp/man/policy.yaml" 2>&1 | sed "s|$tmp/man/||" | tr -s ' \n' ' ' >"$tmp/said"
example kfgate-check.8 | tail -n +2 | tr -s ' \n' ' ' | diff - "$tmp/said" ||
	{ echo "kfgate-check(8) shows something else than check says"; failed=1; }
golden metrics-down.txt metrics --runtime-dir="$tmp/none"
exit $failed
