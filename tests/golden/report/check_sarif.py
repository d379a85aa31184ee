#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Is each file a SARIF 2.1.0 log, as far as kfgate writes one? The rules are those of the published JSON schema
(sarif-schema-2.1.0.json) for the objects that occur: required properties, types, values, no property that is not there."""

import json
import re
import sys

LEVELS = {"none", "note", "warning", "error"}
# object -> property -> (required, what it is)
SHAPES = {
    "log": {"$schema": (False, "uri"), "version": (True, {"2.1.0"}), "runs": (True, ["run"])},
    "run": {"tool": (True, "tool"), "columnKind": (False, {"utf16CodeUnits", "unicodeCodePoints"}),
            "results": (False, ["result"])},
    "tool": {"driver": (True, "component")},
    "component": {"name": (True, str), "version": (False, str), "rules": (False, ["rule"])},
    "rule": {"id": (True, str), "shortDescription": (False, "multiformat"), "defaultConfiguration": (False, "config")},
    "multiformat": {"text": (True, str)},
    "config": {"level": (False, LEVELS)},
    "result": {"ruleId": (False, str), "level": (False, LEVELS), "message": (True, "message"),
               "locations": (False, ["location"]), "relatedLocations": (False, ["location"])},
    "message": {"text": (False, str)},
    "location": {"physicalLocation": (False, "physical")},
    "physical": {"artifactLocation": (False, "artifact"), "region": (False, "region")},
    "artifact": {"uri": (False, "uri")},
    "region": {"startLine": (False, int), "startColumn": (False, int)},
}
# RFC 3986: a scheme with what follows, or a relative reference; nothing that would have to be in percent code.
URI = re.compile(r"([a-z][a-z0-9+.-]*:)?(%[0-9A-Fa-f]{2}|[A-Za-z0-9._~/-])*")


def check(value, what, path):
    if isinstance(what, list):
        if not isinstance(value, list):
            return [f"{path}: not an array"]
        return [e for n, item in enumerate(value) for e in check(item, what[0], f"{path}[{n}]")]
    if isinstance(what, set):
        return [] if value in what else [f"{path}: {value!r} is none of {sorted(what)}"]
    if what is int:
        return [] if isinstance(value, int) and value > 0 else [f"{path}: not a positive number"]
    if what is str:
        return [] if isinstance(value, str) and value else [f"{path}: not a text"]
    if what == "uri":
        return [] if isinstance(value, str) and value and URI.fullmatch(value) else [f"{path}: {value!r} is no URI"]
    if not isinstance(value, dict):
        return [f"{path}: not an object"]
    shape, errors = SHAPES[what], []
    for key, item in value.items():
        errors += check(item, shape[key][1], f"{path}.{key}") if key in shape else [f"{path}: unknown property {key}"]
    return errors + [f"{path}: {key} is missing" for key, (required, _) in shape.items() if required and key not in value]


def check_rule_ids(log):
    for n, run in enumerate(log["runs"]):
        known = {rule["id"] for rule in run["tool"]["driver"].get("rules", [])}
        for m, result in enumerate(run.get("results", [])):
            if result.get("ruleId") not in known:
                yield f"runs[{n}].results[{m}]: rule {result.get('ruleId')!r} is not described"


def main(paths):
    bad = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            log = json.load(file)
        errors = check(log, "log", "log")
        errors += [] if errors else list(check_rule_ids(log))
        for error in errors:
            print(f"{path}: {error}")
        bad += bool(errors)
    return 1 if bad or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
