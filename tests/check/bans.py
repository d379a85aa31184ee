#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What must not be used, and where the exceptions are."""

import re
import sys

import tree

PRODUCT = ("agent/", "policy/", "bpf/", "include/")


class Ban:
    def __init__(self, pattern, why, rooms=PRODUCT, allowed=(), code=True):
        self.pattern = re.compile(pattern)
        self.why = why
        self.rooms = rooms
        self.allowed = allowed
        self.code = code  # of C files: the code alone, without comments and literals

    def applies(self, path):
        return (path.startswith(self.rooms) and not path.startswith(self.allowed)
                and (not self.code or tree.is_c(path)))


NOTES = "TO" + "DO|FIX" + "ME|X" + "XX"  # so that this file has none
BANS = [
    Ban(r"\b(strcpy|strcat|stpcpy|sprintf|vsprintf|gets|strtok|alloca)\s*\(", "has no bound"),
    Ban(r"\b(atoi|atol|atoll|atof)\s*\(", "knows no errors: use strtol and look at its end"),
    Ban(r"\bassert\s*\(", "a function says what went wrong"),
    Ban(r"\b(f?printf|fputs|fputc|perror)\s*\([^;]*\bstderr\b|\bperror\s*\(", "only agent/base/log.c writes to stderr",
        allowed=("agent/base/log.c",)),
    Ban(r"\b(printf|puts|putchar|fprintf|fputs|fputc)\s*\(", "the policy room never prints", rooms=("policy/",)),
    Ban(r"\b(libbpf_\w+|bpf_object__\w+|getenv|clock_gettime|time|syslog)\s*\(",
        "the policy room knows libyaml and libc only, no clock, no environment", rooms=("policy/",)),
    Ban(r"\bsd_journal_\w+\s*\(", "only agent/history/journal.c reads journals",
        allowed=("agent/history/journal.c",)),
    Ban(r"\bbpf_map_+\w+\s*\(", "only agent/enforce touches maps", rooms=("agent/",), allowed=("agent/gate/enforce/",)),
    Ban(r"->(maps|progs)\s*\[", "an entry of a skeleton has the size that bpftool gave it: kfg_create_map_of() and"
        " kfg_create_prog_of()", rooms=("agent/gate/",)),
    Ban(r"\bstruct btf_header\b|\bBTF_INFO_(KIND|VLEN|KFLAG)\b", "the host that builds may know another version:"
        " analysis/btf/btf.h has what holds for all", rooms=("agent/", "tests/")),
    Ban(r"\b(SYS_|__NR_)?(openat2|clone3|unshare|setns|personality|sched_setscheduler|mount|umount2?)\b\s*[(,]",
        "kfgate.service filters it out, of its reload, too: packaging/systemd/kfgate.service.in",
        rooms=("agent/base/", "agent/config/", "agent/gate/", "agent/record/")),
    Ban(r"\bstrncmp\(\s*([^,]+),\s*([^,]+),\s*strlen\(\2\)\s*\)", "kfg_text_begins() of base/text.h says it",
        rooms=("agent/",), allowed=("agent/base/text.h",)),
    Ban(r"\b(exit|abort|_exit)\s*\(", "only main ends the program", rooms=("agent/", "policy/"),
        allowed=("agent/main.c", "agent/gate/enforce/guard.c")),
    Ban(rf"\b({NOTES})\b", "do it, or open an issue", rooms=("",), code=False,
        allowed=("LICENSE", "tests/fuzz/corpus/", "tests/golden/")),
    Ban(r"\|\|\s*true\b", "hides a failure: say what may fail, and why", rooms=("",), code=False),
    Ban(r"\b(?:deb|ftp|security|snapshot|archive)\.(?:\w+\.)?debian\.org\b"
        r"|\bhttps?://[\w.-]*(?:mirror|proxy|cache)[\w.-]*",
        "a mirror comes from the host's own configuration", rooms=("",), code=False, allowed=("LICENSE",)),
    Ban(r"/(home|Users)/(?!eve\b|demo\b)\w", "somebody's own directory: take it out", rooms=("",), code=False),
]


def find(path, text):
    code = tree.without_comments(text) if tree.is_c(path) else text
    for ban in BANS:
        if not ban.applies(path):
            continue
        for match in ban.pattern.finditer(code if ban.code else text):
            yield text.count("\n", 0, match.start()) + 1, f"{match.group().strip()}: {ban.why}"


if __name__ == "__main__":
    sys.exit(tree.report(find))
