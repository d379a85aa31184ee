#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How text is laid out: C and shell indent with tabs, nothing ends in blanks, no line is longer than 120 columns."""

import re
import sys

import tree

COLUMNS = 120
TAB = 8
# Data, or patterns in which a blank at the end means something.
DATA = ("LICENSE", "tests/data/", "tests/golden/", "tests/fuzz/corpus/", "tests/vm/splats.list",
        "policy/lifecycle/signatures.tsv")
# In these a line is a sentence, a row of a table, a command of a unit, or a check: what it says, wants, and runs.
ANY_WIDTH = re.compile(r"\.(md|[1-8]|service|in)$|^tests/vm/cases/|^packaging/schema/")
MARKDOWN_BREAK = re.compile(r"\S  $")


def wants_tabs(path):
    return tree.is_c(path) or path.endswith((".sh", ".cmake", "CMakeLists.txt", ".bash"))


def heredoc_lines(lines):
    """Numbers of the lines inside of here-documents of a shell script: their text is somebody else's."""
    inside, end = set(), None
    for n, line in enumerate(lines):
        if end is not None:
            inside.add(n)
            if line.strip() == end:
                end = None
        else:
            match = re.search(r"<<-?\s*[\"']?(\w+)", line)
            end = match.group(1) if match and "<<<" not in line else None
    return inside


def find(path, text):
    if path.startswith(DATA):
        return
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end"
    if text.endswith("\n\n"):
        yield text.count("\n"), "empty lines at the end"
    lines = text.split("\n")
    here = heredoc_lines(lines) if path.endswith(".sh") or path == ".ci/run" else set()
    for n, line in enumerate(lines):
        if line != line.rstrip() and not (path.endswith(".md") and MARKDOWN_BREAK.search(line)):
            yield n + 1, "blanks at the end"
        width = len(line.expandtabs(TAB))
        if width > COLUMNS and not ANY_WIDTH.search(path):
            yield n + 1, f"{width} columns, at most {COLUMNS}"
        if wants_tabs(path) and n not in here and re.match(r" {2,}[^\s\\]", line) and not line.startswith(" *"):
            yield n + 1, "indented with blanks"


if __name__ == "__main__":
    sys.exit(tree.report(find))
