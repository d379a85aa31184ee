#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The packages and the build say the same: one version, and what building needs (deps.list, its part [build])."""

import re
import sys

import tree

# Packages of deps.list that the Debian package does not name: always there where packages are built, or of tests.
NOT_NAMED = {"gcc", "libc6-dev", "libclang-rt-dev|libclang-rt-14-dev", "libcmocka-dev", "llvm"}
PACKAGING_ONLY = {"debhelper-compat"}
VERSIONS = {
    "CMakeLists.txt": r"project\(kfgate VERSION ([\d.]+)",
    "packaging/kfgate.spec": r"^Version: +(\S+)",
    "packaging/debian/changelog": r"\Akfgate \(([^)]+)\)",
}


def build_depends(control):
    field = re.search(r"^Build-Depends:(.*?)^\S", control, re.M | re.S).group(1)
    return {re.match(r"[\w.+-]+", entry.strip()).group() for entry in field.split(",") if entry.strip()}


def deps_list(text):
    return set(re.search(r"^\[build\]$(.*?)(^\[|\Z)", text, re.M | re.S).group(1).split())


def find(read):
    """Yields what is wrong; read(path) returns a file's text."""
    named = build_depends(read("packaging/debian/control")) - PACKAGING_ONLY
    needed = deps_list(read("tests/deps.list")) - NOT_NAMED
    yield from (f"packaging/debian/control: {p} is not in tests/deps.list [build]" for p in sorted(named - needed))
    yield from (f"packaging/debian/control: no Build-Depends on {p}" for p in sorted(needed - named))
    found = {path: re.search(pattern, read(path), re.M).group(1) for path, pattern in VERSIONS.items()}
    if len(set(found.values())) > 1:
        yield "versions differ: " + ", ".join(f"{path} {version}" for path, version in found.items())


def main():
    wrong = list(find(tree.read))
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
