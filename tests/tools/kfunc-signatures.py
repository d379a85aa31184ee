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
# them; a "+" in front: a filter in the kernel restricts it further).
kfunc\tmodule\tfrom\targuments\ttypes
"""


def arguments(kfunc):
    """How many arguments the prototype has; -1: the kernel does not say."""
    prototype = kfunc["prototype"] or ""
    match = re.fullmatch(r"[^(]*\b%s\((.*)\)" % re.escape(kfunc["name"]), prototype)
    if not match:
        return -1
    text, depth = re.sub(r"\(\*[^()]*\)\([^()]*\)", "callback", match[1]), 0
    if text in ("", "void"):
        return 0
    count = 1
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        count += letter == "," and not depth
    last = text.split(",")[-1]
    hidden = "KF_IMPLICIT_ARGS" in kfunc["flags"] and "struct bpf_prog_aux *" in last
    return count - hidden


def main():
    kfgate, kernels = sys.argv[1], sys.argv[2:]
    rows, last, releases = {}, {}, []
    for path in kernels:
        run = subprocess.run([kfgate, "kfuncs", "--format=json", f"--kernel={path}"], check=True, capture_output=True)
        kernel = json.loads(run.stdout)["kernels"][0]
        release = ".".join(kernel["release"].split(".")[:2])
        releases.append(kernel["release"])
        every = max((k["program_types"] for k in kernel["kfuncs"]), key=len)
        for k in kernel["kfuncs"]:
            if not k["registered"] or not k["program_types"]:
                continue
            types = "all" if k["program_types"] == every else " ".join(k["program_types"])
            row = (str(arguments(k)), "+" * k["filtered"] + types)
            key = (k["name"], k["module"] or "vmlinux")
            if last.get(key) != row:
                last[key] = row
                rows[key + (len(releases),)] = (release, *row)
    sys.stdout.write(HEADER.format(", ".join(releases)))
    for name, module, number in sorted(rows):
        print("\t".join((name, module, *rows[name, module, number])))


main()
