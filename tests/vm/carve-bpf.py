#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write out the BPF objects that programs carry inside (libbpf skeletons).

usage: carve-bpf.py OUTDIR PROGRAM...
Each ELF file for machine EM_BPF found in PROGRAM becomes OUTDIR/PROGRAM-FUNCTION.bpf.o, after its
first global function; a further one of that name gets -2, -3 appended.
An object ends with its section header table, which libbpf's linker and clang write last.
"""
import pathlib
import struct
import sys

EM_BPF = 247
SHT_SYMTAB = 2
GLOBAL_FUNC = 1 << 4 | 2
HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
IDENT = b"\x7fELF\x02\x01\x01"


def objects(data):
    """Yield the bytes of each BPF object inside data."""
    at = data.find(IDENT, 1)
    while at != -1:
        if at + HEADER.size <= len(data):
            fields = HEADER.unpack_from(data, at)
            machine, shoff, shentsize, shnum = fields[2], fields[6], fields[11], fields[12]
            end = at + shoff + shentsize * shnum
            if machine == EM_BPF and shnum and end <= len(data):
                yield data[at:end]
                at = end - 1
        at = data.find(IDENT, at + 1)


def first_function(content):
    """The name of the first global function of an ELF object, or None."""
    fields = HEADER.unpack_from(content)
    shoff, shnum = fields[6], fields[12]
    sections = [SECTION.unpack_from(content, shoff + n * SECTION.size) for n in range(shnum)]
    for section in sections:
        if section[1] != SHT_SYMTAB:
            continue
        strings = sections[section[6]][4]
        for at in range(section[4], section[4] + section[5], SYMBOL.size):
            name, info = SYMBOL.unpack_from(content, at)[:2]
            if info == GLOBAL_FUNC:
                start = strings + name
                return content[start:content.index(b"\0", start)].decode("ascii")
    return None


def main(argv):
    if len(argv) < 3:
        print("usage: carve-bpf.py OUTDIR PROGRAM...", file=sys.stderr)
        return 2
    outdir = pathlib.Path(argv[1])
    outdir.mkdir(parents=True, exist_ok=True)
    for name in argv[2:]:
        program = pathlib.Path(name)
        seen = {}
        for content in objects(program.read_bytes()):
            function = first_function(content) or "none"
            seen[function] = seen.get(function, 0) + 1
            suffix = f"-{seen[function]}" if seen[function] > 1 else ""
            (outdir / f"{program.name}-{function}{suffix}.bpf.o").write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
