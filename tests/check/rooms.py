#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What each room may include: its own headers, include/kfgate, and the libraries it stands on."""

import os
import re
import sys

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
# Rooms of the agent, from the ground up: one may include itself, and what stands in the set of its name. "gate/" has
# what runs with privileges, "analysis/" what reads strangers' files: neither includes the other.
AGENT = {
    "base": set(),
    "config": {"base"},
    "record": {"base"},
    "gate/control": {"base"},
    "gate/events": {"base"},
    "gate/enforce": {"base"},
    "gate/status": {"base", "gate/control"},
    "gate/daemon": {"base", "config", "record", "gate/control", "gate/enforce", "gate/events", "gate/status"},
    "gate/agent": {"base", "gate/control", "gate/daemon"},
    "analysis/btf": {"base"},
    "analysis/elf": {"base"},
    "analysis/kernel": {"base", "analysis/btf", "analysis/elf"},
    "analysis/live": {"base", "analysis/btf", "analysis/elf", "analysis/kernel"},
    "analysis/find": {"base", "analysis/elf"},
    "analysis/programs": {"base"},
    "analysis/scan": {"base", "analysis/btf", "analysis/elf", "analysis/kernel", "analysis/lifecycle"},
    "analysis/lifecycle": {"base"},
    "analysis/explain": {"base", "config", "analysis/lifecycle", "analysis/scan"},
    "analysis/compare": {"base", "config", "analysis/btf", "analysis/kernel", "analysis/scan"},
    "analysis/report": {"base", "config", "render", "analysis/btf", "analysis/find", "analysis/kernel",
                        "analysis/lifecycle", "analysis/scan"},
    "render": {"base"},
    "history": {"base", "record", "render"},
    "cli": {"base", "config", "gate/agent", "gate/control", "gate/status", "analysis/btf", "analysis/compare",
            "analysis/explain", "analysis/find", "analysis/kernel", "analysis/lifecycle", "analysis/live",
            "analysis/programs", "analysis/report", "analysis/scan", "history", "render"},
}
# What the policy library shows to others.
POLICY = {f"policy/{name}.h" for name in ("array", "cases", "cleanup", "diag", "edit_distance", "outcomes", "policy",
                                              "slots", "table", "utf8", "verdict", "why")}
# Headers of libraries: pattern -> who may include them.
LIBRARIES = [
    (r"yaml\.h", ("policy/yaml_doc",)),
    (r"lzma\.h|zlib\.h|zstd(_errors)?\.h", ("agent/analysis/find/decompress.c", "agent/analysis/kernel/facts_pack.c",
                                                  "agent/history/json_lines.c")),
    (r"cjson/.*", ("agent/history/json_record.c", "agent/history/rule_counts.c")),
    (r"archive(_entry)?\.h", ("agent/analysis/find/archive.c", "agent/analysis/kernel/unpack.c",
                              "agent/cli/tarball.c")),
    (r"systemd/sd-journal\.h", ("agent/record/send.c", "agent/history/journal.c")),
    (r"systemd/.*", ("agent/record/", "agent/gate/control/", "agent/gate/daemon/")),
    (r"gelf\.h|libelf\.h", ("agent/analysis/elf/",)),
    (r"bpf/.*",
     ("agent/gate/enforce/", "agent/analysis/live/", "agent/analysis/programs/", "agent/record/event_record.c",
      "agent/gate/events/", "bpf/")),
    (r"kfgate\.skel\.h", ("agent/gate/enforce/gate.c", "agent/gate/enforce/gate_parts.c")),
    (r"guard\.skel\.h", ("agent/gate/enforce/guard.c", "agent/gate/enforce/guard_variants.c")),
    (r"peek\.skel\.h", ("agent/analysis/live/live.c",)),
    (r"kfunc_(history|releases|signatures)\.inc", ("agent/analysis/lifecycle/kfunc_data.c",)),
    (r"syslog\.h", ("agent/",)),
]
# Made by the build, so not to be found in the tree.
GENERATED = ("kfgate.skel.h", "guard.skel.h", "peek.skel.h", "kfunc_history.inc", "kfunc_releases.inc",
             "kfunc_signatures.inc")
PRODUCT = ("agent/", "policy/", "bpf/", "include/")


def library_allowed(path, header):
    for pattern, users in LIBRARIES:
        if re.fullmatch(pattern, header):
            return path.startswith(users)
    return True


def agent_room(path):
    """The room of a path below agent/: its folder, of which the halves have their own, or its file."""
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] in ("gate", "analysis") else parts[0]


def own_allowed(path, header):
    """header in quotes, or of kfgate: found in the room itself, in include/, or, in the agent, in a room below."""
    room = path.split("/")[0]
    if header.startswith("kfgate/"):
        return True
    if room in ("include", "policy", "bpf"):
        return os.path.isfile(os.path.join(tree.TOP, room, header))
    if header.startswith("policy/"):
        return header in POLICY
    if not os.path.isfile(os.path.join(tree.TOP, "agent", header)):
        return False
    mine, other = agent_room(path[len("agent/"):]), agent_room(header)
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
