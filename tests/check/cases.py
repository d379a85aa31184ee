#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The VM cases can fail: each ends with finish, lies in its topic's folder, has a header that run-cases.sh reads."""

import re
import sys

import tree

CASE = re.compile(r"^tests/vm/(cases|soak)/(?P<rest>.+\.sh)$")
NAME = re.compile(r"[a-z][a-z-]*/[a-z][a-z0-9-]*\.sh$")
KEYS = {"kernels", "tier", "files", "modules", "args", "lsm", "rtc", "memory", "cpu", "icount", "timeout", "reboot",
        "last", "also"}
NEVER_FAILS = re.compile(r'\bcheck "[^"]*" (true|:)(\s|$)|\bexpect_fail "[^"]*" false(\s|$)')
# A time that is long enough on one machine is too short on a busier one: until_true waits for what is to come.
SLEEPS = re.compile(r"^sleep [0-9.]+$")
# A kernel of 7.x may run as "newest", and the newest one under its own name: a part that asks for a name is left out.
OTHER_NAME = re.compile(r"KFGATE_VM_KERNEL\"? !?= (7\.|newest)")
OTHER_LABEL = re.compile(r"^\s*(7\.[^)]*|newest)\)")
# The status of a pipeline is that of its last command: where the first could not run, the last finds nothing.
REFUSED_PIPE = re.compile(r"\bexpect_fail \"[^\"]*\" sh -c '[^']*\|\s*grep")


def kernel_names():
    lines = tree.read("tests/vm/kernels.list").splitlines()
    return {line.split()[0] for line in lines if line and not line.startswith("#")}


def headers(lines):
    for n, line in enumerate(lines):
        if not line.startswith("#"):
            return
        match = re.match(r"# ([a-z]+): *(.*)", line)
        if match and match.group(1) != "usage":
            yield n + 1, match.group(1), match.group(2).split()


def find(path, text):
    match = CASE.match(path)
    if not match:
        return
    if match.group(1) == "cases" and not NAME.match(match.group("rest")):
        yield 1, "a case is cases/TOPIC/NAME.sh, without numbers before the name"
    lines = text.rstrip("\n").split("\n")
    if lines[-1] != "finish":
        yield len(lines), "a case ends with finish"
    found = set()
    for n, key, words in headers(lines):
        found.add(key)
        if key not in KEYS:
            yield n, f"run-cases.sh reads no header '{key}:'"
        if key in ("kernels", "also"):
            for word in set(words) - kernel_names():
                yield n, f"no kernel '{word}' in kernels.list"
        if key == "tier" and words not in (["bare"], ["systemd"]):
            yield n, "tier: bare or systemd"
    for key in {"kernels", "tier"} - found:
        yield 1, f"no header '{key}:'"
    by_name = False
    for n, line in enumerate(lines):
        by_name = "case $KFGATE_VM_KERNEL in" in line or (by_name and line.strip() != "esac")
        if OTHER_NAME.search(line) or (by_name and OTHER_LABEL.search(line)):
            yield n + 1, "a kernel may run under another name: ask for 6.*, KFGATE_VM_VERSION, or what it can do"
        if NEVER_FAILS.search(line):
            yield n + 1, "a check that cannot fail"
        if SLEEPS.match(line):
            yield n + 1, "a wait without its reason: until_true, or say behind it why time itself is what matters"
        if REFUSED_PIPE.search(line):
            yield n + 1, "grep that finds nothing may have been given nothing: check_none"


if __name__ == "__main__":
    sys.exit(tree.report(find))
