#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write policy/lifecycle/signatures.tsv from what kernels register.

usage: kfunc-signatures.py KFGATE KERNEL... >policy/lifecycle/signatures.tsv

A KERNEL is what `kfgate kfuncs --kernel=` takes; image and modules, so that program types are known.
A row is written for the first kernel that has a kfunc and for each that changes it.
"""

import json
import re
import subprocess
import sys

HEADER = """# SPDX-License-Identifier: GPL-2.0-or-later
# How kfuncs are called, by the first of the kernels looked at in which that is so.
# Made by tests/tools/kfunc-signatures.py from images of {}.
# arguments: how many the program passes (-1: not known). types: the program types it is registered for (all: all of
# them; a "+" in front: a filter in the kernel restricts it further). prototype: what a program declares; "": not known.
kfunc\tmodule\tfrom\targuments\ttypes\tprototype
"""


def split_arguments(text):
    """The arguments of a prototype: commas within parentheses do not part."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def prototype(kfunc):
    """How many arguments a program passes (-1: not known), and the prototype it declares."""
    match = re.fullmatch(r"([^(]*\b%s)\((.*)\)" % re.escape(kfunc["name"]), kfunc["prototype"] or "")
    if not match:
        return -1, ""
    arguments = [a for a in split_arguments(match[2]) if a not in ("", "void")]
    if "KF_IMPLICIT_ARGS" in kfunc["flags"] and arguments and "struct bpf_prog_aux *" in arguments[-1]:
        arguments.pop()
    return len(arguments), f"{match[1]}({', '.join(arguments) or 'void'})"


def main():
    kfgate, kernels = sys.argv[1], sys.argv[2:]
    rows, last, releases = {}, {}, []
    for path in kernels:
        run = subprocess.run([kfgate, "kfuncs", "--format=json", f"--kernel={path}"], check=True, capture_output=True)
        kernel = json.loads(run.stdout)["kernels"][0]
        release = ".".join(kernel["release"].split(".")[:2])
        releases.append(kernel["release"])
        for k in kernel["kfuncs"]:
            if not k["registered"] or not k["program_types"]:
                continue
            types = "all" if len(k["program_types"]) > 30 else " ".join(k["program_types"])
            count, declared = prototype(k)
            row = (str(count), "+" * k["filtered"] + types, declared)
            key = (k["name"], k["module"] or "vmlinux")
            if last.get(key) != row:
                last[key] = row
                rows[key + (len(releases),)] = (release, *row)
    sys.stdout.write(HEADER.format(", ".join(releases)))
    for name, module, number in sorted(rows):
        print("\t".join((name, module, *rows[name, module, number])))


main()
