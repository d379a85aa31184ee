#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands of README.md that need no host, typed as they stand there.

usage: readme.py KFGATE SOURCE-DIR OBJECT...

Of a block "sh" each must end with a code that says something of the input (0, 2, 3, 4). Of a block "console" each line
behind "$ ", which goes on behind a "|", is typed, and what it prints must be what stands below it. Objects are what
"build/" has; "fleet.yaml" is the README's own policy. Exit status: 0 all right, 1 something is not.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

OFFLINE = {"scan", "kfuncs", "diff", "doctor", "kernel", "explain", "check", "test"}
WITH_LIFECYCLE = "diff|explain|kfuncs"  # take --lifecycle
TOLD = {0, 2, 3, 4}


def blocks(text):
    """Yields the language and the lines of each block; those in lists are indented."""
    for match in re.finditer(r"^( *)```(\w*)\n(.*?)^ *```$", text, re.M | re.S):
        lines = match[3].splitlines()
        yield match[2], [line[len(match[1]):] for line in lines]


def is_offline(command):
    words = command.split()
    return words[0] == "kfgate" and (words[1] in OFFLINE and words[1:3] != ["check", "&&"] or "--from-scan=build/" in words)


def console(lines):
    """Yields each command and what is printed below it."""
    command, printed = None, []
    for line in lines + ["$ "]:
        if command and command.endswith("|") and not line.startswith("$ "):
            command += line
            continue
        if not line.startswith("$ "):
            printed.append(line)
            continue
        if command:
            yield command, "".join(text + "\n" for text in printed)
        command, printed = line[2:], []


def prepare(text, source, objects, work):
    os.makedirs(os.path.join(work, "build"))
    for path in objects:
        shutil.copy(path, os.path.join(work, "build"))
    policy = next("\n".join(lines) for language, lines in blocks(text) if language == "yaml")
    with open(os.path.join(work, "fleet.yaml"), "w", encoding="utf-8") as file:
        file.write(policy.replace("/usr/lib/kfgate/lifecycle", os.path.join(source, "policy/lifecycle")) + "\n")


def install(kfgate, source, path):
    """As if the package were there: the lifecycle data are the tree's, whatever this host has."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"""#!/bin/sh
verb=$1
shift
case $verb in
{WITH_LIFECYCLE}) set -- --lifecycle='{source}/policy/lifecycle' "$@" ;;
esac
exec '{kfgate}' "$verb" "$@"
""")
    os.chmod(path, 0o755)


def main():
    kfgate, source, *objects = sys.argv[1:]
    with open(os.path.join(source, "README.md"), encoding="utf-8") as file:
        text = file.read()
    typed = compared = skipped = failed = 0
    with tempfile.TemporaryDirectory() as work:
        prepare(text, source, objects, work)
        os.makedirs(os.path.join(work, "bin"))
        install(os.path.abspath(kfgate), source, os.path.join(work, "bin/kfgate"))
        env = dict(os.environ, PATH=os.path.join(work, "bin") + ":" + os.environ["PATH"], LC_ALL="C",
                   KFGATE_KERNELS=os.path.join(source, "packaging/kernels"), XDG_CACHE_HOME=os.path.join(work, "cache"))

        def run(command):
            return subprocess.run(["bash", "-c", command], cwd=work, env=env, capture_output=True, text=True, check=False)

        for language, lines in blocks(text):
            for command in lines if language == "sh" else []:
                if not command.startswith("kfgate ") or not is_offline(command):
                    skipped += 1
                    continue
                typed += 1
                done = run(command)
                if done.returncode not in TOLD or "usage" in done.stderr.lower():
                    failed += 1
                    print(f"{command}: exit code {done.returncode}: {done.stderr}")
            for command, printed in console(lines) if language == "console" else []:
                compared += 1
                done = run(command)
                if done.stdout != printed:
                    failed += 1
                    print(f"{command}: prints\n{done.stdout}and README.md has\n{printed}{done.stderr}")
    print(f"{typed} commands typed, {compared} compared, {skipped} are for a host, {failed} findings")
    return 1 if failed or not typed or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
