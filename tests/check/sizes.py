#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Files stay under 600 lines, functions of the product at 80 lines and five parameters or less."""

import re
import sys

import tree

FILE_MAX = 599
FUNCTION_MAX = 80
PARAMETERS_MAX = 5
PRODUCT = ("agent/", "policy/", "bpf/", "include/")
# path or path:function -> why it may be larger
ALLOWED = {
    "policy/lifecycle/kfuncs.yaml": "data: a list of names",
    "policy/lifecycle/upstream.yaml": "data: one row per kfunc",
    "policy/lifecycle/signatures.tsv": "data: rows of kfuncs",
    "agent/cli/args.c:take_option": "in: the words left, the options known; out: the option, or a message",
    "agent/cli/args.c:kfg_args_parse": "a message is a buffer and its size",
    "agent/config/policy_files.c:read_source": "one name as openat() and as messages want it",
    "agent/gate/enforce/canary.c:try_load": "bpf_prog_load() has six of them",
}
NAME = re.compile(r"(\w+)\s*\(")
# Macros that take the function's parameters after its name.
WRAPPERS = ("BPF_PROG", "BPF_KPROBE")


def functions(text):
    """Yield (first line, name, lines, parameters) of each function, by kernel style: braces stand in column 0."""
    lines = tree.without_comments(text).split("\n")
    for at, line in enumerate(lines):
        if line != "{":
            continue
        start = at
        while start > 0 and lines[start - 1].strip() and lines[start - 1][-1] not in ";}":
            start -= 1
        head = " ".join(lines[start:at])
        end = next((n for n in range(at, len(lines)) if lines[n].startswith("}")), at)
        match = next((m for m in NAME.finditer(head) if m.group(1) not in ("SEC", "__attribute__")), None)
        if not match:
            continue
        parameters = split_parameters(head[match.end():])
        name = match.group(1)
        if name in WRAPPERS:
            name, parameters = parameters[0], parameters[1:]
        yield start + 1, name, end - start + 1, len(parameters)


def split_parameters(text):
    """The parameters up to the parenthesis that closes the list."""
    depth, found, last = 0, [], ""
    for c in text:
        if c == ")" and depth == 0:
            break
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            found.append(last.strip())
            last = ""
        else:
            last += c
    last = last.strip()
    return found + [last] if last not in ("", "void") else found


def find(path, text):
    if not tree.is_source(path):
        return
    lines = text.count("\n")
    if lines > FILE_MAX and path not in ALLOWED:
        yield lines, f"{lines} lines in a file, at most {FILE_MAX}"
    if not tree.is_c(path) or not path.startswith(PRODUCT):
        return
    for line, name, length, parameters in functions(text):
        if f"{path}:{name}" in ALLOWED:
            continue
        if length > FUNCTION_MAX:
            yield line, f"{name}() has {length} lines, at most {FUNCTION_MAX}"
        if parameters > PARAMETERS_MAX and not path.startswith("bpf/"):
            yield line, f"{name}() has {parameters} parameters, at most {PARAMETERS_MAX}"


if __name__ == "__main__":
    sys.exit(tree.report(find))
