#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The product's C files compile without a warning by the other compiler, too: by clang in a build of gcc's, by gcc in
one of clang's.

usage: compilers.py BUILD
BUILD is a build with -DCMAKE_EXPORT_COMPILE_COMMANDS=ON. Exit status: 0 none, 1 warnings, 77 no other compiler.
"""

import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import tree

ROOMS = ("agent", "policy")


def commands(build):
    """(file, folder, arguments) of each file, once, as the build compiles it; the first argument is the compiler."""
    seen = set()
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        for entry in json.load(file):
            path = os.path.relpath(entry["file"], tree.TOP)
            if path.split(os.sep)[0] in ROOMS and path not in seen:
                seen.add(path)
                words = shlex.split(entry["command"])
                yield path, entry["directory"], words[1:] if os.path.basename(words[0]) == "ccache" else words


def arguments(words, compiler):
    output = words.index("-o")
    kept = [word for word in words[1:output] + words[output + 2:] if word != "-c"]
    return [compiler] + kept + ["-Werror", "-fsyntax-only"]


def main():
    jobs = list(commands(sys.argv[1]))
    if not jobs:
        print(f"{sys.argv[1]}: no file of {' or '.join(ROOMS)} is compiled in it", file=sys.stderr)
        return 1
    own = os.path.basename(jobs[0][2][0])
    other = shutil.which("gcc" if re.search("clang", own) else "clang")
    if not other:
        print(f"no other compiler than {own}")
        return 77
    failed = 0

    def compile_one(job):
        return job[0], subprocess.run(arguments(job[2], other), cwd=job[1], stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, check=False)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, done in pool.map(compile_one, jobs):
            if done.returncode:
                failed += 1
                print(f"{path}: {os.path.basename(other)} complains\n{done.stdout}")
    print(f"{len(jobs)} files by {os.path.basename(other)}, {failed} with warnings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
