#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Called by action.yml: one scan, whose SARIF is uploaded whatever it found. The exit code goes to a later step.
#
# SCAN_PATHS, SCAN_KERNELS   separated by white space
# SCAN_POLICY, SCAN_BASELINE files, or empty
# SCAN_SARIF            where the findings go
set -u
args=(--format=sarif)
read -ra kernels <<<"${SCAN_KERNELS//$'\n'/ }"
read -ra paths <<<"${SCAN_PATHS//$'\n'/ }"
for kernel in "${kernels[@]}"; do
	args+=("--kernel=$kernel")
done
[ -z "${SCAN_POLICY:-}" ] || args+=("--policy=$SCAN_POLICY")
[ -z "${SCAN_BASELINE:-}" ] || args+=("--baseline=$SCAN_BASELINE")
kfgate scan "${args[@]}" "${paths[@]}" >"$SCAN_SARIF"
code=$?
case $code in
0 | 2 | 3 | 4) echo "exit-code=$code" >>"$GITHUB_OUTPUT" ;;
*) exit $code ;; # there is nothing to upload
esac
