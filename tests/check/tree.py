# SPDX-License-Identifier: GPL-2.0-or-later
"""The files of the source tree, and their text as the checks want it."""

import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NO_COMMENTS = ("LICENSE", "packaging/debian/changelog", "packaging/debian/source/format")
PACKED = (".facts", ".dictionary")   # bytes, not text
COMMENT_OR_LITERAL = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def paths(packed=False):
    """Paths of all files, relative to the top: what git tracks, or, without git, all but build directories.
    Those that are no text count if packed."""
    try:
        out = subprocess.run(["git", "-C", TOP, "ls-files", "-z"], check=True, capture_output=True).stdout
        found = [os.fsdecode(name) for name in out.split(b"\0") if name]
    except (OSError, subprocess.CalledProcessError):
        found = []
        for folder, folders, names in os.walk(TOP):
            folders[:] = [f for f in folders if f != ".git" and not (folder == TOP and f.startswith("build"))]
            found += [os.path.relpath(os.path.join(folder, name), TOP) for name in names]
    return sorted(p for p in found if os.path.isfile(os.path.join(TOP, p)) and (packed or not p.endswith(PACKED)))


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def is_c(path):
    return path.endswith((".c", ".h"))


def is_script(path):
    return path.endswith((".sh", ".py", ".bash")) or read(path)[:2] == "#!"


def is_source(path):
    """A file that somebody wrote, in which there can be comments: not the license, not test data."""
    return (path not in NO_COMMENTS and not path.startswith(("tests/data/", "tests/golden/", "tests/fuzz/corpus/"))
            or is_c(path) or path.endswith("CMakeLists.txt"))


def without_comments(text, keep_literals=False):
    """C text of the same lines, comments (and the inside of literals) made blank."""
    def blank(match):
        found = match.group()
        if found[0] == "/":
            return re.sub(r"[^\n]", " ", found)
        return found if keep_literals else found[0] + " " * (len(found) - 2) + found[-1]
    return COMMENT_OR_LITERAL.sub(blank, text)


def report(find):
    """Calls find(path, text) on each file, prints the (line, what) it yields; returns the exit status."""
    count = 0
    for path in paths():
        for line, what in find(path, read(path)):
            print(f"{path}:{line}: {what}")
            count += 1
    if count:
        print(f"{count} findings", file=sys.stderr)
    return 1 if count else 0
