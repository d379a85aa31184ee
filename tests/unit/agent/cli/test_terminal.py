#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_terminal.py KFGATE FIXTURES PASTGEN - what verbs print on a terminal: colours, where they are wanted and nowhere
else, and the pager, for what is longer than the terminal.
"""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios

kfgate, fixtures, pastgen = (os.path.realpath(path) for path in sys.argv[1:])
TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../../.."))
ESCAPE = re.compile(r"\033\[[0-9;]*m")
RED, GREEN, YELLOW, BOLD = "\033[1;31m", "\033[32m", "\033[33m", "\033[1m"
failures = 0


def expect(what, holds, output=""):
    global failures
    if not holds:
        failures += 1
        print(f"{what}: no\n" + "".join(f"    | {line!r}\n" for line in output.splitlines()[:20]))


def environment(**more):
    env = {key: value for key, value in os.environ.items()
           if key not in ("NO_COLOR", "PAGER", "KFGATE_PAGER", "LESS", "SUDO_UID")}
    return env | {"TERM": "xterm", "XDG_CACHE_HOME": os.getcwd(), "LC_ALL": "C.UTF-8",
                  "KFGATE_KERNELS": os.getcwd() + "/kernels"} | more


def piped(*args, **env):
    """Standard output and the exit code, where it is no terminal."""
    done = subprocess.run([kfgate, *args], capture_output=True, text=True, env=environment(**env), check=False,
                          stdin=subprocess.DEVNULL)
    return done.stdout, done.returncode


def terminal(*args, rows=1000, columns=120, **env):
    """The same on a terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen([kfgate, *args], stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL,
                               env=environment(**env))
    os.close(theirs)
    output = b""
    while select.select([ours], [], [], 300)[0]:
        try:
            data = os.read(ours, 65536)
        except OSError:
            break
        if not data:
            break
        output += data
    os.close(ours)
    return output.decode().replace("\r\n", "\n"), process.wait(300)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def prepare():
    write("good.yaml", "version: 1\nname: t\nserial: 1\nrules:\n"
                       "  - {id: no-put, kfuncs: [bpf_key_put], action: refuse}\n")
    write("bad.yaml", "version: 1\nname: t\nserial: 1\nmode: enfroce\n")
    write("warn.yaml", "version: 1\nname: t\nserial: 1\ninclude: [/nowhere/*.yaml]\n")
    write("cases.yaml", "version: 1\npolicy: good.yaml\ncases:\n  - name: c\n    program: {type: xdp}\n"
                        "    kfuncs: [bpf_key_put]\n    expect: {verdict: allow}\n")
    objcopy = "llvm-objcopy" if not os.path.exists("/usr/bin/llvm-objcopy-14") else "llvm-objcopy-14"
    for name, source in (("has", "key.o"), ("lacks", "plain.o")):
        subprocess.run([objcopy, "--dump-section", f".BTF={name}.btf", f"{fixtures}/{source}", "/dev/null"],
                       check=True)
    os.mkdir("kernels")  # one is enough, and quick
    for name in ("facts-1.dictionary", "7.2.12+deb13-cloud-amd64_7.2.12-1~bpo13+1.facts"):
        os.symlink(f"{TOP}/packaging/kernels/{name}", f"kernels/{name}")
    # the Journal Export Format, without binary fields, as JSON lines
    export = subprocess.run([pastgen, f"{TOP}/tests/bench/history/policy.yaml", "300", "5", "20"],
                            capture_output=True, text=True, check=True).stdout
    entries = [dict(line.split("=", 1) for line in entry.splitlines()) for entry in export.strip().split("\n\n")]
    write("past.json", "".join(json.dumps(entry) + "\n" for entry in entries))


# what: arguments, and a text that is there with --color=always
PRINTING = {
    "check, an error": (["check", "bad.yaml"], RED + "error\033[0m"),
    "check, a warning": (["check", "warn.yaml"], YELLOW + "warning\033[0m"),
    "test": (["test", "cases.yaml"], RED + "1 failed\033[0m"),
    "why": (["why", "--kernel=has.btf", "--policy=good.yaml", "key.o"], ": " + RED + "refuse\033[0m\n"),
    "scan": (["scan", "--kernel=has.btf", "--kernel=lacks.btf", "key.o"], RED + "fails\033[0m"),
    "kfuncs": (["kfuncs", "--kernel=has.btf"], BOLD + "kfunc\033[0m"),
    "diff": (["diff", "has.btf", "lacks.btf"], None),
    "doctor": (["doctor", "--kernel=has.btf"], YELLOW + "not-checked\033[0m"),
    "kernel list": (["kernel", "list"], BOLD + "release\033[0m"),
    "explain": (["explain", f"{TOP}/tests/golden/explain/libbpf-missing.log"], BOLD + "1. "),
    "report": (["report", "--file=past.json", "--at=2027-06-01", "--policy=good.yaml"], RED),
}


def narrow():
    """A table that is wider than the terminal is a block for each row."""
    wide, _ = piped("kernel", "list")
    output, _ = terminal("kernel", "list", columns=60, NO_COLOR="1")
    expect("kernel list: a table in a pipe", wide.startswith("release "), wide)
    expect("kernel list: blocks on a narrow terminal",
           "\n    architecture: x86_64, kfuncs: " in output.replace("\r", ""), output)


def full():
    """What could not be written is said once."""
    for args in (["kernel", "list"], ["check", "--help"], ["kfuncs", "--kernel=has.btf"]):
        with open("/dev/full", "w", encoding="utf-8") as sink:
            done = subprocess.run([kfgate, *args], stdout=sink, stderr=subprocess.PIPE, text=True, check=False,
                                  env=environment(), stdin=subprocess.DEVNULL)
        lines = [line for line in done.stderr.splitlines() if "No space left" in line]
        expect(f"{args[0]}: a full disk is said once", len(lines) == 1 and done.returncode == 1, done.stderr)


def colours():
    for what, (args, text) in PRINTING.items():
        plain, code = piped(*args)
        expect(f"{what}: no colour in a pipe", plain and "\033" not in plain, plain)
        coloured, same = piped(*args, "--color=always")
        expect(f"{what}: --color=always", text is None or text in coloured, coloured)
        expect(f"{what}: the same but for colours", ESCAPE.sub("", coloured) == plain and same == code, coloured)
        on_terminal, same = terminal(*args, columns=240)
        expect(f"{what}: colours on a terminal", text is None or text in on_terminal, on_terminal)
        expect(f"{what}: the same exit code there", same == code, f"{same}, not {code}")
    for form in ("json", "csv", "markdown", "html"):
        output, _ = piped("kfuncs", "--kernel=has.btf", f"--format={form}", "--color=always")
        expect(f"no colours in {form}", output and "\033" not in output, output)
    for why, more, env in (("--color=never", ["--color=never"], {}), ("NO_COLOR", [], {"NO_COLOR": "1"}),
                           ("a dumb terminal", [], {"TERM": "dumb"})):
        none, _ = terminal("check", "bad.yaml", *more, **env)
        expect(why, none and "\033" not in none, none)
    expect("an empty NO_COLOR is none", "\033" in terminal("check", "bad.yaml", NO_COLOR="")[0])
    terminal("report", "--file=past.json", "--policy=good.yaml", "--output=file")
    with open("file", encoding="utf-8") as file:
        expect("no colours in a file", "\033" not in file.read())
    expect("a word that --color is not", piped("check", "--color=red", "good.yaml") == ("", 1))


def pager():
    long = ["check", "bad.yaml", "bad.yaml", "warn.yaml", "bad.yaml"]
    text, _ = piped(*long)
    rows = text.count("\n")
    saved = "cat >paged; echo paged"

    def paged(*args, **env):
        """What the pager got, or None where there was none."""
        if os.path.exists("paged"):
            os.unlink("paged")
        output, _ = terminal(*args, **env)
        if not os.path.exists("paged"):
            return None, output
        with open("paged", encoding="utf-8") as file:
            return ESCAPE.sub("", file.read()), output

    expect("there is a long list", rows > 10, text)
    got, output = paged(*long, rows=5, KFGATE_PAGER=saved, PAGER="false")
    expect("$KFGATE_PAGER goes first", got == text and output == "paged\n", output)
    got, output = paged(*long, rows=5, PAGER=saved)
    expect("$PAGER", got == text and output == "paged\n", output)
    got, output = paged(*long, rows=rows + 1, columns=1000, PAGER=saved)
    expect("none where it fits", got is None and ESCAPE.sub("", output) == text, output)
    got, output = paged(*long, rows=rows, columns=1000, PAGER=saved)
    expect("one where the prompt has no line", got == text, output)
    got, output = paged(*long, rows=rows + 1, columns=10, PAGER=saved)
    expect("one where lines are wrapped", got == text, output)
    for what, args, env in (("--no-pager", ["--no-pager"], {}), ("an empty $KFGATE_PAGER", [], {"KFGATE_PAGER": ""}),
                            ("cat", [], {"KFGATE_PAGER": "cat"}),
                            ("a pager that is not there", [], {"KFGATE_PAGER": "/no/such/pager"})):
        got, output = paged(*long, *args, rows=5, **({"PAGER": saved} | env))
        expect(what, got is None and ESCAPE.sub("", output).endswith(text), output)
    got, output = paged(*long, rows=5, PAGER="true")
    expect("a pager that is left at once is no error", output == "", output)
    os.mkdir("bin")
    write("bin/less", '#!/bin/sh\necho "$LESSSECURE $*"; cat >paged\n')
    os.chmod("bin/less", 0o755)
    path = f"{os.getcwd()}/bin:{os.environ['PATH']}"
    expect("less is the default", paged(*long, rows=5, PATH=path) == (text, " -FRX\n"))
    expect("by sudo, a pager without commands", paged(*long, rows=5, PATH=path, PAGER="sh", SUDO_UID="1") ==
           (text, "1 -FRX\n"))
    for args in (["check", "bad.yaml"], ["scan", "--kernel=has.btf", "--kernel=lacks.btf", "key.o"],
                 ["report", "--file=past.json", "--policy=good.yaml", "--at=2027-06-01"],
                 ["why", "--kernel=has.btf", "--policy=good.yaml", "key.o"]):
        got, output = paged(*args, rows=2, PAGER=saved)
        expect(f"{args[0]} has a pager, too", got is not None and output == "paged\n", output)
    got, output = paged(*long, rows=5, PAGER=saved, NO_COLOR="1")
    expect("no colours for the pager with NO_COLOR", got == text, output)


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        os.symlink(f"{fixtures}/key.o", "key.o")
        prepare()
        narrow()
        full()
        colours()
        pager()
        os.chdir("/")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
