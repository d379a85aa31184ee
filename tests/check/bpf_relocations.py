#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Only fields of the kernel's types are looked for in the kernel (CO-RE). BPF_CORE_READ((struct x *)own->field, ...)
means own->field, too: libbpf finds no such struct in the kernel, and puts an instruction there that no verifier takes.

usage: bpf_relocations.py OBJECT
"""

import struct
import sys

SECTION = struct.Struct("<IIQQQQIIQQ")
OWN = ("kfg_", "kfgate_")
# kind -> bytes behind the 12 of each type: (fixed, for each member) (include/uapi/linux/btf.h)
EXTRA = {1: (4, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 6: (0, 8), 13: (0, 8), 14: (4, 0), 15: (0, 12), 17: (4, 0),
         19: (0, 12)}


def text_at(data, start):
    return data[start:data.index(b"\0", start)].decode("ascii")


def section(data, wanted):
    shoff = struct.unpack_from("<Q", data, 40)[0]
    count, names = struct.unpack_from("<HH", data, 60)
    sections = [SECTION.unpack_from(data, shoff + n * SECTION.size) for n in range(count)]
    for entry in sections:
        if text_at(data, sections[names][4] + entry[0]) == wanted:
            return data[entry[4]:entry[4] + entry[5]]
    return b""


def type_names(btf):
    header, types, size, strings = struct.unpack_from("<4xIIII", btf)
    names, at = ["void"], header + types
    while at < header + types + size:
        name, info, _ = struct.unpack_from("<III", btf, at)
        names.append(text_at(btf, header + strings + name))
        fixed, each = EXTRA.get(info >> 24 & 31, (0, 0))
        at += 12 + fixed + each * (info & 0xffff)
    return names, header + strings


def problems(btf, ext):
    """Say of each relocation whether its type is the kernel's."""
    names, strings = type_names(btf)
    header, offset, size = struct.unpack_from("<4xI16xII", ext)
    at, end = header + offset, header + offset + size
    seen = 0
    if size:
        record = struct.unpack_from("<I", ext, at)[0]
        at += 4
    while at < end:
        name, count = struct.unpack_from("<II", ext, at)
        at += 8
        for _ in range(count):
            insn, kind = struct.unpack_from("<II", ext, at)
            at += record
            seen += 1
            if names[kind].startswith(OWN):
                yield f"{text_at(btf, strings + name)}, byte {insn}: looks for struct {names[kind]} in the kernel"
    if not seen:
        yield "no relocation in it"


def main(argv):
    if len(argv) != 2:
        print("usage: bpf_relocations.py OBJECT", file=sys.stderr)
        return 2
    with open(argv[1], "rb") as file:
        data = file.read()
    found = list(problems(section(data, ".BTF"), section(data, ".BTF.ext")))
    for problem in found:
        print(f"{argv[1]}: {problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
