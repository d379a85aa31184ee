#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Say which lines of the source the tests have run, file by file.

usage: coverage.py BUILD
BUILD is a build with -DCMAKE_BUILD_TYPE=Coverage -DCMAKE_C_FLAGS_COVERAGE="-O0 -g --coverage" in which the tests have
been run. A line per source file of the tree that was compiled, those first of which the least was run: percent, lines
run, lines with code. BPF programs run in the kernel, and are not seen here. Exit status: 0, or 1 if nothing was run.
"""

import collections
import json
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOMS = ("agent/", "policy/", "include/")


def reports(build):
    """What gcov says of each object whose code has run."""
    for folder, _, names in os.walk(build):
        data = [os.path.abspath(os.path.join(folder, name)) for name in names if name.endswith(".gcda")]
        if not data:
            continue
        done = subprocess.run(["gcov", "--json-format", "--stdout"] + data, cwd=build, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, check=True)
        for line in done.stdout.splitlines():
            if line.startswith("{"):
                yield json.loads(line)


def main(argv):
    if len(argv) != 2:
        print("usage: coverage.py BUILD", file=sys.stderr)
        return 1
    lines = collections.defaultdict(dict)
    for report in reports(argv[1]):
        for file in report["files"]:
            path = os.path.join(report["current_working_directory"], file["file"])
            path = os.path.relpath(os.path.realpath(path), TOP)
            if path.startswith(ROOMS):
                for line in file["lines"]:
                    number = line["line_number"]
                    lines[path][number] = lines[path].get(number, 0) + line["count"]
    if not lines:
        print(f"{argv[1]}: no test has run", file=sys.stderr)
        return 1
    rows = sorted((sum(map(bool, counts.values())), len(counts), path) for path, counts in lines.items())
    for run, code, path in sorted(rows, key=lambda row: (row[0] / row[1], row[2])):
        print(f"{100 * run / code:6.1f} % {run:5} of {code:5}  {path}")
    run, code = sum(row[0] for row in rows), sum(row[1] for row in rows)
    print(f"{100 * run / code:6.1f} % {run:5} of {code:5}  in all {len(rows)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
