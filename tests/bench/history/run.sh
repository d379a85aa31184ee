#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh BUILD [RECORDS [HOSTS]] - time and memory of `kfgate report` over a journal made by pastgen, and over the same
# records as JSON lines, of the build in BUILD (Release). 1,000,000 records take 4.5 GB below TMPDIR, and some minutes
# to write.
set -eu
build=$1 records=${2:-1000000} hosts=${3:-1000}
here=$(cd "$(dirname "$0")" && pwd)
remote=/lib/systemd/systemd-journal-remote
[ -x $remote ] || { echo "no $remote (package systemd-journal-remote)"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/journals" "$tmp/lines" # journals are rotated: there are several
"$build/tests/bench/pastgen" "$here/policy.yaml" "$records" "$hosts" |
	$remote -o "$tmp/journals/fleet.journal" - 2>"$tmp/log"
journalctl --file="$tmp/journals/*.journal" -o json --all >"$tmp/lines/fleet.jsonl"
du -sh "$tmp/journals" "$tmp/lines"
for what in journals lines; do
	python3 - "$build/agent/kfgate" "$tmp/$what" <<'PY'
import os, resource, subprocess, sys, time
start = time.monotonic()
run = subprocess.run([sys.argv[1], "report", "--directory", sys.argv[2], "--at=2026-11-21"], check=True,
                     capture_output=True, text=True)
use = resource.getrusage(resource.RUSAGE_CHILDREN)
print(run.stdout.split("\n")[0])
print(f"{os.path.basename(sys.argv[2])}: {time.monotonic() - start:.1f} s, {use.ru_utime:.1f} s user, "
      f"{use.ru_stime:.1f} s system, {use.ru_maxrss / 1024:.1f} MiB resident at most")
PY
done
