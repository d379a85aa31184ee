#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The packages and the build say the same: one version, and what building needs (deps.list, its part [build])."""

import re
import sys

import tree

# Packages of deps.list that the Debian package does not name: always there where packages are built, or of tests.
NOT_NAMED = {"gcc", "libc6-dev", "libclang-rt-14-dev", "libcmocka-dev", "llvm"}
PACKAGING_ONLY = {"debhelper-compat"}


def build_depends():
    field = re.search(r"^Build-Depends:(.*?)^\S", tree.read("packaging/debian/control"), re.M | re.S).group(1)
    return {re.match(r"[\w.+-]+", entry.strip()).group() for entry in field.split(",") if entry.strip()}


def deps_list():
    part = re.search(r"^\[build\]$(.*?)^\[", tree.read("tests/deps.list"), re.M | re.S).group(1)
    return set(part.split())


def versions():
    yield "CMakeLists.txt", re.search(r"project\(kfgate VERSION ([\d.]+)", tree.read("CMakeLists.txt")).group(1)
    changelog = tree.read("packaging/debian/changelog")
    yield "packaging/kfgate.spec", re.search(r"^Version: +(\S+)", tree.read("packaging/kfgate.spec"), re.M).group(1)
    yield "packaging/debian/changelog", re.match(r"kfgate \(([^)]+)\)", changelog).group(1)


def main():
    wrong = []
    named, needed = build_depends() - PACKAGING_ONLY, deps_list() - NOT_NAMED
    wrong += [f"packaging/debian/control: {p} is not in tests/deps.list [build]" for p in sorted(named - needed)]
    wrong += [f"packaging/debian/control: no Build-Depends on {p}" for p in sorted(needed - named)]
    found = dict(versions())
    if len(set(found.values())) > 1:
        wrong.append("versions differ: " + ", ".join(f"{path} {version}" for path, version in found.items()))
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
