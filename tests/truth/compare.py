#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold what the scanner predicts (fitdump) against what kernels did (truthload).

usage: compare.py [-e EXPLAINED] KERNEL=TRUTH.tsv=PREDICTION.tsv...

Counted are attempts that kfuncs or struct_ops types decide: those that loaded, and those refused for such a reason. An
attempt that failed for another reason says nothing and is counted apart. "Loads if the module is there" agrees with a
load and with a kfunc that is missing. EXPLAINED has the disagreements that are
understood: kernel, object, program, reason (tab separated, "*" is any): they count as disagreements, but are not listed
as new. Exit status: 0 at least 99 % agree and each disagreement is explained, 1 not so, 2 wrong usage.
"""

import sys

DECIDED = {"missing", "proto", "poisoned", "type", "not-kfunc", "capability", "licence", "struct-ops"}


def read(path):
    rows = {}
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            rows.setdefault((fields[0], fields[1]), fields[2:])
    return rows


def read_explained(path):
    if not path:
        return []
    with open(path, encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t") for line in lines if line.strip() and not line.startswith("#")]


def is_explained(explained, kernel, key):
    return any(all(want in ("*", have) for want, have in zip(row, (kernel, *key))) for row in explained)


def main(argv):
    explained_path = None
    if argv[:1] == ["-e"] and len(argv) > 1:
        explained_path, argv = argv[1], argv[2:]
    if not argv or any(word.count("=") != 2 for word in argv):
        print(__doc__, file=sys.stderr)
        return 2
    explained = read_explained(explained_path)
    agree = differ = 0
    new = []
    for word in argv:
        kernel, truth_path, prediction_path = word.split("=")
        truth, prediction = read(truth_path), read(prediction_path)
        counts = {"agree": 0, "differ": 0, "other": 0, "unpredicted": 0, "unchecked": 0, "refused": 0}
        for key, (result, *text) in truth.items():
            if result not in DECIDED and result != "loads":
                counts["other"] += 1
                continue
            if key not in prediction:
                counts["unpredicted"] += 1
                new.append((kernel, key, result, "no prediction", text))
                differ += 1
                continue
            predicted = prediction[key][0]
            if predicted == "unchecked":
                counts["unchecked"] += 1
            if result in DECIDED:
                counts["refused"] += 1
            module = prediction[key][1:2] == ["module"] and result == "missing"
            if module or (predicted == "fails") == (result in DECIDED):
                counts["agree"] += 1
                agree += 1
                continue
            counts["differ"] += 1
            differ += 1
            if not is_explained(explained, kernel, key):
                new.append((kernel, key, result, " ".join(prediction[key]), text))
        print(f"{kernel}: " + ", ".join(f"{value} {name}" for name, value in counts.items()))
    for kernel, key, result, predicted, text in new:
        print(f"DIFFERS {kernel} {key[0]} {key[1]}: the kernel: {result} ({' '.join(text)}); predicted: {predicted}")
    total = agree + differ
    share = 100.0 * agree / total if total else 0.0
    print(f"{agree} of {total} attempts agree: {share:.2f} %")
    return 0 if total and share >= 99.0 and not new else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
