#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The same predictions from three sources of a kernel, beside each other: its image with its modules, its facts file of
the catalogue, and its BTF alone, with that kernel taken out of the catalogue.

usage: sources.py [--all] FITDUMP CATALOGUE OBJECT...

Kernels are those of the cache of the VM tests that the catalogue has; without --all one of each of 6.1, 6.12 and the
newest, for each architecture. With --all the objects of corpus.sh are taken too, where they were built; without it
its cases.
By facts each line has to be what the image gives. By BTF what is certain has to be; the rest is unchecked, and what the
nearest kernel of the catalogue says of it differs in one of two hundred at most.
Exit status: 0 so it is, 1 it is not, 77 no kernel that the catalogue has.
"""

import os
import pathlib
import struct
import subprocess
import sys
import tempfile

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache", "kfgate")
BTF_START = struct.pack("<HBBI", 0xeb9f, 1, 0, 24)
SECTION = struct.Struct("<IIQQQQIIQQ")
WANTED = ("6.1.", "6.12.", "7.")
OTHERS_MAX = 1 / 200


def largest_btf(data):
    """Of an Image of arm64, which has no sections: what begins as BTF does, and has the most bytes."""
    found, at = b"", data.find(BTF_START)
    while at >= 0:
        type_off, type_len, str_off, str_len = struct.unpack_from("<IIII", data, at + 8)
        size = 24 + str_off + str_len
        if type_off == 0 and type_len == str_off and at + size <= len(data) and size > len(found):
            found = data[at:at + size]
        at = data.find(BTF_START, at + 1)
    return found


def btf_of(path):
    data = path.read_bytes()
    return section(path, data, ".BTF") if data.startswith(b"\x7fELF") else largest_btf(data)


def section(path, data, wanted):
    shoff = struct.unpack_from("<Q", data, 40)[0]
    count, names = struct.unpack_from("<HH", data, 60)
    sections = [SECTION.unpack_from(data, shoff + n * SECTION.size) for n in range(count)]
    for entry in sections:
        at = sections[names][4] + entry[0]
        if data[at:data.index(b"\0", at)].decode() == wanted:
            return data[entry[4]:entry[4] + entry[5]]
    raise ValueError(f"{path}: no section {wanted}")


def kernels(catalogue, every):
    """(release, directory, facts), each once: names in the cache are links."""
    found = {}
    for path in sorted((CACHE / "kernels").glob("*/version")):
        release = path.read_text().strip()
        facts = sorted(catalogue.glob(release + "_*.facts"))
        if facts and (path.parent / "vmlinux").exists() and (path.parent / "modules").exists():
            found[release] = (release, path.parent.resolve(), facts[0])
    rows = sorted(found.values(), key=lambda row: [int(n) for n in row[0].split("-")[0].split("+")[0].split(".")])
    if every:
        return rows
    chosen = {}
    for row in rows:  # older ones first
        for want in WANTED:
            if row[0].startswith(want) and ("cloud" in row[0] or want != "7."):
                chosen[want, row[0].rsplit("-", 1)[1]] = row
    return list(chosen.values())


def predict(fitdump, kernel, objects, catalogue, *options):
    run = subprocess.run([fitdump, *options, kernel, *objects], check=True, stdout=subprocess.PIPE, text=True,
                         env={**os.environ, "KFGATE_KERNELS": str(catalogue)})
    return [line.split("\t") for line in run.stdout.splitlines()]


def catalogue_without(catalogue, facts, target):
    target.mkdir()
    for path in catalogue.iterdir():
        if path.name != facts.name:
            (target / path.name).symlink_to(path.resolve())
    return target


def differ(image, other, certain_only):
    """(object, program, image's, other's) of predictions that are not the same."""
    assert [row[:2] for row in image] == [row[:2] for row in other], "other objects or programs"
    for a, b in zip(image, other):
        if a[2:4] != b[2:4] and not certain_only:
            yield a[0], a[1], a[2:4], b[2:4]
        elif certain_only and a[2] != b[2] and "unchecked" not in (a[2], b[2]):
            yield a[0], a[1], a[2:4], b[2:4]


def compare(fitdump, catalogue, kernel, objects, work):
    release, directory, facts = kernel
    btf = work / (release + ".btf")
    btf.write_bytes(btf_of(directory / "vmlinux"))
    others = catalogue_without(catalogue, facts, work / (release + ".catalogue"))
    image = predict(fitdump, directory, objects, catalogue)
    by_facts = predict(fitdump, facts, objects, catalogue)
    alone = predict(fitdump, btf, objects, others)
    nearest = predict(fitdump, btf, objects, others, "--assume-nearest")
    wrong = [("facts", *row) for row in differ(image, by_facts, False)]
    wrong += [("BTF", *row) for row in differ(image, alone, True)]
    near = list(differ(image, nearest, True))
    unsure = sum(row[2] == "unchecked" for row in alone)
    print(f"{release}: {len(image)} predictions; by facts {sum(w[0] == 'facts' for w in wrong)} differ; by BTF "
          f"{len(image) - unsure} certain, of which {sum(w[0] == 'BTF' for w in wrong)} differ; with the nearest "
          f"kernel {sum(row[2] == 'unchecked' for row in nearest)} are not certain and {len(near)} differ", flush=True)
    if len(near) > OTHERS_MAX * len(image):
        wrong += [("nearest", *row) for row in near]
    return wrong


def main():
    words = sys.argv[1:]
    every = words[:1] == ["--all"]
    fitdump, catalogue, *objects = words[every:]
    for path in sorted((CACHE / "truth").glob("*/*.o" if every else "cases/*.o")):
        objects.append(str(path))
    found = kernels(pathlib.Path(catalogue), every)
    if not found:
        print(f"skip: no kernel of the catalogue with its modules in {CACHE / 'kernels'}")
        return 77
    wrong = []
    with tempfile.TemporaryDirectory(prefix="kfgate-sources.") as work:
        for kernel in found:
            wrong += compare(fitdump, pathlib.Path(catalogue), kernel, objects, pathlib.Path(work))
    for row in wrong[:20]:
        print("wrong by", *row)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
