# SPDX-License-Identifier: GPL-2.0-or-later
# Rules for cgroups: patterns over the whole path, whose end is kept however long it is; one that was cut matches none.
# kernels: 6.1 6.12 newest
# also: 7.2
# tier: bare
# files: agent/kfgate agent/kfgate-agent tests/tools/kfload fixture:key.o fixture:task.o src:tests/vm/gate.sh
. /t/lib.sh
. /t/gate.sh
id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
pod=kubepods-burstable-pod1b4db7eb_4057_5ddf_91e0_36dec72071f5.slice

cat >/tmp/policy.yaml <<'P'
version: 1
name: cgroups
serial: 1
defaults: {unlisted: refuse}
rules:
  - id: burstable
    kfuncs: [bpf_key_put, bpf_lookup_system_key]
    loaders: {cgroups: ["/kubepods.slice/kubepods-burstable.slice/**/cri-containerd-*.scope"]}
    action: allow
  - {id: docker, kfuncs: [bpf_key_put, bpf_lookup_system_key], loaders: {cgroups: ["/docker/*"]}, action: audit}
  - {id: deep, kfuncs: ["bpf_*"], loaders: {cgroups: ["/deep/**"]}, action: allow}
  - {id: long, kfuncs: ["bpf_*"], loaders: {cgroups: ["/long/**"]}, action: allow}
P
# load CGROUP: what becomes of a load from there
load() {
	mkdir -p "/sys/fs/cgroup$1" || return
	sh -c 'echo 0 >"/sys/fs/cgroup$0/cgroup.procs" && exec kfload obj /t/key.o' "$1" | tail -n 1
}
# descend NAME TIMES: makes cgroups in each other, step by step (a path may be longer than what open(2) takes), and loads
# in the innermost
descend() {
	(
		cd /sys/fs/cgroup || exit 1
		i=0
		while [ $i -lt "$2" ]; do
			mkdir -p "$1" && cd "$1" || exit 1
			i=$((i + 1))
		done
		mkdir -p "docker-$id.scope" && cd "docker-$id.scope" || exit 1
		sh -c 'echo 0 >cgroup.procs && exec kfload obj /t/key.o' | tail -n 1
	)
}
field() { sed -n '$s/.*"'"$1"'":"\([^"]*\)".*/\1/p' $records; }

mkdir /sys/fs/cgroup/deep /sys/fs/cgroup/long
gate_start /tmp/policy.yaml
check_eq "elsewhere nothing is allowed" "key.o refused EACCES" "$(load /)"
check_eq "the root of the hierarchy is /" / "$(settle; field KFGATE_CGROUP)"
check_eq "a class of pods is allowed" "key.o loaded" \
	"$(load /kubepods.slice/kubepods-burstable.slice/$pod/cri-containerd-$id.scope)"
check_eq "another class is not" "key.o refused EACCES" \
	"$(load /kubepods.slice/kubepods-besteffort.slice/$pod/cri-containerd-$id.scope)"
settle
check_eq "the whole path is in the record" \
	"/kubepods.slice/kubepods-besteffort.slice/$pod/cri-containerd-$id.scope" "$(field KFGATE_CGROUP)"
check_eq "and the container" "$id" "$(field KFGATE_CONTAINER_ID)"
check_eq "and its pod" "1b4db7eb-4057-5ddf-91e0-36dec72071f5" "$(field KFGATE_POD_UID)"
check_eq "and what runs it" "containerd" "$(field KFGATE_RUNTIME)"
check_eq "below the pattern is not the pattern" "key.o refused EACCES" \
	"$(load /kubepods.slice/kubepods-burstable.slice/$pod/cri-containerd-$id.scope/x)"
check_eq "* is one component" "key.o loaded" "$(load /docker/$id)"
check_eq "and no two" "key.o refused EACCES" "$(load /docker/$id/x)"
check_eq "a namesake further down is another" "key.o refused EACCES" "$(load /x/docker/$id)"
cd /sys/fs/cgroup/deep || exit 1
check_eq "a path of some hundred bytes matches" "key.o loaded" "$(cd / && load "/deep/$(printf '%0200d' 0)/$(printf '%0200d' 0)")"
name=$(printf '%0100d' 0)
check_eq "one of 600 and more does not" "key.o refused EACCES" "$(cd / && load /long/$name/$name/$name/$name/$name/$name/docker-$id.scope)"
settle
check_eq "of it the end is kept" "$id" "$(field KFGATE_CONTAINER_ID)"
check "and that it was cut" sh -c "echo '$(field KFGATE_CGROUP)' | grep -qE '^\.\.\..*/docker-$id\.scope$'"
check_eq "nor one of 140 levels" "key.o refused EACCES" "$(descend d 140)"
settle
check_eq "of it the end is kept, too" "$id" "$(field KFGATE_CONTAINER_ID)"
check "the agent leaves" gate_stop
finish
