#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The privileged program links what it needs and no more: nothing that unpacks or parses a stranger's file.

usage: agent_needs.py KFGATE_AGENT
"""

import re
import subprocess
import sys

# libelf and the compressors that these load themselves are not ours to choose.
WANTED = {"libbpf", "libc", "libsystemd", "libyaml-0"}
SANITIZERS = {"libasan", "libubsan", "libm", "libgcc_s", "ld-linux-x86-64", "ld-linux-aarch64"}


def main():
    text = subprocess.run(["readelf", "-d", sys.argv[1]], check=True, capture_output=True, text=True).stdout
    needed = {name.split(".so")[0] for name in re.findall(r"\(NEEDED\).*\[(.*)\]", text)}
    if "libbpf" not in needed:
        print(f"{sys.argv[1]} does not link libbpf: is it the agent?", file=sys.stderr)
        return 1
    for name in sorted(needed - WANTED - SANITIZERS):
        print(f"{sys.argv[1]} links {name}")
    return 1 if needed - WANTED - SANITIZERS else 0


if __name__ == "__main__":
    sys.exit(main())
