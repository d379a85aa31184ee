#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What systemd-analyze has to say about the service's sandbox: an exposure of at most 1.5.
# usage: exposure.sh kfgate.service
# Exit status: 0 fine, 1 not, 77 systemd-analyze is not there or cannot look at a file.
set -euo pipefail

unit=$1
if ! systemd-analyze security --help 2>/dev/null | grep -q -- --offline; then
	echo "no systemd-analyze that knows --offline (systemd 250)"
	exit 77
fi
if systemd-analyze security --no-pager --offline=true --threshold=15 "$unit" >/dev/null 2>&1; then
	exit 0
fi
systemd-analyze security --no-pager --offline=true "$unit" | grep -v '✓'
exit 1
