# SPDX-License-Identifier: GPL-2.0-or-later
# Records of loads in containers, as journalctl -o json writes them: several pods of one class, one of another, a
# container of docker, one whose path was cut, and a unit.
import json

ID = [f"{i:064x}" for i in range(1, 9)]
POD = [f"1b4db7eb_4057_5ddf_91e0_{i:012x}" for i in range(1, 9)]


def record(n, cgroup, unit, exe="/usr/bin/agent"):
    print(json.dumps({
        "MESSAGE_ID": "321f382102b647038d1eaae6af2b71b8", "MESSAGE": "audited",
        "__REALTIME_TIMESTAMP": str(1795000000000000 + n * 1000000),
        "_UID": "0", "_SYSTEMD_UNIT": "kfgate.service", "_HOSTNAME": "node-1", "_MACHINE_ID": "01",
        "KFGATE_KIND": "audited", "KFGATE_ACTION": "audit", "KFGATE_REASON": "unlisted",
        "KFGATE_RULE": "default:unlisted", "KFGATE_KFUNC": "bpf_key_put",
        "KFGATE_DETAIL": "bpf_key_put: audit, unlisted", "KFGATE_PROG_NAME": "p", "KFGATE_PROG_TYPE": "lsm",
        "KFGATE_PID": str(100 + n), "KFGATE_UID": "0", "KFGATE_USERNS": "initial", "KFGATE_TOKEN": "no",
        "KFGATE_COMM": "agent", "KFGATE_EXE": exe, "KFGATE_CGROUP": cgroup, "KFGATE_UNIT": unit}))


for n in range(3):
    record(n, f"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{POD[n]}.slice/"
              f"cri-containerd-{ID[n]}.scope", f"cri-containerd-{ID[n]}.scope", f"/app/{n}")
record(3, f"/kubepods/besteffort/pod{POD[3].replace('_', '-')}/{ID[3]}", "kubepods")
record(4, f"/docker/{ID[4]}", "docker")
record(5, f".../besteffort/pod{POD[5].replace('_', '-')}/{ID[5]}", "kubepods")
record(6, "/system.slice/cilium.service", "cilium.service", "/usr/bin/cilium-agent")
record(7, f"/docker/*/docker/{ID[7]}", "docker", "")
