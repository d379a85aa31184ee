#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON Schema of the policy says what the parser says.

usage: schema.py KFGATE

Its keys, which of them are required, their kinds and words are those that the program itself lists when it is given a
wrong one; every key is described, in kfgate-policy(5) too. It takes the golden policies, profiles and lifecycle data
that kfgate takes, and none that kfgate refuses, but for what no schema can see, which is listed here.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import tree

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

SCHEMA = os.path.join(tree.TOP, "packaging/schema/kfgate-policy.schema.json")
CASES = os.path.join(tree.TOP, "tests/golden/policy/cases")
NO_WORD = "zzzzqqqqzzzz"
KIND = {"array": "a list", "object": "a mapping"}

# Refused by kfgate, and not by the schema: what takes two values or two files to see, the calendar, invisible
# characters, and what a reader of YAML hides from the schema.
BEYOND = {
    "deprecation-order", "deprecation-twice", "id-duplicate", "upgrade-duplicate", "name-serial-missing",
    "yaml-anchor", "yaml-duplicate-key", "yaml-line-separator", "yaml-tag",
}


class Yaml12(yaml.SafeLoader):
    """YAML as editors read it: dates, on and off are text."""


Yaml12.yaml_implicit_resolvers = {}
for tag, pattern, first in (("bool", "true|false", "tf"), ("null", "~|null|", ["~", "n", ""]),
                            ("int", "[-+]?[0-9]+", "-+0123456789"),
                            ("float", r"[-+]?[0-9]+\.[0-9]+", "-+0123456789")):
    Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$"), list(first))


class Asker:
    """Asks kfgate check what it thinks of a policy."""

    def __init__(self, kfgate, folder):
        self.kfgate, self.path = kfgate, os.path.join(folder, "p.yaml")

    def findings(self, policy):
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(policy, file)
        out = subprocess.run([self.kfgate, "check", self.path], capture_output=True, text=True, check=False).stdout
        return [line.split(" error: ", 1)[1] for line in out.splitlines() if " error: " in line]


def listed(text):
    return set(re.split(r", | and | or ", text))


def place(path, value):
    """A policy that has a value at a place, and nothing else."""
    for step in reversed(path):
        value = [value] if step == 0 else {step: value}
    return {"version": 1, **value}


def resolve(schema, node):
    return {**schema["$defs"][node["$ref"].rsplit("/", 1)[1]], **node} if "$ref" in node else node


def compare_value(ask, path, name, node):
    """Kind and words of one key."""
    # a list, or a word in its place: kfgate asks for the list
    kinds = [KIND.get(str(n.get("type"))) for n in (node, *node.get("anyOf", []))]
    kind = next((k for k in kinds if k), "one value")
    wants = [f for f in ask.findings(place(path, {name: {}})) if f'"{name}" is a ' in f and "wants" in f]
    told = re.search(r"wants (a list|a mapping|one value)", wants[0])[1] if wants else "a mapping"
    if told != kind and name != "version":
        yield f"is {kind} in the schema, and {told} for kfgate"
    if kind != "one value":
        return
    can_be = [re.search(rf'"{name}" can be, which is ([^:]+)', f) for f in
              ask.findings(place(path, {name: NO_WORD}))]
    words = set().union(*(listed(m[1]) for m in can_be if m))
    enum = {str(w).lower() for w in node.get("enum", [])}
    if words != enum:
        yield f"can be {sorted(enum)} in the schema, and {sorted(words)} for kfgate"


def compare_object(ask, schema, path, node):
    """Keys of a mapping, and what is below it."""
    unknown = [re.match(rf'unknown key "{NO_WORD}": (.+) has (.+)', f) for f in
               ask.findings(place(path, {NO_WORD: 1}))]
    what, keys = next((m.groups() for m in unknown if m), ("?", ""))
    if not path:
        needs = ['a policy needs "version"'] if "version" in listed(keys) else []
    else:
        needs = ask.findings(place(path, {}))
    required = {m[1] for m in (re.match(re.escape(what) + ' needs "(.+)"', f) for f in needs) if m}
    where = "/".join(map(str, path)) or "top"
    if listed(keys) != set(node["properties"]):
        yield f"{where}: keys that only one of schema and kfgate has: " \
              f"{sorted(listed(keys) ^ set(node['properties']))}"
    if required != set(node.get("required", [])):
        yield f"{where}: {sorted(node.get('required', []))} required in the schema, {sorted(required)} for kfgate"
    if node.get("additionalProperties") is not False:
        yield f"{where}: takes unknown keys"
    for name, value in node["properties"].items():
        if not value.get("description"):
            yield f"{where}: {name} is not described"
        value = resolve(schema, value)
        yield from (f"{where}: {name} {what}" for what in compare_value(ask, path, name, value))
        if "properties" in value:
            yield from compare_object(ask, schema, path + [name], value)
        elif "properties" in value.get("items", {}):
            yield from compare_object(ask, schema, path + [name, 0], value["items"])


def compare_tables(schema):
    """Words that kfgate does not list when asked."""
    words = tree.read("policy/words.c")
    types = set(re.findall(r'\[\w*PROG_TYPE_\w+\] = "(\w+)"', words))
    if types != set(schema["$defs"]["programs"]["properties"]["types"]["items"]["enum"]):
        yield "program types are not those of policy/words.c"
    errnos = set(re.findall(r'\{\s*"(E[A-Z]+)", E', words))
    if errnos != set(schema["properties"]["errno"]["anyOf"][0]["enum"]):
        yield "names of errors are not those of policy/words.c"


def keys_of(node):
    """Names of all properties below a part of the schema."""
    if isinstance(node, dict):
        yield from node.get("properties", {})
        for value in node.values():
            yield from keys_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from keys_of(value)


def compare_page(schema):
    words = re.findall(r"^\.(?:It )?Li (.+)$", tree.read("packaging/man/kfgate-policy.5"), re.MULTILINE)
    for key in sorted(set(keys_of(schema)) - {word for line in words for word in line.split()}):
        yield f"kfgate-policy(5) does not have {key}"


def files_of(case):
    if os.path.isfile(case + ".yaml"):
        return [case + ".yaml"]
    return [os.path.join(folder, n) for folder, _, names in os.walk(case + ".d") for n in names]


def valid(validator, path):
    try:
        with open(path, encoding="utf-8-sig") as file:
            return validator.is_valid(yaml.load(file, Yaml12))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, TypeError):
        return False


def compare_cases(validator):
    names = sorted(n[:-9] for n in os.listdir(CASES) if n.endswith(".expected"))
    for name in names:
        with open(os.path.join(CASES, name + ".expected"), encoding="utf-8", errors="replace") as file:
            accepted = "\n-- accepted" in "\n" + file.read()
        took = all(valid(validator, f) for f in files_of(os.path.join(CASES, name)))
        if name in BEYOND:
            if accepted or not took:
                yield f"{name}: does not belong on the list of what no schema can see"
        elif took != accepted:
            yield f"{name}: kfgate {'accepts' if accepted else 'refuses'} it, the schema does not"
    for path in tree.paths():
        if re.match(r"policy/.*\.yaml$", path) and not valid(validator, os.path.join(tree.TOP, path)):
            yield f"{path}: refused"


def main(kfgate):
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    findings = [*compare_cases(validator), *compare_tables(schema), *compare_page(schema)]
    with tempfile.TemporaryDirectory() as folder:
        findings += compare_object(Asker(kfgate, folder), schema, [], schema)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
