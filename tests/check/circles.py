#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""No C file of the product depends on itself by way of others: a file depends on another if its object needs a symbol
that the other's defines. So each can be read, tested and replaced after those below it.

usage: circles.py BUILD
BUILD is a build with -DCMAKE_EXPORT_COMPILE_COMMANDS=ON. Exit status: 0 none, 1 circles, 77 no nm.
"""

import collections
import os
import shutil
import subprocess
import sys

import compilers

DEFINED = "ABCDGRSTVWiu"   # of nm: those that other objects see
UNDEFINED = "Uvw"


def symbols(text):
    """(defined, needed) of an object, as `nm -P` prints it. What an object defines it needs of nobody."""
    defined, needed = set(), set()
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[1] in DEFINED:
            defined.add(words[0])
        elif len(words) > 1 and words[1] in UNDEFINED:
            needed.add(words[0])
    return defined, needed - defined


def dependences(objects):
    """For each file, what it needs of which other; objects: what nm says of each."""
    read = {path: symbols(text) for path, text in objects.items()}
    owners = collections.defaultdict(set)
    for path, (defined, _) in read.items():
        for name in defined:
            owners[name].add(path)
    needs = {path: collections.defaultdict(set) for path in read}
    for path, (_, needed) in read.items():
        for name in needed:
            for owner in owners.get(name, ()):
                needs[path][owner].add(name)
    return needs


def reached(needs, path):
    """All that a file depends on, at once or by way of others."""
    seen, left = set(), [path]
    while left:
        for other in needs[left.pop()]:
            if other not in seen:
                seen.add(other)
                left.append(other)
    return seen


def find(objects):
    """Yields each circle: its files, and (file, other, symbols) of each dependence in it."""
    needs = dependences(objects)
    below = {path: reached(needs, path) for path in needs}
    done = set()
    for path in sorted(needs):
        if path in done or path not in below[path]:
            continue
        circle = [other for other in sorted(below[path]) if path in below[other]]
        done.update(circle)
        yield circle, [(first, other, sorted(needs[first][other])) for first in circle for other in circle
                       if other in needs[first]]


def read_objects(build, nm):
    """What nm says of the object of each file that the build compiles, all asked at once."""
    paths = {os.path.join(folder, words[words.index("-o") + 1]): path
             for path, folder, words in compilers.commands(build)}
    objects = {path: [] for path in paths.values()}
    if not paths:
        return objects
    out = subprocess.run([nm, "-A", "-P", *paths], check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        file, symbol = line.split(": ", 1)
        objects[paths[file]].append(symbol)
    return {path: "\n".join(lines) for path, lines in objects.items()}


def main():
    nm = shutil.which("nm")
    if not nm:
        print("no nm")
        return 77
    try:
        objects = read_objects(sys.argv[1], nm)
    except subprocess.CalledProcessError as error:
        print(f"is all of it built? {error.stderr.strip()[:400]}", file=sys.stderr)
        return 1
    if not any(symbols(text)[0] for text in objects.values()):
        print(f"{sys.argv[1]}: no object in it defines anything", file=sys.stderr)
        return 1
    count = 0
    for circle, edges in find(objects):
        count += 1
        print(f"{len(circle)} files depend on one another: {' '.join(circle)}")
        for first, other, names in edges:
            print(f"\t{first} needs {' '.join(names)} of {other}")
    print(f"{len(objects)} files, {count} circles")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
