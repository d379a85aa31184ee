#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# examples.sh - what reads a configuration among the examples takes it. rsyslog is not installed for this test alone.
set -u
examples=$(cd "$(dirname "$0")/../../packaging/examples" && pwd)
command -v rsyslogd >/dev/null || { echo "skipped: no rsyslogd"; exit 77; }
rsyslogd -N1 -f "$examples/rsyslog.conf" 2>&1
