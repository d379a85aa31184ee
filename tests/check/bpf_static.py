#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Only programs are global functions of the gate's object: any other global function could be replaced at run time
(BPF_PROG_TYPE_EXT), and the decision with it.

usage: bpf_static.py OBJECT
A program is a function in a section of its own kind: "lsm/...", "lsm.s/...", "?lsm...", "syscall".
"""

import struct
import sys

SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
SHT_SYMTAB = 2
STT_FUNC = 2
STB_GLOBAL = 1
STB_WEAK = 2
PROGRAMS = ("lsm/", "lsm.s/", "syscall", "fentry/", "tracing/", "iter/")


def text_at(data, start):
    return data[start:data.index(b"\0", start)].decode("ascii")


def functions(data):
    """Yield (name, section name, offset, is global) of each function of a 64-bit little-endian ELF object."""
    shoff = struct.unpack_from("<Q", data, 40)[0]
    count, names = struct.unpack_from("<HH", data, 60)
    sections = [SECTION.unpack_from(data, shoff + n * SECTION.size) for n in range(count)]
    for section in sections:
        if section[1] != SHT_SYMTAB:
            continue
        for at in range(section[4], section[4] + section[5], SYMBOL.size):
            name, info, _, index, value, _ = SYMBOL.unpack_from(data, at)
            if info & 15 == STT_FUNC:
                yield (text_at(data, sections[section[6]][4] + name),
                       text_at(data, sections[names][4] + sections[index][0]), value,
                       info >> 4 in (STB_GLOBAL, STB_WEAK))


def problems(data):
    found = list(functions(data))
    if not any(is_global for _, _, _, is_global in found):
        yield "no program in it"
    for name, section, _, is_global in found:
        if is_global and not section.lstrip("?").startswith(PROGRAMS):
            yield f"{name} (section {section}) is a global function: make it static"


def main(argv):
    if len(argv) != 2:
        print("usage: bpf_static.py OBJECT", file=sys.stderr)
        return 2
    with open(argv[1], "rb") as file:
        found = list(problems(file.read()))
    for problem in found:
        print(f"{argv[1]}: {problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
