#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""sql.py REPORT FOLDER: the views of packaging/examples, each as FOLDER/VIEW.json, say what `kfgate report` does."""

import collections
import json
import sys

# Section of the report -> names of its columns that the view has otherwise.
SECTIONS = {"timeline": {}, "tampering": {"untold": "suppressed"}, "deprecated": {}, "users": {}, "refused": {},
            "hosts": {}}
NOT_COMPARED = {"known_from", "days_left", "host_names"}   # of the policy, of today, and cut


def by_day(rows):
    """The hours of the view, as days: the report of more than three days has those."""
    days = collections.defaultdict(collections.Counter)
    for row in rows:
        day = row.pop("hour")[:10]
        days[day].update(row)
    return [{"time": day, **counts} for day, counts in days.items()]


def comparable(rows, columns):
    """None and the empty text are one."""
    return sorted(tuple(str(row[name]) if row[name] not in (None, "") else "" for name in columns) for row in rows)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
    wrong = 0
    for section, renamed in SECTIONS.items():
        with open(f"{sys.argv[2]}/{section}.json", encoding="utf-8") as file:
            rows = json.load(file) or []
        told = report[section]["rows"]
        if section == "timeline":
            rows = by_day(rows)
            told = [row for row in told if any(value for name, value in row.items() if name != "time")]
        columns = [name for name in told[0] if name not in NOT_COMPARED] if told else []
        ours, theirs = comparable(told, columns), comparable(rows, [renamed.get(name, name) for name in columns])
        print(f"{section}: {len(ours)} rows of {len(columns)} columns")
        for row in sorted(set(ours) ^ set(theirs)):
            wrong += 1
            print(f"{section}: only in {'the report' if row in ours else 'the view'}: {row}")
        wrong += not ours or len(ours) != len(theirs)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
