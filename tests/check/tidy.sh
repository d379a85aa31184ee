#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The product's C files are as .clang-tidy wants them.
# usage: tidy.sh BUILD     BUILD: a build with -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
# Exit status: 0 all are, 1 some are not, 77 no clang-tidy of the version that the list is made for.
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/../.."
wanted=14 # what Debian 12 has; a later one finds other things under the same names
version=$(clang-tidy --version 2>/dev/null | sed -nE 's/.*LLVM version ([0-9]+)\..*/\1/p') || :
[ "$version" = "$wanted" ] || { echo "no clang-tidy $wanted"; exit 77; }
git ls-files -z 'agent/*.c' 'policy/*.c' | xargs -0 -P "$(nproc)" -n 12 clang-tidy -p "$1" --quiet 2>/dev/null
