#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Public names: each is defined in one header, and its prefix tells which.

A name that a header defines (struct, union, enum, enumerator, typedef, function, variable) begins with a prefix that
a header of its folder owns: kfg_STEM of "STEM.h" (also "STEM_internal.h"), kfg_FOLDER of its folder, or one of those
that its first comment lists, as in "Prefixes: kfg_doc, kfg_node." Headers of one folder may share a prefix; no two
folders have the same. Where folders own kfg_a and kfg_a_b, the names kfg_a_b... are those of the second.
"""

import collections
import os
import re
import sys

import tree

# ABI and decision rule: one vocabulary for all rooms, so only that each name is there once is asked of them.
SHARED = ("include/", "bpf/")
NAME = re.compile(r"(?i:kfg_)\w+")
TOKEN = re.compile(r"\w+|[^\w\s]")
PREFIXES = re.compile(r"Prefix(?:es)?:((?:[\s*,]|and\b|kfg_\w+)+)\.")
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(KFG_\w+|kfg_\w+)", re.MULTILINE)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def end_of(tokens, i, opening, closing):
    """Index behind the bracket that closes the one at i."""
    depth = 0
    while i < len(tokens):
        depth += (tokens[i][0] == opening) - (tokens[i][0] == closing)
        i += 1
        if not depth:
            break
    return i


def enumerators(tokens):
    """Names in the body of an enum."""
    depth, fresh = 0, True
    for token, line in tokens:
        if depth == 0 and fresh and NAME.fullmatch(token):
            yield token, line
        depth += (token in "([{") - (token in ")]}")
        fresh = depth == 0 and token == ","


def declared(tokens):
    """Names that one declaration at the top level defines."""
    words = [token for token, _ in tokens]
    for i, (token, line) in enumerate(tokens):
        if token in ("struct", "union", "enum") and i + 2 < len(words) and words[i + 2] == "{":
            yield words[i + 1], line
        if token == "enum" and "{" in words[i:i + 3]:
            begin = words.index("{", i)
            yield from enumerators(tokens[begin + 1:end_of(tokens, begin, "{", "}") - 1])
    flat, i = [], 0   # without what stands in brackets
    while i < len(tokens):
        flat.append(tokens[i])
        closing = {"(": ")", "{": "}", "[": "]"}.get(tokens[i][0])
        i = end_of(tokens, i, tokens[i][0], closing) if closing else i + 1
    for i in range(1, len(flat)):
        if NAME.fullmatch(flat[i][0]) and flat[i - 1][0] not in ("struct", "union", "enum"):
            follows = flat[i + 1][0] if i + 1 < len(flat) else ";"
            if follows == "(" or flat[0][0] in ("typedef", "extern") and follows in "[;,":
                yield flat[i]


def names(text):
    """(name, line) of each that a header defines, but macros."""
    text = tree.without_comments(text)
    text = ATTRIBUTE.sub(blank, DIRECTIVE.sub(blank, text))
    tokens = [(m.group(), text.count("\n", 0, m.start()) + 1) for m in TOKEN.finditer(text)]
    begin = i = 0
    while i < len(tokens):
        if tokens[i][0] in "({[":
            closing = {"(": ")", "{": "}", "[": "]"}[tokens[i][0]]
            body = tokens[i][0] == "{"
            i = end_of(tokens, i, tokens[i][0], closing)
            # the body of a function ends it; that of a struct goes on to its ";"
            if not body or any(t in ("struct", "union", "enum", "=") for t, _ in tokens[begin:begin + 1]) or \
                    (i < len(tokens) and tokens[i][0] == ";"):
                continue
        elif tokens[i][0] != ";":
            i += 1
            continue
        else:
            i += 1
        yield from declared(tokens[begin:i])
        begin = i


def macros(text):
    text = tree.without_comments(text)
    for match in DEFINE.finditer(text):
        yield match.group(1), text.count("\n", 0, match.start()) + 1


def prefixes(path, text):
    """What a header owns, in small letters."""
    stem = re.sub(r"(\.bpf)?\.h$", "", os.path.basename(path))
    own = {"kfg_" + re.sub(r"_internal$", "", stem), "kfg_" + os.path.basename(os.path.dirname(path))}
    head = re.search(r"/\*(?!\s*SPDX).*?\*/", text, re.DOTALL)
    match = head and PREFIXES.search(head.group())
    if match:
        own |= set(NAME.findall(match.group(1).lower()))
    return own


def begins(name, prefix):
    """kfg_doc begins kfg_doc, kfg_doc_load and the plural kfg_docs, kfg_docs_load."""
    return re.match(re.escape(prefix) + r"s?(_|$)", name.lower())


def read_tree():
    return {path: tree.read(path) for path in tree.paths()
            if path.endswith(".h") and path.startswith(("agent/", "policy/", "bpf/", "include/"))}


def check(headers):
    """Yields (path, line, what) for headers, a dict of texts by path."""
    owners = collections.defaultdict(set)
    for path, text in headers.items():
        if not path.startswith(SHARED):
            for prefix in prefixes(path, text):
                if any(begins(name, prefix) for name, _ in names(text)):
                    owners[prefix].add(os.path.dirname(path))
    places = collections.defaultdict(list)
    for path, text in sorted(headers.items()):
        room, own = os.path.dirname(path), prefixes(path, text)
        used = set()
        for name, _ in {*names(text), *macros(text)}:
            if NAME.fullmatch(name) and path not in places[name]:
                places[name].append(path)
        for name, line in () if path.startswith(SHARED) else names(text):
            best = max((p for p in owners if begins(name, p)), key=len, default=None)
            used |= {p for p in own if begins(name, p)}
            if best is None:
                yield path, line, f"{name} begins with no prefix that a header of its folder owns"
            elif room not in owners[best]:
                yield path, line, f"{name} begins with {best}, of {', '.join(sorted(owners[best]))}"
        listed = PREFIXES.search(text)
        for prefix in NAME.findall(listed.group(1).lower()) if listed else ():
            if prefix not in used:
                yield path, 1, f"{prefix} is listed, and begins no name"
    for prefix, rooms in sorted(owners.items()):
        if len(rooms) > 1:
            yield sorted(rooms)[0], 0, f"{prefix} is owned by {' and '.join(sorted(rooms))}"
    for name, paths in sorted(places.items()):
        if len(paths) > 1:
            yield paths[0], 0, f"{name} is defined in {' and '.join(paths)}"


if __name__ == "__main__":
    count = 0
    for found_path, found_line, found_what in check(read_tree()):
        print(f"{found_path}:{found_line}: {found_what}")
        count += 1
    if count:
        print(f"{count} findings", file=sys.stderr)
    sys.exit(1 if count else 0)
