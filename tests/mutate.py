#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Break the source on purpose, one place at a time, and see whether a test notices.

usage: mutate.py [-R REGEX | -V KERNEL [-c CASE]...] [-n N] [-s SEED] [-w DIR] [-l] FILE...
  -R REGEX   the tests of ctest that have to notice (default: ^(parity.policy|unit.policy.*)$)
  -V KERNEL  VM cases have to, on this kernel, which see an agent with the mutant's BPF programs: for bpf/
  -c CASE    those cases, one after the other (default: decide/six-steps, audit, bypasses and presence)
  -n N       only N mutants, drawn at random
  -s SEED    for the draw (default 1)
  -w DIR     work there, and keep it (default: a temporary directory); its build is used again
  -l         list the mutants, and do nothing

FILEs are C sources, relative to the top of the tree; of those below include/, what BPF programs alone compile counts
with -V only. A mutant differs in one comparison, logical operator, sign, shift or constant. It is killed when a test
fails, does not end, or crashes; one that does not compile does not count. Each that lives is printed with its line:
either a test is missing, or it is no different from the original. The last line is the rate. The source tree itself
is not touched.
Exit status: 0 done, 1 the original itself fails, 2 wrong usage.
"""

import argparse
import collections
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tests", "check"))

import tree  # noqa: E402

SECONDS = 600  # a hang, on a busy machine, too
ORIGINAL = "original"  # behind all numbers
CASES = ["decide/six-steps", "decide/audit", "decide/bypasses", "decide/presence"]
# What is found, and what stands in its place. Blanks around it tell an operator from a pointer or a sign.
RULES = [(re.compile(pattern), new) for pattern, new in (
    (r" == ", " != "), (r" != ", " == "), (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "),
    (r" && ", " || "), (r" \|\| ", " && "), (r"(?<=[\s(])!(?=[\w(])", ""), (r" \+ ", " - "), (r" - ", " + "),
    (r"\+\+", "--"), (r"--", "++"), (r" \+= ", " -= "), (r" -= ", " += "), (r" \* (?=[A-Z\d])", " / "),
    (r" / ", " * "), (r" % ", " / "), (r" & ", " | "), (r" \| ", " & "), (r" >> ", " << "), (r" << ", " >> "),
    (r"\bcontinue;", "break;"), (r"\bbreak;", "continue;"))]
NUMBER = re.compile(r"(?<![\w.])(\d+)(?=[uU]?[lL]*\b(?![\w.]))")

Mutant = collections.namedtuple("Mutant", "path line start end new")


def compiled(lines, for_bpf):
    """Numbers of the lines that user space (or BPF) compiles: no directives, nothing for the other one alone."""
    skipped, bpf, more = set(), False, False
    for n, line in enumerate(lines):
        if re.match(r"#\s*ifdef __bpf__", line):
            bpf = not for_bpf
        elif re.match(r"#\s*(else|endif)", line):
            bpf = False
        if bpf or more or line.startswith("#"):
            skipped.add(n)
        more = (more or line.startswith("#")) and line.endswith("\\")
    return [n for n in range(len(lines)) if n not in skipped]


def mutants_of(path, text, for_bpf=False):
    blank = tree.without_comments(text).split("\n")
    for n in compiled(blank, for_bpf):
        line = blank[n]
        if re.match(r"\s*(_Static_assert|static_assert)\b", line):
            continue
        for pattern, new in RULES:
            for match in pattern.finditer(line):
                yield Mutant(path, n, match.start(), match.end(), new)
        for match in NUMBER.finditer(line):
            number = int(match.group(1))
            yield Mutant(path, n, match.start(1), match.end(1), str(0 if number == 1 else number + 1))


def quiet(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


class Bench:
    """A copy of the tree with a build of its own."""

    def __init__(self, folder, regex=None, build_type="Debug"):
        self.folder = folder
        self.source = os.path.join(folder, "source")
        self.build = os.path.join(folder, "build")
        for path in tree.paths(packed=True):
            self.put(path, tree.read(path) if tree.is_c(path) else None)
        done = quiet(["cmake", "-S", self.source, "-B", self.build, "-G", "Ninja", f"-DCMAKE_BUILD_TYPE={build_type}",
                      "-DBUILD_TESTING=ON"])
        if done.returncode:
            sys.exit(done.stdout)
        if not regex:
            return
        self.tests = [test for test in self.tests_in("CTestTestfile.cmake") if re.search(regex, test[0])]
        self.targets = sorted({os.path.relpath(command[0], self.build) for _, command in self.tests
                               if command[0].startswith(self.build + "/")})
        if not self.targets:
            sys.exit(f"no test '{regex}' has a program of its own")

    def tests_in(self, path):
        """(name, command) of each test; ctest tells the commands of those alone that are built."""
        with open(os.path.join(self.build, path), encoding="utf-8") as file:
            for line in file:
                if match := re.match(r'subdirs\("(.*)"\)', line):
                    yield from self.tests_in(os.path.join(os.path.dirname(path), match.group(1), "CTestTestfile.cmake"))
                elif match := re.match(r'add_test\(\[=\[(.*?)\]=\] (.*)\)$', line):
                    yield match.group(1), shlex.split(match.group(2))

    def put(self, path, text):
        """A file is written only if it differs, so that ninja builds no more than it has to."""
        target = os.path.join(self.source, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if text is None:
            if not os.path.exists(target) or os.path.getmtime(target) < os.path.getmtime(os.path.join(tree.TOP, path)):
                shutil.copy2(os.path.join(tree.TOP, path), target)
            return
        if os.path.exists(target):
            with open(target, encoding="utf-8", errors="replace") as file:
                if file.read() == text:
                    return
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)

    def killer(self):
        """The name of the first test that fails; "" if none does, None if it does not compile."""
        if quiet(["ninja", "-C", self.build] + self.targets).returncode:
            return None
        for name, command in self.tests:
            try:
                if quiet(command, timeout=SECONDS, cwd=self.build, errors="replace").returncode not in (0, 77):
                    return name
            except subprocess.TimeoutExpired:
                return name
        return ""


class Vm:
    """Agents with mutants, in one VM for each round of a case. A case fails once; the runner tries none twice."""

    def __init__(self, bench, kernel):
        self.bench, self.kernel = bench, kernel
        if quiet(["ninja", "-C", bench.build]).returncode:
            sys.exit("the original does not build")

    def agent(self, number):
        """The agent of the tree as it is now, put aside under a number; False if it does not compile."""
        if quiet(["ninja", "-C", self.bench.build, "agent/kfgate-agent"]).returncode:
            return False
        os.makedirs(os.path.join(self.bench.build, "mutants", number), exist_ok=True)
        quiet(["strip", "-o", os.path.join(self.bench.build, "mutants", number, "kfgate-agent"),
               os.path.join(self.bench.build, "agent", "kfgate-agent")])
        return True

    def case(self, folder, name, number):
        """The case for one mutant: its own, but with that agent in place."""
        head, body = [], []
        with open(os.path.join(self.bench.source, "tests", "vm", "cases", name + ".sh"), encoding="utf-8") as file:
            for line in file:
                (head if not body and line.startswith("#") else body).append(line)
        head = [line for line in head if not re.match("# (kernels|also|timeout):", line)]
        head.append(f"# kernels: {self.kernel}\n# timeout: 60\n")
        head.append(f"# files: mutants/{number}/kfgate-agent=/t/mutants/{number}/kfgate-agent\n")
        body.insert(0, f"cp /t/mutants/{number}/kfgate-agent /t/kfgate-agent\n")
        os.makedirs(os.path.join(folder, "mutant"), exist_ok=True)
        with open(os.path.join(folder, "mutant", number + ".sh"), "w", encoding="utf-8") as file:
            file.writelines(head + body)

    def verdicts(self, name, numbers):
        """{number: whether the case fails}; those of one VM, in the order of their names."""
        folder = tempfile.mkdtemp(dir=self.bench.folder)
        for number in numbers:
            self.case(folder, name, number)
        done = quiet([os.path.join(TOP, "tests", "vm", "run-cases.sh"), "-1", "-b", self.bench.build, "-k", self.kernel,
                      "-d", folder], errors="replace")
        shutil.rmtree(folder)
        found = dict(reversed(match) for match in re.findall(r"^(ok|FAIL) +mutant/(\w+) on ", done.stdout, re.M))
        if missing := set(numbers) - set(found):
            sys.exit(f"{done.stdout}\nno verdict on {sorted(missing)} by {name}")
        return {number: found[number] == "FAIL" for number in numbers}

    def failed(self, name, numbers):
        """Which of the mutants the case notices. The original comes last in each VM: where it fails, something was
        left behind, and those that failed get a VM each."""
        failed = set()
        for first in range(0, len(numbers), 12):
            verdicts = self.verdicts(name, numbers[first:first + 12] + [ORIGINAL])
            fails = {number for number, fail in verdicts.items() if fail}
            if ORIGINAL in fails:
                fails = {number for number in fails if self.verdicts(name, [number])[number]}
            if ORIGINAL in fails:
                sys.exit(f"the original fails: {name}")
            failed |= fails
        return failed


def apply(mutant):
    lines = tree.read(mutant.path).split("\n")
    line = lines[mutant.line]
    lines[mutant.line] = line[:mutant.start] + mutant.new + line[mutant.end:]
    return "\n".join(lines), line.strip(), lines[mutant.line].strip()


def run(bench, mutants):
    killed, lived, stillborn = collections.Counter(), 0, 0
    for mutant in mutants:
        bench.put(mutant.path, apply(mutant)[0])
        by = bench.killer()
        bench.put(mutant.path, tree.read(mutant.path))
        if by is None:
            stillborn += 1
        elif by:
            killed[by] += 1
        else:
            lived += 1
            say_lives(mutant)
    sum_up(killed, lived, stillborn)


def say_lives(mutant):
    _, old, new = apply(mutant)
    print(f"{mutant.path}:{mutant.line + 1}: lives\n    - {old}\n    + {new}", flush=True)


def run_in_vms(vm, mutants, cases):
    killed, left = collections.Counter(), {}
    if not vm.agent(ORIGINAL):
        sys.exit("the original does not build")
    for number, mutant in enumerate(mutants, 1):
        vm.bench.put(mutant.path, apply(mutant)[0])
        if vm.agent(f"{number:04}"):
            left[f"{number:04}"] = mutant
        vm.bench.put(mutant.path, tree.read(mutant.path))
    stillborn = len(mutants) - len(left)
    for case in cases:
        failed = vm.failed(case, list(left))
        killed[case] = len(failed)
        print(f"{case}: {len(failed)} of {len(left)}", flush=True)
        left = {number: mutant for number, mutant in left.items() if number not in failed}
    for mutant in left.values():
        say_lives(mutant)
    sum_up(killed, len(left), stillborn)


def sum_up(killed, lived, stillborn):
    for name, count in killed.most_common():
        print(f"{count:5} killed by {name}")
    total = sum(killed.values()) + lived
    print(f"{sum(killed.values())} of {total} mutants killed ({100 * sum(killed.values()) / max(total, 1):.1f} %), "
          f"{stillborn} did not compile")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-R", default=r"^(parity\.policy|unit\.policy\..*)$")
    parser.add_argument("-V")
    parser.add_argument("-c", action="append")
    parser.add_argument("-n", type=int)
    parser.add_argument("-s", type=int, default=1)
    parser.add_argument("-w")
    parser.add_argument("-l", action="store_true")
    parser.add_argument("files", nargs="+", metavar="FILE")
    args = parser.parse_args()
    mutants = [mutant for path in args.files for mutant in mutants_of(path, tree.read(path), bool(args.V))]
    if args.n is not None and args.n < len(mutants):
        mutants = sorted(random.Random(args.s).sample(mutants, args.n))
    if args.l:
        for mutant in mutants:
            print(f"{mutant.path}:{mutant.line + 1}: {apply(mutant)[2]}")
        print(f"{len(mutants)} mutants")
        return 0
    folder = args.w or tempfile.mkdtemp(prefix="kfgate-mutate.")
    try:
        if args.V:
            run_in_vms(Vm(Bench(folder, build_type="RelWithDebInfo"), args.V), mutants, args.c or CASES)
            return 0
        bench = Bench(folder, args.R)
        by = bench.killer()
        if by != "":
            print("the original does not build" if by is None else f"the original fails: {by}")
            return 1
        run(bench, mutants)
    finally:
        if not args.w:
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
