#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""measure.py RUNS COMMAND...: runs it so often on one core; prints "ELAPSED CPU RSS": the least of seconds by the clock
and of seconds of the processor, of the command and all its children, and the most MiB resident at one time."""

import os
import resource
import subprocess
import sys
import time


def run(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    elapsed = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(runs, command):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    results = [run(command) for _ in range(runs)]
    rss = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{min(r[0] for r in results):.2f} {min(r[1] for r in results):.2f} {rss:.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
