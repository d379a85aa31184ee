#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What each room may include: its own headers, include/kfgate, and the libraries it stands on."""

import os
import re
import sys

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
# Rooms of the agent, from the ground up: one may include what stands in the set of its name, and itself.
AGENT = {
    "base": set(),
    "btf": {"base"},
    "kernel": {"base", "btf"},
    "compare": {"base", "btf", "config", "kernel", "scan"},
    "scan": {"base", "btf", "kernel"},
    "config": {"base"},
    "events": {"base"},
    "find": {"base"},
    "journal": {"base"},
    "history": {"base", "journal"},
    "control": {"base"},
    "enforce": {"base"},
    "explain": {"base"},
    "programs": {"base"},
    "report": {"base", "btf", "enforce", "find", "kernel", "scan"},
    "daemon": {"base", "config", "control", "enforce", "events", "journal", "report"},
    "cli": {"base", "btf", "compare", "config", "control", "daemon", "explain",
            "find", "history", "kernel", "programs", "report", "scan"},
    "main.c": {"cli", "base"},
}
# Headers of libraries: pattern -> who may include them.
LIBRARIES = [
    (r"yaml\.h", ("policy/yaml_doc",)),
    (r"lzma\.h|zlib\.h|zstd(_errors)?\.h", ("agent/find/unpack.c",)),
    (r"systemd/sd-journal\.h", ("agent/journal/send.c", "agent/history/journal.c")),
    (r"systemd/.*", ("agent/journal/", "agent/control/", "agent/daemon/", "agent/cli/")),
    (r"bpf/.*|gelf\.h|libelf\.h",
     ("agent/enforce/", "agent/programs/", "agent/journal/event_record.c", "agent/events/", "bpf/")),
    (r"kfgate\.skel\.h", ("agent/enforce/gate.c",)),
    (r"guard\.skel\.h", ("agent/enforce/guard.c",)),
    (r"kfunc_history\.inc", ("agent/explain/kfunc_data.c",)),
    (r"syslog\.h", ("agent/",)),
]
# Made by the build, so not to be found in the tree.
GENERATED = ("kfgate.skel.h", "guard.skel.h", "kfunc_history.inc")
PRODUCT = ("agent/", "policy/", "bpf/", "include/")


def library_allowed(path, header):
    for pattern, users in LIBRARIES:
        if re.fullmatch(pattern, header):
            return path.startswith(users)
    return True


def own_allowed(path, header):
    """header in quotes, or of kfgate: found in the room itself, in include/, or, in the agent, in a room below."""
    room = path.split("/")[0]
    if header.startswith("kfgate/"):
        return True
    if room in ("include", "policy", "bpf"):
        return os.path.isfile(os.path.join(tree.TOP, room, header))
    if not os.path.isfile(os.path.join(tree.TOP, "agent", header)):
        return False
    mine, other = path.split("/")[1], header.split("/")[0]
    return other == mine or other in AGENT.get(mine, set())


def find(path, text):
    if not tree.is_c(path) or not path.startswith(PRODUCT):
        return
    code = tree.without_comments(text, keep_literals=True)
    for match in INCLUDE.finditer(code):
        bracket, header = match.groups()
        line = code.count("\n", 0, match.start(1)) + 1
        if header in GENERATED:
            fine = library_allowed(path, header)
        elif bracket == '"' or header.startswith("kfgate/"):
            fine = own_allowed(path, header)
        else:
            fine = library_allowed(path, header)
        if not fine:
            yield line, f"{path.rsplit('/', 1)[0]} must not include {header}"


if __name__ == "__main__":
    sys.exit(tree.report(find))
