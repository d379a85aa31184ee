#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""metrics.py METRICSDUMP: the dashboard and the alerts ask for metrics and labels that `kfgate metrics` exports, of
which kfgate-metrics(8) has all. With promtool (package prometheus), the queries are checked for their syntax, too."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tree

DASHBOARD = "packaging/examples/grafana-dashboard.json"
ALERTS = "packaging/examples/kfgate-alerts.yaml"
MANUAL = "packaging/man/kfgate-metrics.8"
SCRAPED = {"instance", "job"}   # labels that Prometheus adds
SAMPLE = re.compile(r"^(kfgate_\w+)(?:\{(.*)\})? \S+$", re.M)
SELECTOR = re.compile(r"\b(kfgate_\w+)(?:\{([^}]*)\})?")
LABEL = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"')
BY = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")


def exported(text):
    """Name of each metric -> its labels."""
    return {name: set(LABEL.findall(labels)) for name, labels in SAMPLE.findall(text)}


def faults(expr, metrics):
    """What is wrong in a query."""
    names = SELECTOR.findall(expr)
    if not names:
        yield f"no metric of kfgate in: {expr}"
    labels = set().union(*(metrics.get(name, set()) for name, _ in names)) | SCRAPED
    for name, selected in names:
        if name not in metrics:
            yield f"no metric {name}"
            continue
        yield from (f"{name} has no label {label}" for label in LABEL.findall(selected)
                    if label not in metrics[name] | SCRAPED)
    for group in BY.findall(expr):
        yield from (f"no label {label} in: {expr}" for label in re.findall(r"\w+", group) if label not in labels)


def dashboard_queries(text):
    board = json.loads(text)
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield f"{DASHBOARD}: {panel['title']}", target["expr"]
    for variable in board["templating"]["list"]:
        query = variable["query"]["query"] if isinstance(variable["query"], dict) else ""
        match = re.fullmatch(r"label_values\((.*), (\w+)\)", query)
        if match:
            yield f"{DASHBOARD}: ${variable['name']}", f"count by ({match.group(2)}) ({match.group(1)})"


def alert_queries(text):
    """expr: on one line, or folded below it."""
    for match in re.finditer(r"^( +)expr: (?:>-\n((?:\1  .*\n)+)|(.*)\n)", text, re.M):
        yield ALERTS, " ".join((match.group(2) or match.group(3)).split())


def syntax(queries):
    """What promtool says of them, as recording rules; Grafana's variables get values."""
    if not shutil.which("promtool"):
        return
    rules = [{"record": f"q{n}", "expr": expr.replace("$__rate_interval", "5m").replace("$instance", ".*")}
             for n, (_, expr) in enumerate(queries)]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rules.yaml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"groups": [{"name": "queries", "rules": rules}]}, file)
        for rule_file in (path, os.path.join(tree.TOP, ALERTS)):
            run = subprocess.run(["promtool", "check", "rules", rule_file], capture_output=True, text=True, check=False)
            if run.returncode:
                yield run.stdout + run.stderr


def find(read, metrics):
    """Yields what is wrong; read(path) returns a file's text."""
    queries = list(dashboard_queries(read(DASHBOARD))) + list(alert_queries(read(ALERTS)))
    if len(queries) < 10:
        yield "hardly a query was found"
    for place, expr in queries:
        yield from (f"{place}: {fault}" for fault in faults(expr, metrics))
    manual = set(re.findall(r"kfgate_\w+", read(MANUAL)))
    yield from (f"{MANUAL}: no {name}" for name in sorted(set(metrics) - manual))
    yield from (f"{MANUAL}: {name} is not exported" for name in sorted(manual - set(metrics)))
    yield from syntax(queries)


def main():
    metrics = exported(subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout)
    wrong = list(find(tree.read, metrics))
    for line in wrong:
        print(line)
    print(f"{len(metrics)} metrics, syntax {'' if shutil.which('promtool') else 'not '}checked, {len(wrong)} findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
