#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write out the BPF objects that programs carry inside (libbpf skeletons).

usage: carve-bpf.py OUTDIR PROGRAM...
Each ELF file for machine EM_BPF found in PROGRAM becomes OUTDIR/NAME-N.bpf.o, N from 0.
An object ends with its section header table, which libbpf's linker and clang write last.
"""
import pathlib
import struct
import sys

EM_BPF = 247
HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
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


def main(argv):
    if len(argv) < 3:
        print("usage: carve-bpf.py OUTDIR PROGRAM...", file=sys.stderr)
        return 2
    outdir = pathlib.Path(argv[1])
    outdir.mkdir(parents=True, exist_ok=True)
    for name in argv[2:]:
        program = pathlib.Path(name)
        for number, content in enumerate(objects(program.read_bytes())):
            (outdir / f"{program.name}-{number}.bpf.o").write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
