#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What explain says of logs of each kind, and whether the code that it prints compiles.

usage: cases.py KFGATE LIFECYCLE-DIR

Reads cases.tsv and cases/ beside this file. Exit status: 0 all right, 1 something is not.
"""

import functools
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = ["case", "exit", "kfunc", "fault", "says", "says not", "args"]
# What vmlinux.h and bpf_helpers.h declare, as far as the code needs it.
PRELUDE = """
#include <stdbool.h>
typedef unsigned char u8, __u8; typedef unsigned short u16, __u16, __be16; typedef unsigned int u32, __u32, __be32;
typedef unsigned long long u64, __u64; typedef signed char s8; typedef short s16; typedef int s32, __s32;
typedef long long s64, __s64; typedef int pid_t; typedef unsigned long size_t; typedef long ssize_t; typedef unsigned gfp_t;
enum xdp_rss_hash_type { A }; enum bpf_iter_task_type { B }; enum hid_report_type { C }; enum hid_class_request { D };
typedef int (bpf_callback_t)(void *, int *, void *); typedef int bpf_task_work_callback_t(void *map, void *key, void *value);
#define __ksym __attribute__((section(".ksyms")))
#define __weak __attribute__((weak))
#define __always_inline inline __attribute__((always_inline))
#define bpf_ksym_exists(sym) (!!sym)
"""


def rows():
    with open(os.path.join(HERE, "cases.tsv"), encoding="utf-8") as lines:
        table = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#")]
    assert table[0] == HEADER, "the columns are not " + ", ".join(HEADER)
    for row in table[1:]:
        yield dict(zip(HEADER, row + [""] * (len(HEADER) - len(row))))


def explain(kfgate, lifecycle, path, *more):
    run = subprocess.run([kfgate, "explain", f"--lifecycle={lifecycle}", *more, path], capture_output=True, check=False)
    return run.returncode, run.stdout.decode("utf-8", "replace")


@functools.lru_cache(maxsize=None)
def compiler_says(code):
    """What the compiler says of a piece of code, warnings included; many cases have the same one."""
    with tempfile.NamedTemporaryFile("w", suffix=".c") as file:
        file.write(PRELUDE + code)
        file.flush()
        run = subprocess.run(["cc", "-std=gnu17", "-fsyntax-only", "-Werror", file.name], capture_output=True, check=False)
    return (run.stderr.decode() or f"status {run.returncode}") if run.returncode else ""


def check_code(name, code):
    if "/* add __weak" in code:
        return
    said = compiler_says(code)
    if said:
        yield f"{name}: the code does not compile: {said}"


def check_case(kfgate, lifecycle, row):
    path = os.path.join(HERE, "cases", row["case"] + ".txt")
    more = row["args"].split()
    code, told = explain(kfgate, lifecycle, path, "--format=json", *more)
    text = ""
    if row["says"] or row["says not"]:
        _, text = explain(kfgate, lifecycle, path, "--quiet", *more)
    findings = json.loads(told)["findings"]
    first = findings[0] if findings else {"kfunc": None, "module": None, "fault": "", "code": None}
    about = first["kfunc"] or ("module " + first["module"] if first["module"] else "")
    text = re.sub(r"\s+", " ", text).lower()
    if str(code) != row["exit"]:
        yield f"exit code {code}, not {row['exit']}"
    if about not in row["kfunc"].split("|"):
        yield f"about {about!r}, not {row['kfunc']!r}"
    if first["fault"] not in row["fault"].split("|"):
        yield f"fault {first['fault']!r}, not {row['fault']!r}"
    for part in filter(None, row["says"].split("; ")):
        if part.lower() not in text:
            yield f"does not say {part!r}"
    for part in filter(None, row["says not"].split("; ")):
        if part.lower() in text:
            yield f"says {part!r}"
    for finding in findings:
        if finding["code"]:
            yield from check_code(row["case"], finding["code"])


def main():
    kfgate, lifecycle = sys.argv[1:]
    table = list(rows())
    failed = 0
    for row in table:
        for text in check_case(kfgate, lifecycle, row):
            failed += 1
            print(f"{row['case']}: {text}")
    files = {name[:-4] for name in os.listdir(os.path.join(HERE, "cases"))}
    for name in files ^ {row["case"] for row in table}:
        failed += 1
        print(f"{name}: not both a log and a row")
    print(f"{len(table)} cases, {failed} findings")
    return 1 if failed or not table else 0


if __name__ == "__main__":
    sys.exit(main())
