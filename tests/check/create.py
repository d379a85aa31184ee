#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One file of the agent makes BPF objects (agent/gate/enforce/create.c): what is made elsewhere, nobody thinks of when
it comes to freezing it, or to telling the guard."""

import re
import sys

import tree

MAKER = "agent/gate/enforce/create.c"
# The tool, which is not privileged, loads nothing but what reads memory for `kfgate kernel export`, and that is none of
# the agent's.
OF_TOOL = "agent/analysis/live/live.c"
CALLS = re.compile(r"\b(bpf_map_create\w*|bpf_map_freeze|bpf_create_map\w*|bpf_prog_load\w*|bpf_load_program\w*"
                   r"|bpf_link_create|bpf_raw_tracepoint_open\w*|bpf_prog_attach\w*|bpf_iter_create|bpf_btf_load"
                   r"|bpf_token_create|bpf_object__load\w*|bpf_object__attach_skeleton|bpf_program__load"
                   r"|bpf_program__attach\w*|bpf_map__attach_struct_ops|btf__load_into_kernel|bpf_prog_bind_map"
                   r"|bpf_link__update_program|\w+__(?:open_and_load|load|attach))\s*\("
                   r"|\bsyscall\s*\(\s*((?:__NR|SYS)_bpf)\b")


def find(path, text):
    if not path.startswith(("agent/", "policy/", "include/")) or path in (MAKER, OF_TOOL) or not tree.is_c(path):
        return
    code = tree.without_comments(text)
    for match in CALLS.finditer(code):
        name = match.group(1) or match.group(2)
        yield code.count("\n", 0, match.start()) + 1, f"{name}: only {MAKER} makes BPF objects"


if __name__ == "__main__":
    sys.exit(tree.report(find))
