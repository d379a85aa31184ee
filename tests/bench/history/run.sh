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
"$build/tests/bench/pastgen" "$here/policy.yaml" "$records" "$hosts" | $remote -o "$tmp/fleet.journal" - 2>"$tmp/log"
du -sh "$tmp"
journalctl --file="$tmp/fleet.journal" -o json --all >"$tmp/fleet.jsonl"
for file in fleet.journal fleet.jsonl; do
	python3 - "$build/agent/kfgate" "$tmp/$file" <<'PY'
import os, resource, subprocess, sys, time
start = time.monotonic()
subprocess.run([sys.argv[1], "report", "--file", sys.argv[2], "--output=/dev/null"], check=True)
use = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{os.path.basename(sys.argv[2])}: {time.monotonic() - start:.1f} s, {use.ru_utime:.1f} s user, "
      f"{use.ru_stime:.1f} s system, {use.ru_maxrss / 1024:.1f} MiB resident at most")
PY
done
