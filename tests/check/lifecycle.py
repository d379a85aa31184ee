#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check the shipped lifecycle data against the kfuncs that kernels really have.

usage: lifecycle.py [DIR]

DIR (or $KFGATE_LIFECYCLE_DATA, default tests/data) holds kfuncs-by-kernel.tsv: kernel, module, kfunc.
Reads policy/lifecycle/ of the tree it stands in, in the plain layout those files are written in: it is no YAML
parser. Exit status: 0 right, 1 findings, 2 the files are not in that layout, 77 no data to check against.
"""

import os
import re
import sys

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIFECYCLE = os.path.join(TREE, "policy", "lifecycle")
ROW_KEYS = ("kfunc", "deprecated-in", "removed-in", "replacement", "replacement-in", "source", "confidence", "note")
HEADER_KEYS = ("version", "name", "serial", "date")
LAST_OF_MAJOR = {6: 19}  # after 6.19 came 7.0
# Kfuncs of the kernel's own tests, and of one architecture, whose first release nobody wrote down
UNKNOWN_ORIGIN = r"bpf_(kfunc_.*|iter_testmod_.*|testmod_.*|test_modorder_.*|fentry_test1|modify_return_test(2|_tp)?|" \
    r"get_lowcore)"
NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?: \[([A-Za-z0-9_-]+)\])?")


class LayoutError(Exception):
    pass


class Kernels:
    """Which release registers what. A kfunc is (name, module); module None asks for any."""

    def __init__(self, path):
        self.seen = {}  # (name, module) -> {kernel, ...}
        self.kernels = []
        with open(path, encoding="ascii") as lines:
            rows = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#")]
        if rows[0] != ["kernel", "module", "kfunc"]:
            raise LayoutError(f"{path}: the header is not kernel, module, kfunc")
        for kernel, module, name in rows[1:]:
            self.seen.setdefault((name, module), set()).add(kernel)
            if kernel not in self.kernels:
                self.kernels.append(kernel)
        self.releases = sorted({release_of(kernel) for kernel in self.kernels})
        self.names = {name for name, _ in self.seen}

    def having(self, name, module):
        """The kernels that have the kfunc."""
        return set().union(*(k for (n, m), k in self.seen.items() if n == name and module in (None, m)))

    def releases_having(self, name, module):
        return {release_of(kernel) for kernel in self.having(name, module)}

    def last_before(self, release):
        return max((r for r in self.releases if r < release), default=None)

    def first_from(self, release):
        return min((r for r in self.releases if r >= release), default=None)

    def generic(self):
        """Full kernels of one distribution and flavour, in order: what is missing in the next was dropped."""
        return [k for k in self.kernels if "-" not in k]


def release_of(kernel):
    major, minor = re.match(r"(\d+)\.(\d+)", kernel).groups()
    return int(major), int(minor)


def parse_release(text):
    """A release as (major, minor), or None when there never was one."""
    match = re.fullmatch(r"(\d+)\.(\d+)", text)
    if not match:
        return None
    major, minor = map(int, match.groups())
    return (major, minor) if minor <= LAST_OF_MAJOR.get(major, minor) else None


def previous(release):
    major, minor = release
    return (major, minor - 1) if minor else (major - 1, LAST_OF_MAJOR[major - 1])


def split_kfunc(text):
    match = NAME.fullmatch(text)
    if not match:
        raise LayoutError(f"not a kfunc: {text!r}")
    return match.groups()


def scalar(text, where):
    text = text.strip()
    if text.startswith('"'):
        if len(text) < 2 or not text.endswith('"') or "\\" in text or '"' in text[1:-1]:
            raise LayoutError(f"{where}: not a plain quoted scalar: {text}")
        return text[1:-1]
    if text[:1] in "'[]{}&*!|>%@`#" or ": " in text or " #" in text:
        raise LayoutError(f"{where}: needs quotes: {text}")
    return text


def read_lines(path, list_key):
    """Yields (line number, text) of the list of a file, after a look at its header."""
    keys = []
    with open(path, encoding="ascii") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\n")
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if line.startswith("  "):
                if not keys or keys[-1] != list_key:
                    raise LayoutError(f"{path}:{number}: outside of {list_key}")
                yield number, line
                continue
            keys.append(line.split(":")[0])
    if tuple(keys) != HEADER_KEYS + (list_key,):
        raise LayoutError(f"{path}: the top level keys are {', '.join(keys)}")


def read_rows(path):
    rows = []
    for number, line in read_lines(path, "deprecations"):
        match = re.fullmatch(r"(  - |    )([a-z-]+): (.+)", line)
        if not match or match[2] not in ROW_KEYS or (match[2] == "kfunc") != (match[1] == "  - "):
            raise LayoutError(f"{path}:{number}: {line}")
        if match[2] == "kfunc":
            rows.append({"line": number})
        if match[2] in rows[-1]:
            raise LayoutError(f"{path}:{number}: {match[2]} twice")
        rows[-1][match[2]] = scalar(match[3], f"{path}:{number}")
    return rows


def read_remarks(path, kind):
    """What a comment block of upstream.yaml lists: '# KIND: NAME REST'."""
    with open(path, encoding="ascii") as lines:
        return re.findall(rf"^# {kind}: (\w+):? (.+)$", lines.read(), re.MULTILINE)


def check_versions(row):
    releases = {}
    for key in ("deprecated-in", "removed-in", "replacement-in"):
        if key in row:
            releases[key] = parse_release(row[key])
            if not releases[key]:
                yield f'{key}: there never was a "{row[key]}"'
    deprecated, removed = releases.get("deprecated-in"), releases.get("removed-in")
    if "deprecated-in" not in row and "removed-in" not in row:
        yield "neither deprecated-in nor removed-in"
    if deprecated and removed and deprecated >= removed:
        yield "removed before it was deprecated"
    if row.get("confidence") not in ("high", "medium", "low"):
        yield "confidence is not high, medium or low"
    if not row.get("source"):
        yield "no source"
    if "replacement-in" in row and "replacement" not in row:
        yield "replacement-in without replacement"


def check_removed(kernels, row, having):
    """Yields findings; present in the last kernel before, absent from all after."""
    removed = parse_release(row["removed-in"])
    for kernel in sorted(having, key=kernels.kernels.index):
        if release_of(kernel) >= removed:
            yield f"removed in {row['removed-in']}, but {kernel} has it"
    earlier = {release_of(k) for k in having}
    last = kernels.last_before(removed)
    if earlier and last not in earlier:
        yield f"removed in {row['removed-in']}, but {last[0]}.{last[1]} does not have it any more"
    if row["confidence"] == "high" and (not earlier or last != previous(removed)):
        yield "confidence is high, but the release before the removal was not looked at"


def check_deprecated(kernels, row, having):
    releases = {release_of(k) for k in having}
    deprecated = parse_release(row["deprecated-in"])
    if deprecated in kernels.releases and deprecated not in releases:
        yield f"deprecated in {row['deprecated-in']}, which does not have it"
    if "removed-in" not in row and kernels.releases[-1] not in releases:
        yield "not in the newest kernel: when was it removed?"


def check_replacement(kernels, row):
    found = [(n, m or None) for n, m in NAME.findall(row["replacement"]) if n in kernels.names]
    newest = kernels.releases[-1]
    for name, module in found:
        if newest not in kernels.releases_having(name, module):
            yield f"replacement: the newest kernel has no {name}"
    if "replacement-in" not in row or not found:
        return
    release = parse_release(row["replacement-in"])
    first, before = kernels.first_from(release), kernels.last_before(release)
    if not any(first in kernels.releases_having(n, m) for n, m in found):
        yield f"replacement: {first[0]}.{first[1]} has none of them"
    if all(before in kernels.releases_having(n, m) for n, m in found):
        yield f"replacement-in: {before[0]}.{before[1]} has it already"


def kind_of(kernels, row, having):
    if "removed-in" not in row:
        return "deprecated, not removed"
    if not having:
        return "removed, came and went between two kernels of the data"
    removed = parse_release(row["removed-in"])
    return "removed, seen in the release before" if kernels.last_before(removed) == previous(removed) \
        else "removed, seen in an earlier release"


def check_row(kernels, row):
    findings = list(check_versions(row))
    if findings:
        return findings, None
    having = kernels.having(*split_kfunc(row["kfunc"]))
    if "removed-in" in row:
        findings += check_removed(kernels, row, having)
    if "deprecated-in" in row:
        findings += check_deprecated(kernels, row, having)
    if "replacement" in row:
        findings += check_replacement(kernels, row)
    return findings, kind_of(kernels, row, having)


def disappeared(kernels):
    """Kfuncs that one kernel has and a comparable later one has not: the next generic one, or all later ones."""
    gone = set()
    generic = kernels.generic()
    for kfunc, having in kernels.seen.items():
        for old, new in zip(generic, generic[1:]):
            if old in having and new not in having:
                gone.add(kfunc)
        own = {release_of(k) for k in having if not k.endswith("-other")}
        if own and max(own) < kernels.releases[-1]:
            gone.add(kfunc)
    return gone


def check_complete(kernels, rows, exempt):
    """Nothing that disappeared is without a row or a reason; no name twice."""
    names = [split_kfunc(row["kfunc"]) for row in rows]
    for name, module in sorted(disappeared(kernels)):
        if (name, module) not in names and (name, None) not in names and name not in exempt:
            yield f"{name} [{module}] disappeared, and is neither a row nor a not-a-row"
    for name, _ in names:
        if name in exempt:
            yield f"{name} is a row and a not-a-row"
        if [n for n, _ in names].count(name) > 1:
            yield f"{name} has more than one row"


def check_changed(kernels, changed):
    for name, rest in changed:
        release = parse_release(rest.split(":")[0])
        having = kernels.releases_having(name, None)
        if not release:
            yield f"changed: {name}: no release in {rest!r}"
        elif not (any(r < release for r in having) and any(r >= release for r in having)):
            yield f"changed: {name} is not on both sides of {release[0]}.{release[1]}"


def read_tsv(path, header):
    """The rows of a table with comments and a header."""
    with open(path, encoding="ascii") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#")]
    if not rows or rows[0] != header or any(len(row) != len(header) for row in rows):
        raise LayoutError(f"{path}: the columns are not {', '.join(header)}")
    return rows[1:]


def check_history_row(kernels, row, removed):
    """Yields findings on a row of history.tsv; removed: the release that removed it, or None."""
    name, introduced, absent, source = row
    since = parse_release(introduced)
    if not since or not source:
        yield f"{name}: no release that ever was, or no source"
        return
    gap = [parse_release(part) for part in absent.split("-")] if absent else [None]
    if gap[0] and not (gap[-1] and since < gap[0] <= gap[-1]):
        yield f"{name}: absent {absent!r} is no range after {introduced}"
        return
    having = kernels.releases_having(name, None)
    for release in sorted(having):
        if release < since or (gap[0] and gap[0] <= release <= gap[-1]):
            yield f"{name}: not in upstream's {release[0]}.{release[1]}, but a kernel of the data has it"
    listed = {release_of(k) for k in kernels.having(name, None) if k.endswith("-src")}
    for kernel in kernels.kernels:
        release = release_of(kernel)
        if kernel.endswith("-src") and listed and since <= release and not (removed and release >= removed) \
                and not (gap[0] and gap[0] <= release <= gap[-1]) and release not in listed:
            yield f"{name}: since {introduced}, but {kernel} does not list it"


def check_history(kernels, rows, lifecycle):
    """history.tsv: in order, complete but for test modules and what is said to be unknown, and true of the kernels."""
    table = read_tsv(os.path.join(lifecycle, "history.tsv"), ["kfunc", "introduced", "absent", "source"])
    removed = {split_kfunc(row["kfunc"])[0]: parse_release(row["removed-in"]) for row in rows if "removed-in" in row}
    names = [row[0] for row in table]
    if names != sorted(set(names)):
        yield "history.tsv is not in order, or has a name twice"
    for row in table:
        yield from check_history_row(kernels, row, removed.get(row[0]))
    for name in sorted({n for n, m in kernels.seen if m != "bpf_testmod"} - set(names)):
        if not re.fullmatch(UNKNOWN_ORIGIN, name):
            yield f"{name} is in no row of history.tsv"
    columns = ["kfunc", "module", "from", "arguments", "types", "prototype"]
    signatures = read_tsv(os.path.join(lifecycle, "signatures.tsv"), columns)
    for row in signatures:
        if row[0] not in kernels.names or not parse_release(row[2]) or not row[4] or \
                not re.fullmatch(r"-?\d+", row[3]):
            yield f"signatures.tsv: {row[0]}: no such kfunc, release or count"


def check_known(kernels, rows, path):
    """kfuncs.yaml has every kfunc of the data and of the rows, and nothing else, in order."""
    listed = []
    for number, line in read_lines(path, "known-kfuncs"):
        if not line.startswith("  - "):
            raise LayoutError(f"{path}:{number}: {line}")
        listed.append(scalar(line[4:], f"{path}:{number}"))
    wanted = {n if m == "vmlinux" else f"{n} [{m}]" for n, m in kernels.seen}
    wanted |= {row["kfunc"].replace(" [vmlinux]", "") for row in rows
               if split_kfunc(row["kfunc"])[0] not in kernels.names}
    for name in sorted(wanted - set(listed)):
        yield f"known-kfuncs lacks {name}"
    for name in sorted(set(listed) - wanted):
        yield f"known-kfuncs has {name}, which no kernel has"
    if listed != sorted(set(listed)):
        yield "known-kfuncs is not sorted, or has a name twice"


def check_all(kernels):
    path = os.path.join(LIFECYCLE, "upstream.yaml")
    rows = read_rows(path)
    findings, kinds = [], {}
    for row in rows:
        found, kind = check_row(kernels, row)
        findings += [f"{path}:{row['line']}: {row['kfunc']}: {text}" for text in found]
        kinds[kind] = kinds.get(kind, 0) + 1
    exempt = dict(read_remarks(path, "not-a-row"))
    changed = read_remarks(path, "changed")
    findings += [f"{path}: {text}" for text in check_complete(kernels, rows, exempt)]
    findings += [f"{path}: {text}" for text in check_changed(kernels, changed)]
    known = os.path.join(LIFECYCLE, "kfuncs.yaml")
    findings += [f"{known}: {text}" for text in check_known(kernels, rows, known)]
    findings += [f"{LIFECYCLE}: {text}" for text in check_history(kernels, rows, LIFECYCLE)]
    report(rows, kinds, exempt, changed)
    return findings


def report(rows, kinds, exempt, changed):
    print(f"{len(rows)} rows")
    for kind, count in sorted(kinds.items(), key=str):
        print(f"{count:6} {kind}")
    for level in ("high", "medium", "low"):
        print(f"{sum(row.get('confidence') == level for row in rows):6} of {level} confidence")
    print(f"{len(exempt)} names deliberately without a row, {len(changed)} changes of a prototype")


def main(argv):
    if len(argv) > 2:
        print(__doc__, file=sys.stderr)
        return 2
    directory = argv[1] if len(argv) == 2 else \
        os.environ.get("KFGATE_LIFECYCLE_DATA") or os.path.join(TREE, "tests", "data")
    path = os.path.join(directory, "kfuncs-by-kernel.tsv")
    if not os.path.exists(path):
        print(f"skipped: no {path}")
        return 77
    try:
        findings = check_all(Kernels(path))
    except LayoutError as error:
        print(error, file=sys.stderr)
        return 2
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
