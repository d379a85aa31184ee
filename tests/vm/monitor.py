#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Save a VM or go on with a saved one, over the monitor of its QEMU.

usage: monitor.py SOCKET save STATE      stop, write all but the shared memory to STATE, end QEMU
       monitor.py SOCKET restore STATE   for a QEMU with -incoming defer: read STATE and run
QEMU calls it a migration; x-ignore-shared leaves memory out that is in a file.
Exit status: 0 done, 1 not.
"""

import json
import socket
import sys
import time


class Monitor:
    def __init__(self, path):
        deadline = time.monotonic() + 60
        while True:
            try:
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.connect(path)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        self.lines = self.socket.makefile("r", encoding="utf-8")
        self.lines.readline()
        self("qmp_capabilities")

    def __call__(self, command, **arguments):
        self.socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
        for line in self.lines:
            answer = json.loads(line)
            if "error" in answer:
                sys.exit(f"monitor.py: {command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
        sys.exit(f"monitor.py: {command}: QEMU is gone")

    def wait(self):
        while True:
            state = self("query-migrate").get("status")
            if state == "completed":
                return
            if state == "failed":
                sys.exit("monitor.py: the migration failed")
            time.sleep(0.05)


def main(argv):
    if len(argv) != 4 or argv[2] not in ("save", "restore"):
        print("usage: monitor.py SOCKET save|restore STATE", file=sys.stderr)
        return 1
    monitor = Monitor(argv[1])
    monitor("migrate-set-capabilities", capabilities=[{"capability": "x-ignore-shared", "state": True}])
    if argv[2] == "save":
        monitor("stop")
        monitor("migrate-set-parameters", **{"max-bandwidth": 10 << 30})
        monitor("migrate", uri=f"exec:cat >'{argv[3]}'")
        monitor.wait()
        monitor("quit")
    else:
        monitor("migrate-incoming", uri=f"exec:cat '{argv[3]}'")
        monitor.wait()
        monitor("cont")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
