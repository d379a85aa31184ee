#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh KFGATE MAKE_KERNELS - what kfuncs, diff and doctor say of small kernels, against the files in cases/.
# With KFG_GOLDEN_UPDATE=1 the files are written anew.
set -u
here=$(cd "$(dirname "$0")" && pwd)
kfgate=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-golden.XXXXXX")
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
failed=0
place='s|\("known_from": "\)[^"]*/\([^:]*\):[0-9]*"|\1\2:LINE"|' # rows move as the data grow
"$2" "$work" || exit 1
cd "$work" || exit 1

# golden NAME ARGUMENT...: standard output, standard error and the exit code
golden()
{
	local name=$1
	shift
	{
		"$kfgate" "$@" 2>&1
		echo "exit code $?"
	} | tr -d '\r' | sed "$place" >"$work/out"
	if [ -n "${KFG_GOLDEN_UPDATE:-}" ]; then
		cp "$work/out" "$here/cases/$name.txt"
	elif ! diff -u "$here/cases/$name.txt" "$work/out"; then
		echo "$name: kfgate $* says something else"
		failed=1
	fi
}

lifecycle=--lifecycle=$here/lifecycle.yaml
golden kfuncs-table kfuncs --kernel=vmlinux-old "$lifecycle"
golden kfuncs-cached kfuncs --kernel=vmlinux-old "$lifecycle" 'bpf_*'
golden kfuncs-two-csv kfuncs --kernel=vmlinux-old --kernel=vmlinux-new --format=csv "$lifecycle" 'scx_*'
golden kfuncs-markdown kfuncs --kernel=vmlinux-new --format=markdown "$lifecycle" scx_bpf_cpu_rq
golden kfuncs-json kfuncs --kernel=vmlinux-old --format=json "$lifecycle" scx_bpf_consume
golden kfuncs-btf kfuncs --kernel=new.btf "$lifecycle"
golden kfuncs-missing kfuncs --kernel=nowhere
golden kfuncs-unmatched kfuncs --kernel=vmlinux-old "$lifecycle" scx_bpf_cpu_qr
golden kfuncs-format kfuncs --kernel=vmlinux-old --format=xml
golden diff-table diff "$lifecycle" vmlinux-old vmlinux-new
golden diff-same diff "$lifecycle" vmlinux-old vmlinux-old
golden diff-csv diff --format=csv "$lifecycle" vmlinux-old vmlinux-new
golden diff-json diff --format=json "$lifecycle" vmlinux-old vmlinux-new
golden diff-btf diff "$lifecycle" new.btf new.btf
golden doctor-table doctor --kernel=vmlinux-new
golden doctor-json doctor --kernel=vmlinux-new --format=json
golden doctor-two-csv doctor --kernel=vmlinux-old --kernel=vmlinux-new --format=csv --no-cache
hostile=$'=hostile\e[31m.btf'
for format in table csv markdown json; do
	golden "hostile-kfuncs-$format" kfuncs --kernel="$hostile" --format=$format --no-cache
	golden "hostile-diff-$format" diff --format=$format --no-cache new.btf "$hostile"
done
golden hostile-doctor doctor --kernel="$hostile" --no-cache

# A facts file says what the image says, and so does BTF that the catalogue knows.
same()
{
	local name=$1 image=$2 facts=$3
	shift 3
	"$kfgate" "$@" --kernel="$image" >"$work/image" 2>&1
	"$kfgate" "$@" --kernel="$facts" 2>"$work/err" | sed "s|$facts|$image|" >"$work/facts"
	if ! diff -u "$work/image" "$work/facts"; then
		echo "$name: $facts does not say what $image says"
		failed=1
	fi
}

export KFGATE_KERNELS=catalogue SOURCE_DATE_EPOCH=1795910400
mkdir "$work/catalogue"
golden kernel-list-empty kernel list
for kernel in old new; do
	"$kfgate" kernel export --kernel="vmlinux-$kernel" -o "catalogue/$kernel.facts" 2>/dev/null
	same "facts-$kernel" "vmlinux-$kernel" "catalogue/$kernel.facts" kfuncs "$lifecycle"
	same "doctor-$kernel" "vmlinux-$kernel" "catalogue/$kernel.facts" doctor
done
printf 'trixie\told.facts\nsid\tnew.facts\n' >catalogue/index.tsv
golden kernel-list kernel list
golden kernel-list-json kernel list --format=json
golden kernel-by-release kfuncs --kernel="$("$kfgate" kernel list --format=csv | sed -n 2p | cut -d , -f 1)" "$lifecycle" 'bpf_*'
golden kernel-by-suite kfuncs --kernel=debian:sid --format=csv "$lifecycle" 'scx_*'
echo "libbpf: extern (func ksym) 'scx_bpf_cpu_rq': not found in kernel or module BTFs" >log
golden kernel-of-log-by-suite explain --kernel=debian:sid --quiet "$lifecycle" log
golden kernel-of-log-by-file explain --kernel=catalogue/old.facts --quiet "$lifecycle" log
golden kernel-of-log-unknown explain --kernel=debian:potato --quiet "$lifecycle" log
golden kernel-unknown kfuncs --kernel=debian:potato
golden kernel-misspelt kfuncs --kernel=debain:sid
KFGATE_KERNELS=nowhere golden kernel-none kfuncs --kernel=debian:potato
golden kernel-word kernel import
golden kernel-btf kfuncs --kernel=new.btf "$lifecycle"
# BTF that is not in the catalogue: the kernel whose kfuncs differ least is asked.
nearest()
{
	local said
	said=$(KFGATE_KERNELS=$1 "$kfgate" scan --kernel="$2" --allow-empty empty 2>&1 |
		sed -n 's/.*that is not in the catalogue; the nearest there is //p')
	[ "$said" = "$3" ] && return
	echo "nearest: $1 has \"$said\" for $2, not \"$3\""
	failed=1
}
: >empty
LC_ALL=C sed 's/bpf_prog_aux/bpf_prog_own/' new.btf >like-new.btf
mkdir only-old
cp catalogue/old.facts only-old/
nearest catalogue like-new.btf 7.2.0-test
nearest only-old new.btf 6.12.0-test
nearest catalogue new.btf '' # that very kernel
nearest nowhere new.btf ''
# In the catalogue, a record with an error is found when somebody asks for it; elsewhere, in any case.
mkdir broken
KFGATE_KERNELS=nowhere "$kfgate" kernel export --kernel=vmlinux-new -o whole.facts 2>/dev/null
python3 - whole.facts broken/new.facts <<'PYTHON'
import subprocess
import sys

with open(sys.argv[1], "rb") as file:
    head, packed = file.read().split(b"\n\n", 1)
body = subprocess.run(["zstd", "-qdc"], input=packed, capture_output=True, check=True).stdout
wrong = body.replace(b"p\0\2\x84task_struct\0", b"p\0\2\x84task_strucx\0", 1)
assert wrong != body and len(wrong) == len(body)
packed = subprocess.run(["zstd", "-qc", "--check"], input=wrong, capture_output=True, check=True).stdout
with open(sys.argv[2], "wb") as file:
    file.write(head + b"\n\n" + packed)
PYTHON
golden kernel-broken-elsewhere kfuncs --kernel=broken/new.facts "$lifecycle"
export KFGATE_KERNELS=broken
golden kernel-broken kfuncs --kernel=broken/new.facts "$lifecycle"
golden kernel-broken-diff diff "$lifecycle" vmlinux-old broken/new.facts
golden kernel-broken-doctor doctor --kernel=broken/new.facts
export KFGATE_KERNELS=catalogue
: >catalogue/damaged.facts
golden kernel-list-damaged kernel list
exit $failed
