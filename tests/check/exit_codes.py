#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Exit codes have one table, EXIT STATUS of kfgate(8): it has the codes of agent/base/exit_code.h, and names for each
the verbs whose own page has it, and whose source has it.
"""

import os
import re
import sys

import tree

HEADER = "agent/base/exit_code.h"
TABLE = "packaging/man/kfgate.8"
EVERYWHERE = {0, 1}  # of all verbs: the table names none there
# Verbs whose source is not agent/cli/cmd_VERB.c.
SOURCES = {
    "run": ("agent/gate/agent/run.c", "agent/gate/daemon/daemon.c", "agent/gate/daemon/start.c"),
    "detach": ("agent/gate/agent/detach.c", "agent/gate/daemon/detach.c"),
}
# (verb, code) -> why the code is in a file that the verb uses, and not one of the verb's
NOT_OURS = {
    ("metrics", 3): "asks by cli/ask.h, and that nobody answers is a measurement",
    ("metrics", 4): "writes by cli/records.h, and reads no records",
    ("test", 4): "compiles a policy by cli/records.h, and reads no records",
}
CODE = re.compile(r"\bKFG_EXIT_([A-Z_]+)\s*=\s*(\d+)")
USE = re.compile(r"\bKFG_EXIT_([A-Z_]+)\b")
INCLUDE = re.compile(r'#include "(cli/\w+)\.h"')
STATUS = re.compile(r"^\.Sh EXIT STATUS\n(.*?)(?=^\.Sh )", re.M | re.S)


def codes(header):
    return {name: int(number) for name, number in CODE.findall(header)}


def of_source(paths, read, names):
    """Codes in the files, and in those of agent/cli that they include; KeyError for a name that is none."""
    texts = [read(path) for path in paths]
    helpers = {f"agent/{stem}.c" for text in texts for stem in INCLUDE.findall(text)} - set(paths)
    texts += [read(path) or "" for path in sorted(helpers)]
    return {names[name] for text in texts for name in USE.findall(tree.without_comments(text))}


def of_page(page):
    """Codes that a page has, or None where it has no EXIT STATUS."""
    match = STATUS.search(page)
    return match and {int(n) for n in re.findall(r"(?<![\w.-])[0-9](?![\w.-]\w)\b", match.group(1))}


def of_table(page):
    """code -> verbs that the table names there."""
    table = {}
    for item in STATUS.search(page).group(1).split("\n.It ")[1:]:
        number, _, text = item.partition("\n")
        verbs = {verb for line in re.findall(r"^\.Cm (.*) :$", text, re.M) for verb in line.split(" , ")}
        verbs = {word for verb in verbs for word in verb.replace(",", " ").split()}
        table[int(number)] = verbs
    return table


def find(read, verbs):
    """Yields what is wrong; read(path) returns a file's text, None for none."""
    names = codes(read(HEADER))
    table = of_table(read(TABLE))
    if set(table) != set(names.values()):
        yield f"{TABLE}: has the codes {sorted(table)}, {HEADER} {sorted(set(names.values()))}"
    for code, named in sorted(table.items()):
        yield from (f"{TABLE}: {code}: there is no verb {verb}" for verb in sorted(named - set(verbs)))
    for verb in sorted(verbs):
        path = f"packaging/man/kfgate-{verb}.8"
        page = of_page(read(path) or "")
        if page is None:
            yield f"{path}: no EXIT STATUS"
            continue
        listed = EVERYWHERE | {code for code, named in table.items() if verb in named}
        paths = SOURCES.get(verb, (f"agent/cli/cmd_{verb.replace('-', '_')}.c",))
        source = EVERYWHERE | of_source(paths, read, names) - {code for v, code in NOT_OURS if v == verb}
        if page | EVERYWHERE != listed:
            yield f"{path}: has {sorted(page | EVERYWHERE)}, {TABLE} {sorted(listed)}"
        if source != listed:
            yield f"{paths[0]}: has {sorted(source)}, {TABLE} {sorted(listed)}"


def read_or_none(path):
    return tree.read(path) if os.path.isfile(os.path.join(tree.TOP, path)) else None


def main():
    pages = (re.fullmatch(r"packaging/man/kfgate-(.*)\.8", path) for path in tree.paths())
    wrong = list(find(read_or_none, {match.group(1) for match in pages if match}))
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
