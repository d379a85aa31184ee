#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every source file says its license within its first five lines."""

import sys

import tree

LINE = "SPDX-License-Identifier: GPL-2.0-or-later"


def find(path, text):
    if tree.is_source(path) and LINE not in "\n".join(text.split("\n")[:5]):
        yield 1, "no line " + LINE


if __name__ == "__main__":
    sys.exit(tree.report(find))
