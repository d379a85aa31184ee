#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""real.py KFGATE DATA - the kfuncs that kfgate finds in the kernels of the VM tests, row by row against what was found
in them before by other means (bpftool and a reader of .BTF_ids): name, module, flags, prototype. Skips (77) where the
cache has none of these kernels. Kernels whose version is not that of the data are left out."""

import json
import os
import pathlib
import re
import subprocess
import sys

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache", "kfgate", "kernels")
# In sets, but registered for fmod_ret programs only (net/bpf/test_run.c, bpf_test_modify_return_set): no kfuncs.
FMODRET = {"bpf_fentry_test1", "bpf_modify_return_test", "bpf_modify_return_test2"}


def rows_of(data):
    """{version: {(module, kfunc): (flags, prototype)}}"""
    rows = {}
    for line in pathlib.Path(data).read_text().splitlines():
        if line.startswith("#") or line.startswith("kernel\t"):
            continue
        kernel, module, kfunc, flags, prototype = line.split("\t")
        if kfunc not in FMODRET:
            rows.setdefault(kernel, {})[module, kfunc] = (set(re.split(r"[|;]", flags)) - {"0"}, prototype)
    return rows


def version_of(directory):
    """
    "7.2.12-cloud" of "7.2.12+deb13-cloud-amd64", "6.1.0-cloud" of "6.1.0-56-cloud-amd64"; a kernel for another machine
    than the data are of keeps its name
    """
    release = (directory / "version").read_text().strip()
    match = re.match(r"(\d+\.\d+\.\d+)", release)
    return match.group(1) + ("-cloud" if "cloud" in release else "") if match and release.endswith("amd64") else release


def kernels(rows):
    """Each once: names in the cache are links."""
    found = {}
    for path in sorted(CACHE.glob("*/version")):
        directory = path.parent.resolve()
        version = version_of(directory)
        if version in rows:
            found[directory] = version
    return found


def compare(kfgate, directory, expected):
    out = subprocess.run([kfgate, "kfuncs", f"--kernel={directory}", "--format=json"], check=True,
                         stdout=subprocess.PIPE).stdout
    kernel = json.loads(out)["kernels"][0]
    found = {(k["module"] or "vmlinux", k["name"]): k for k in kernel["kfuncs"]}
    if not kernel["modules_known"]:
        expected = {key: row for key, row in expected.items() if key[0] == "vmlinux"}
    bad = [f"missing: {key}" for key in expected.keys() - found.keys()]
    bad += [f"not in the data: {key}" for key in found.keys() - expected.keys()]
    for key in expected.keys() & found.keys():
        flags, prototype = expected[key]
        if set(found[key]["flags"] or ()) != flags:
            bad.append(f"{key}: flags {found[key]['flags']}, not {sorted(flags)}")
        if found[key]["prototype"] != prototype:
            bad.append(f"{key}: {found[key]['prototype']}, not {prototype}")
        if found[key]["program_types"] is None:
            bad.append(f"{key}: program types are not known")
    return len(expected), bad


def main():
    rows = rows_of(sys.argv[2])
    found = kernels(rows)
    if not found:
        print(f"skip: no kernel of the data in {CACHE}")
        return 77
    failed = False
    for directory, version in found.items():
        n, bad = compare(sys.argv[1], directory, rows[version])
        print(f"{version} ({directory.name}): {n} kfuncs, {len(bad)} differ")
        for line in bad[:20]:
            print(f"    {line}")
        failed |= bool(bad)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
