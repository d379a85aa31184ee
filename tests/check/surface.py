#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/data/surface.tsv has a row for each thing that a verdict, the guard or the agent depends on, and the tree has
each thing that is in it: hooks and programs of bpf/, maps, variables in maps, pins, paths in the agent's source, and
the files of the agent that open anything. What it names as a test is there.
"""

import os
import re
import sys

import tree

TABLE = "tests/data/surface.tsv"
COLUMNS = 6  # kind, name, what depends on it, who can touch it, what refuses that, test
AGENT = ("agent/gate/", "agent/config/", "agent/record/", "agent/base/", "policy/", "include/")
KINDS = ("hook", "program", "map", "variable", "pin", "path", "opener", "call", "object")
BY_HAND = ("call", "object")  # no pattern finds these

SECTION = re.compile(r'SEC\("\??(lsm(?:\.s)?/|iter/|syscall|fentry/|fexit/|fmod_ret/|tp_btf/|raw_tp/|kprobe/)([^"]*)"\)'
                     r'\s*(?:int\s+(?:BPF_PROG\()?)?(\w+)')
MAP = re.compile(r'\}\s*(\w+)\s+SEC\("\.maps"\)')
VARIABLE = re.compile(r'^(?:const volatile )?(?:struct )?(?!struct\b|static\b|enum\b|union\b)\w+ (\w+)'
                      r'(?: SEC\("\.data[^"]*"\))?(?: = [^;]*)?;[ \t]*$', re.MULTILINE)
PIN = re.compile(r'#define (KFG_PIN_\w+) "(\w+)"')
SHARED = re.compile(r'ret_maps\[n\+\+\] = gate->skel->maps\.(\w+);')
PATH = re.compile(r'"(/(?:etc|sys|proc|run|usr|var|dev|lib|tmp)\b[^"\s]*)')
OPENS = re.compile(r"\b(open|openat|openat2|fopen|opendir|socket|connect|bind|accept4?|inotify_add_watch|mmap"
                   r"|memfd_create|sd_bus_(?:default|open|new)\w*|execv\w*|posix_spawn\w*|popen|system|dlopen"
                   r"|mount_setattr|mount|umount2"
                   r"|bpf_obj_get(?:_opts)?|bpf_\w+_get_fd_by_id)\s*\(")


def things(path, text):
    """Yields (kind, name) of what one file has."""
    if path.startswith("bpf/") and tree.is_c(path):
        code = tree.without_comments(text, keep_literals=True)
        for match in SECTION.finditer(code):
            section, target, program = match.groups()
            yield ("hook", target) if section.startswith("lsm") else ("program", program)
        for match in MAP.finditer(code):
            yield "map", match.group(1)
        for match in VARIABLE.finditer(re.sub(r"\{[^{}]*\}", "{}", code)):
            yield "variable", match.group(1)
    if not path.startswith(AGENT) or not tree.is_c(path):
        return
    code = tree.without_comments(text, keep_literals=True)
    for match in PIN.finditer(code):
        yield "pin", match.group(2)
    for match in SHARED.finditer(code):
        yield "pin", match.group(1)
    for match in PATH.finditer(code):
        yield "path", match.group(1).rstrip(":")
    if path.endswith(".c") and OPENS.search(tree.without_comments(text)):
        yield "opener", path


def rows(text):
    """Yields (line number, fields) of the table."""
    for n, line in enumerate(text.splitlines(), 1):
        if line and not line.startswith("#"):
            yield n, line.split("\t")


def faults(table, found, exists):
    """found: (kind, name) of the tree, in a set. exists(path): is there such a file? Yields (line, what)."""
    known = set()
    for n, fields in rows(table):
        if len(fields) != COLUMNS or not all(field.strip() for field in fields):
            yield n, f"{len(fields)} columns where {COLUMNS} are wanted, none of them empty"
            continue
        key = fields[0], fields[1]
        if fields[0] not in KINDS:
            yield n, f"no kind '{fields[0]}'"
        if key in known:
            yield n, f"{fields[0]} {fields[1]} is there twice"
        known.add(key)
        if key not in found and fields[0] not in BY_HAND:
            yield n, f"{fields[0]} {fields[1]} is not in the source any more"
        for test in fields[5].split():
            if not fields[5].startswith("-") and not exists(test):
                yield n, f"no test {test}"
    for kind, name in sorted(found - known):
        yield 1, f"{kind} {name} has no row: who can touch it, and what refuses that?"


def exists(test):
    return any(os.path.isfile(os.path.join(tree.TOP, path)) for path in
               (f"tests/vm/cases/{test}.sh", f"tests/check/{test}.py", f"tests/unit/{test}.c"))


def main():
    found = {thing for path in tree.paths() for thing in things(path, tree.read(path))}
    problems = list(faults(tree.read(TABLE), found, exists))
    for line, what in problems:
        print(f"{TABLE}:{line}: {what}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
