#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Say what failed and what was skipped in a JUnit file of ctest, and count.

usage: count-tests.py FILE
A line per failure, with its output, and per skip, with the reason: what the test said after "SKIP: ", else its last
line. The last line is "N passed, N failed, N skipped". Exit status: 0 counted, 1 no such file, or no test in it.
"""

import sys
import xml.etree.ElementTree as ElementTree


def reason(output):
    lines = [line.strip() for line in output.split("\n") if line.strip()]
    said = [line.split("SKIP:", 1)[1].strip() for line in lines if "SKIP:" in line]
    return (said or lines or ["no reason given"])[-1]


def main(argv):
    if len(argv) != 2:
        print("usage: count-tests.py FILE", file=sys.stderr)
        return 1
    try:
        cases = ElementTree.parse(argv[1]).getroot().findall("testcase")
    except (OSError, ElementTree.ParseError) as error:
        print(f"{argv[1]}: {error}", file=sys.stderr)
        return 1
    failed = skipped = 0
    for case in cases:
        name = case.get("name")
        output = case.findtext("system-out") or ""
        if case.find("skipped") is not None:
            skipped += 1
            print(f"skip {name}: {reason(output)}")
        elif case.get("status") != "run" or case.find("failure") is not None:
            failed += 1
            print(f"FAIL {name}")
            print("\n".join("    | " + line for line in output.rstrip("\n").split("\n")[-40:]))
    print(f"{len(cases) - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 0 if cases else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
