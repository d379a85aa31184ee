#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What explain says of a log must not depend on who passed it on: each log of cases/ as loggers, editors and mail make it.

usage: wrappings.py KFGATE LIFECYCLE-DIR [--all]

Each log is tried in every fourth wrapping, in all with --all; report-*, which are wrapped already, in none. Exit status: 0 all right, 1 something is not.
"""

import json
import os
import sys
import tempfile
import textwrap

import cases

TIME = "2026-01-02T03:04:05.123456789Z"


def each(form):
    """A wrapping of each line by itself; form has one %s."""
    return lambda text: "".join(form.replace("%s", line, 1) + "\n" for line in text.splitlines())


def each_json(form):
    return lambda text: "".join(form.replace("%s", json.dumps(line), 1) + "\n" for line in text.splitlines())


def wrapped(width):
    def wrap(text):
        return "".join("\n".join(textwrap.wrap(line, width, break_on_hyphens=False) or [""]) + "\n" for line in text.splitlines())
    return wrap


# name -> how, and the cases (by number) that it cannot say anything of: these break words over lines themselves (49, 81),
# hold escapes of their own (36, 37), or need more than two lines
WRAPPINGS = {
    "crlf": (lambda text: "\r\n".join(text.splitlines()) + "\r\n", ""),
    "json": (lambda text: json.dumps({"level": "error", "ts": TIME, "error": text, "msg": "load failed"}) + "\n", ""),
    "json-lines": (each_json('{"time":"' + TIME + '","level":"ERROR","msg":%s,"pod":"agent-x7k2p"}'), ""),
    "docker": (lambda text: "".join(json.dumps({"log": line + "\n", "stream": "stderr", "time": TIME}) + "\n"
                                    for line in text.splitlines()), ""),
    "journal": (each("Nov 21 10:00:00 node-7 agent[1234]: %s"), ""),
    "cri": (each(TIME + " stderr F %s"), "49 81 95 98"),
    "kubectl": (each("[pod/agent-x7k2p/agent] %s"), ""),
    "stern": (each("agent-x7k2p agent %s"), "49 81 95 98"),
    "colours": (each("\x1b[31mERROR\x1b[0m \x1b[2m%s\x1b[0m"), ""),
    "logfmt-lines": (each_json('time="' + TIME + '" level=error msg=%s'), ""),
    "logfmt": (lambda text: "time=" + TIME + ' level=fatal msg="Failed to start" error=' + json.dumps(text) + " pod=x\n", ""),
    "go": (each("2026/01/02 03:04:05 main.go:42: %s"), ""),
    "python": (lambda text: 'Traceback (most recent call last):\n  File "x.py", line 3, in <module>\nException: %r\n'
                            % text.encode(), "36 37"),
    "rust": (each(TIME + "  WARN ThreadId(01) my_loader::bpf: src/bpf.rs:12: %s"), ""),
    "dmesg": (each("[Tue Sep  5 10:53:29 2023] %s"), ""),
    "mail": (each("> > %s"), ""),
    "mail-80": (wrapped(80), "04 36 37 39"),
    "web": (lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")
            .replace('"', "&quot;"), "03"),
    "squashed": (lambda text: " ".join(line.strip() for line in text.splitlines() if line.strip()) + "\n", "80 81 95 98"),
    "list": (lambda text: '"stderr_lines": %r\n' % text.splitlines(), "68 82"),
    "json-list": (lambda text: json.dumps({"rc": 1, "stdout_lines": [], "stderr_lines": text.splitlines()}) + "\n", ""),
    "initials": (each("KD> %s"), "81"),
    "initials-80": (lambda text: "".join("KD> " + line + "\n" for line in wrapped(76)(text).splitlines()), "03 36 37 39 81"),
    "arrow": (lambda text: "".join("node-12 agent \u00bb " + line + "\n" for line in wrapped(76)(text).splitlines()), "36 37 39"),
    "quotes": (lambda text: text.replace("'", "\u2019"), ""),
    "markdown": (lambda text: "```console\n" + text + "```\n", ""),
}


def first(kfgate, lifecycle, path, more):
    code, told = cases.explain(kfgate, lifecycle, path, "--format=json", *more)
    findings = json.loads(told)["findings"]
    return code, [findings[0][key] for key in ("kind", "kfunc", "fault")] if findings else None


def check(kfgate, lifecycle, row, names):
    more = row["args"].split()
    path = os.path.join(cases.HERE, "cases", row["case"] + ".txt")
    with open(path, encoding="utf-8", errors="replace") as file:
        log = file.read()
    plain = first(kfgate, lifecycle, path, more)
    for name in names:
        with tempfile.NamedTemporaryFile("w", newline="") as file:
            file.write(WRAPPINGS[name][0](log))
            file.flush()
            got = first(kfgate, lifecycle, file.name, more)
        if plain != got:
            yield f"{row['case']}, {name}: {got}, and {plain} without it"


def main():
    kfgate, lifecycle, *options = sys.argv[1:]
    step = 1 if options == ["--all"] else 4
    failed = tried = 0
    for at, row in enumerate(row for row in cases.rows() if not row["case"].startswith("report-")):
        names = [name for name in list(WRAPPINGS)[at % step::step] if row["case"][:2] not in WRAPPINGS[name][1].split()]
        tried += len(names)
        for text in check(kfgate, lifecycle, row, names):
            failed += 1
            print(text)
    print(f"{tried} logs, {failed} findings")
    return 1 if failed or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
