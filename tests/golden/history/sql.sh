#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sql.sh KFGATE PASTGEN [RECORDS [HOSTS]] - the records of a fleet in a PostgreSQL server of its own: the views of
# packaging/examples have the rows of `kfgate report`. 1,000,000 records take some 15 GB below TMPDIR.
set -u
here=$(cd "$(dirname "$0")" && pwd)
kfgate=$1 pastgen=$2 records=${3:-2100} hosts=${4:-5}
remote=/lib/systemd/systemd-journal-remote
policy=$here/../../bench/history/policy.yaml
schema=$here/../../../packaging/examples/kfgate-postgresql.sql
[ -x $remote ] || { echo "skipped: no $remote (package systemd-journal-remote)"; exit 77; }
bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
[ -x "${bin:-/}/initdb" ] || { echo "skipped: no PostgreSQL (package postgresql)"; exit 77; }
user=() # a server does not run as root
[ "$(id -u)" -ne 0 ] || user=(setpriv --reuid=postgres --regid=postgres --clear-groups)
tmp=$(mktemp -d)
cleanup()
{
	"${user[@]}" "$bin/pg_ctl" -D "$tmp/db" -m immediate stop >/dev/null 2>&1
	rm -rf "$tmp"
}
trap cleanup EXIT
export TZ=UTC LC_ALL=C.UTF-8
mkdir "$tmp/journal" "$tmp/views" "$tmp/db"
[ ${#user[@]} -eq 0 ] || chown postgres: "$tmp" "$tmp/db"
"$pastgen" "$policy" "$records" "$hosts" 20 | $remote -o "$tmp/journal/fleet.journal" - 2>"$tmp/log" || { cat "$tmp/log"; exit 1; }
journalctl --file="$tmp/journal/*.journal" -o json --all >"$tmp/fleet.jsonl" || exit 1
"$kfgate" report --file="$tmp/fleet.jsonl" --policy="$policy" --at=2026-11-21 --format=json \
	--output="$tmp/report.json" || exit 1

# a server that listens on a socket below TMP alone
cd / || exit 1
"${user[@]}" "$bin/initdb" -D "$tmp/db" -U kfgate -A trust --no-sync -E UTF8 >"$tmp/log" 2>&1 &&
	"${user[@]}" "$bin/pg_ctl" -D "$tmp/db" -w -l "$tmp/db/log" -o "-k $tmp/db -h '' -F" start >"$tmp/log" 2>&1 || {
	cat "$tmp/log"
	exit 1
}
sql=("$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$tmp/db" -U kfgate -d postgres -At)
"${sql[@]}" -f "$schema" || exit 1
# in two parts, as lines come: what was there before is not taken again
for part in "1,$((records / 2))p" "$((records / 2 + 1)),\$p"; do
	sed -n "$part" "$tmp/fleet.jsonl" | "${sql[@]}" -c \
		"COPY kfgate_lines (line) FROM STDIN (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')" || exit 1
	"${sql[@]}" -c "CALL kfgate_load()" || exit 1
done
for view in timeline tampering deprecated users refused hosts; do
	"${sql[@]}" -c "SELECT json_agg(v) FROM kfgate_$view v" >"$tmp/views/$view.json" || exit 1
done
"$here/sql.py" "$tmp/report.json" "$tmp/views"
