#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the newest kernel of a catalogue changes for kfuncs, as rows for the lifecycle data that a person looks at.

usage: propose.py KFGATE DIR

DIR is a catalogue (kfgate-kernel(8)), and KFGATE_KERNELS names it for KFGATE. For each flavour the newest kernel is
held against the newest one of the release before it. Printed is YAML as in policy/lifecycle/upstream.yaml, each row of
confidence "machine" and, as a comment, its evidence; names for known-kfuncs; and comments for what is no row. A removed
kfunc that has the prototype of an added one may have been renamed, which a comment says. A change that several flavours
show is said once. What the lifecycle data in the tree say already is left out.
"""

import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
LIFECYCLE = os.path.join(HERE, "..", "..", "policy", "lifecycle")
FLAVOUR = re.compile(r"-((?:cloud-|rt-)?[a-z0-9]+)$")
SERIES = re.compile(r"^(\d+)\.(\d+)")


def run(kfgate, *words, codes=(0,)):
    done = subprocess.run([kfgate, *words], stdout=subprocess.PIPE, check=False)
    if done.returncode not in codes:
        sys.exit(f"propose.py: {kfgate} {' '.join(words)}: exit code {done.returncode}")
    return json.loads(done.stdout)


def series_of(kernel):
    match = SERIES.match(kernel["release"])
    return (int(match.group(1)), int(match.group(2))) if match else None


def pairs(kernels):
    """Of each architecture and flavour: the newest of the release before the newest, and the newest."""
    newest = {}
    for kernel in kernels:  # sorted by release, older ones first
        flavour = FLAVOUR.search(kernel["release"])
        if series_of(kernel) and flavour:
            newest.setdefault((kernel["architecture"], flavour.group(1)), {})[series_of(kernel)] = kernel
    for key in sorted(newest):
        releases = sorted(newest[key])
        if len(releases) > 1:
            yield newest[key][releases[-2]], newest[key][releases[-1]]


def known():
    """Names of kfuncs that the lifecycle data know, and those of which they say that they go."""
    names, going = set(), set()
    with open(os.path.join(LIFECYCLE, "kfuncs.yaml"), encoding="utf-8") as lines:
        for line in lines:
            match = re.match(r'^  - "?([^"\n]+)"?$', line)
            if match:
                names.add(match.group(1))
    with open(os.path.join(LIFECYCLE, "upstream.yaml"), encoding="utf-8") as lines:
        for line in lines:
            match = re.match(r'^  - kfunc: "?([A-Za-z0-9_]+)', line)
            if match:
                going.add(match.group(1))
    return names, going


def full_name(change, side):
    module = (change.get(side) or {}).get("module")
    return change["kfunc"] + (f" [{module}]" if module else "")


def shape_of(kfunc):
    """A prototype without the function's own name."""
    return re.sub(r"\b%s\(" % re.escape(kfunc["name"]), "(", kfunc["prototype"], count=1)


def renamed_to(change, changes):
    """Names of added kfuncs that look like a removed one, but for the name."""
    mine = shape_of(change["before"])
    return [c["kfunc"] for c in changes if c["change"] == "added" and shape_of(c["after"]) == mine]


def sort_changes(kfgate, old, new, out):
    """Fills out: what happened, by kind and text, to the pairs of kernels that show it."""
    changes = run(kfgate, "diff", "--format=json", f"--lifecycle={LIFECYCLE}", old["file"], new["file"],
                  codes=(0, 2, 3, 4))["changes"]
    evidence = f"{old['release']} -> {new['release']}"
    release = "%d.%d" % series_of(new)
    for change in changes:
        what, detail = change["change"], ""
        if what in ("removed", "renamed"):
            key = ("row", change["kfunc"], release, ", ".join(renamed_to(change, changes)))
        elif what == "added":
            key = ("name", full_name(change, "after"), release, "")
        else:
            detail = " (a defect of a kernel's BTF)" if change["btf_defect"] else ""
            key = ("note", change["kfunc"], release, what + detail)
        out.setdefault(key, []).append(evidence)


def print_row(name, release, perhaps, evidence):
    print(f"  # {'; '.join(evidence)}")
    if perhaps:
        print(f"  # of the same prototype, and new: {perhaps}")
    print(f"  - kfunc: {name}")
    print(f'    removed-in: "{release}"')
    print("    confidence: machine")


def main():
    kfgate, directory = sys.argv[1:]
    os.environ["KFGATE_KERNELS"] = directory
    changes = {}
    for old, new in pairs(run(kfgate, "kernel", "list", "--format=json")["kernels"]):
        sort_changes(kfgate, old, new, changes)
    names, going = known()
    rows = [(k, e) for k, e in sorted(changes.items(), key=str) if k[0] == "row" and k[1] not in going]
    added = [(k, e) for k, e in sorted(changes.items(), key=str) if k[0] == "name" and k[1] not in names]
    notes = [(k, e) for k, e in sorted(changes.items(), key=str) if k[0] == "note"]
    print("# Proposed for policy/lifecycle/upstream.yaml: look at each, find its commit, and give it your confidence.")
    print("deprecations:" if rows else "# nothing was removed or renamed that is not known")
    for (_, name, release, perhaps), evidence in rows:
        print_row(name, release, perhaps, evidence)
    print("# Proposed for policy/lifecycle/kfuncs.yaml:")
    print("known-kfuncs:" if added else "# no new names")
    for (_, name, release, _), evidence in added:
        print(f'  - "{name}" # new in {release}: {"; ".join(evidence)}')
    for (_, name, release, what), evidence in notes:
        print(f"# {name}: {what} in {release} ({'; '.join(evidence)})")


if __name__ == "__main__":
    main()
