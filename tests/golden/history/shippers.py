#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""shippers.py NAME: the output of journalctl -o json on standard input, as that shipper or store keeps it."""

import datetime
import json
import sys


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def stamp(record):
    """RFC 3339 with nanoseconds."""
    usec = int(record["__REALTIME_TIMESTAMP"])
    day = datetime.datetime.fromtimestamp(usec // 1000000, datetime.timezone.utc)
    return f"{day:%Y-%m-%dT%H:%M:%S}.{usec % 1000000:06}000Z"


def vector(record):
    """src/sources/journald.rs: arrays become texts, and two fields get Vector's own names."""
    record = {name: compact(value) if isinstance(value, list) else value for name, value in record.items()}
    return record | {"host": record.pop("_HOSTNAME"), "message": record.pop("MESSAGE"), "timestamp": stamp(record),
                     "source_type": "journald"}


def elasticsearch(record):
    """An export of hits; dates are mapped, numbers may be."""
    source = record | {"_UID": int(record["_UID"]), "@timestamp": stamp(record)}
    del source["__REALTIME_TIMESTAMP"], source["_SOURCE_REALTIME_TIMESTAMP"]
    return {"_index": "journal-2026.11", "_id": "x", "_score": 1, "_source": source}


def loki(record):
    """logcli query --output=jsonl: the record is a text."""
    text = compact({name: value for name, value in record.items() if not name.startswith("__")})
    return {"labels": {"unit": record["_SYSTEMD_UNIT"]}, "line": text, "timestamp": stamp(record)}


def gate(record):
    """kfgate run --log=json: without what journald adds."""
    return {name: value for name, value in record.items() if name[0] != "_" or name == "__REALTIME_TIMESTAMP"}


SHIPPERS = {f.__name__: f for f in (vector, elasticsearch, loki, gate)}

if __name__ == "__main__":
    for line in sys.stdin:
        print(compact(SHIPPERS[sys.argv[1]](json.loads(line))))
