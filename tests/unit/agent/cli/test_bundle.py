#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_bundle.py KFGATE - the archive of a host without an agent: what its list says is in it, and secrets of the unit,
of the environment and of processes, which are planted here, are not.
"""

import json
import os
import re
import stat
import subprocess
import sys
import tarfile
import tempfile

KFGATE = os.path.realpath(sys.argv[1])
TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../../.."))
SECRET = "s3cr3t"
COMMANDS = ["status.json", "metrics.txt", "doctor.json", "programs.json", "check.json", "service.txt", "journal.jsonl"]
# What systemctl and journalctl would tell to whoever does not say what is wanted.
SYSTEMCTL = f"""#!/bin/sh
env >>"$(dirname "$0")/../env-of-children"
all='ActiveState=active Environment=TOKEN={SECRET} SetCredential=key:{SECRET} ExecStart=/bin/x_--key={SECRET}'
all="$all MemoryPeak=1"
case $* in
*--property=*) wanted=$(echo "$*" | sed 's/.*--property=//; s/ .*//') ;;
*) wanted=ActiveState,Environment,SetCredential,ExecStart,MemoryPeak ;;
esac
for field in $all; do
	case ,$wanted, in *,${{field%%=*}},*) echo "$field" ;; esac
done
"""
JOURNALCTL = f"""#!/bin/sh
echo "$*" >"$(dirname "$0")/../journalctl-arguments"
fields='MESSAGE KFGATE_KIND'
case $* in *--output-fields=*) ;; *) fields="$fields _CMDLINE _ENVIRON" ;; esac
case ,$*, in *_CMDLINE*) fields="$fields _CMDLINE" ;; esac
echo "$*" | grep -q -- '--unit kfgate.service' || fields="$fields OTHER_UNIT"
printf '{{"__REALTIME_TIMESTAMP":"1"'
for field in $fields; do
	case $field in MESSAGE) value=Refused ;; KFGATE_KIND) value=refused ;; *) value={SECRET} ;; esac
	printf ',"%s":"%s"' "$field" "$value"
done
echo '}}'
"""
failures = 0


def expect(what, holds, more=""):
    global failures
    if not holds:
        failures += 1
        print(f"{what}: no {more}")


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def bundle(*args, path=True):
    env = {"PATH": f"{os.getcwd()}/bin:{os.environ['PATH']}" if path else f"{os.getcwd()}/empty",
           "KFGATE_KERNELS": f"{os.getcwd()}/empty", "HOME": os.getcwd(),
           "API_TOKEN": SECRET, "CREDENTIALS_DIRECTORY": f"{os.getcwd()}/credentials"}
    return subprocess.run([KFGATE, "bundle", "--runtime-dir=/nonexistent", *args], capture_output=True, text=True,
                          env=env, check=False)


def members(path):
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive.getmembers()}


def whole():
    done = bundle("--policy=policy.d", "--output=whole.tar.gz")
    expect("it is written", done.returncode in (0, 4) and done.stdout == "whole.tar.gz\n", done)
    expect("its owner alone reads it", stat.S_IMODE(os.stat("whole.tar.gz").st_mode) == 0o600)
    found = members("whole.tar.gz")
    manifest = json.loads(found["kfgate-bundle/MANIFEST.json"])
    listed = {m["name"]: m for m in manifest["members"]}
    expect("the list has what is there", {f"kfgate-bundle/{n}" for n, m in listed.items() if not m["missing"]} |
           {"kfgate-bundle/MANIFEST.json"} == set(found), (sorted(found), listed))
    sizes = {name: len(found.get(f"kfgate-bundle/{name}", b"")) for name in listed}
    expect("and the size of each", sizes == {name: m["bytes"] for name, m in listed.items()}, sizes)
    expect("all members", set(COMMANDS) | {"host.json"} <= set(listed), sorted(listed))
    missing = [n for n, m in listed.items() if m["missing"]]
    expect("4 if something is missing", done.returncode == (4 if missing else 0), (done.returncode, missing))
    expect("which is said", all(f"without {n}: " in done.stderr for n in missing), done.stderr)
    for name, data in found.items():
        expect(f"no secret in {name}", SECRET.encode() not in data, data)
        if name.endswith(".json"):
            json.loads(data)
    host = json.loads(found["kfgate-bundle/host.json"])
    expect("the kernel is named", host["release"] == os.uname().release)
    expect("the policy is there", found["kfgate-bundle/policy/policy.d/a.yaml"] == b"version: 1\nname: a\nserial: 1\n")
    expect("the unit's state", found["kfgate-bundle/service.txt"] == b"ActiveState=active\nMemoryPeak=1\n")
    expect("records", json.loads(found["kfgate-bundle/journal.jsonl"])["KFGATE_KIND"] == "refused")
    check = json.loads(found["kfgate-bundle/check.json"])
    expect("the policy was checked", check["policies"][0]["policy"] == "a", check)
    expect("how it was made", listed["check.json"]["command"] == "kfgate check --format=json policy.d" and
           listed["check.json"]["exit_code"] == 0, listed["check.json"])
    with open("env-of-children", encoding="utf-8") as file:
        expect("no secret for others", SECRET not in file.read())


def fields():
    """Each field of kfgate-events(7) is asked for."""
    with open("journalctl-arguments", encoding="utf-8") as file:
        asked = set(re.search(r"--output-fields=(\S+)", file.read()).group(1).split(","))
    with open(f"{TOP}/packaging/man/kfgate-events.7", encoding="utf-8") as file:
        documented = {name for line in re.findall(r"^\.It Li (.*KFGATE_.*)$", file.read(), re.M)
                      for name in re.findall(r"KFGATE_\w+", line)}
    asked_ours = {name for name in asked if name.startswith("KFGATE_")}
    expect("the fields of kfgate-events(7)", documented == asked_ours, documented ^ asked_ours)
    expect("no others that tell more", asked - asked_ours <= {"MESSAGE", "MESSAGE_ID", "PRIORITY", "_PID", "_UID",
                                                              "_SYSTEMD_UNIT"}, asked - asked_ours)


def others():
    before = os.stat("whole.tar.gz")
    done = bundle("--policy=policy.d", "--output=whole.tar.gz")
    expect("what is there stays", done.returncode == 1 and "whole.tar.gz" in done.stderr and
           os.stat("whole.tar.gz") == before, done)
    done = bundle("--policy=policy.d", "--no-policy", path=False)
    name = done.stdout.strip()
    expect("a name of its own", re.fullmatch(r"kfgate-bundle-\d{8}-\d{6}\.tar\.gz", name), done)
    found = members(name)
    expect("without the policy", not any("/policy/" in n for n in found), sorted(found))
    manifest = json.loads(found["kfgate-bundle/MANIFEST.json"])
    why = {m["name"]: m["missing"] for m in manifest["members"]}
    expect("without systemd", why["service.txt"] and why["journal.jsonl"] and done.returncode == 4, why)
    expect("and with the rest", not why["check.json"] and not why["host.json"], why)
    expect("a time that is none", bundle("--since=soon").returncode == 1)


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        for name in ("bin", "empty", "policy.d", "credentials"):
            os.mkdir(name)
        write("bin/systemctl", SYSTEMCTL, 0o755)
        write("bin/journalctl", JOURNALCTL, 0o755)
        write("policy.d/a.yaml", "version: 1\nname: a\nserial: 1\n")
        write("credentials/key", SECRET)
        whole()
        fields()
        others()
        os.chdir("/")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
