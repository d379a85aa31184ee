#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# refresh.sh KFGATE MAKE_KERNELS REFRESH - packaging/kernels/refresh.sh on two small kernels: two suites of a made-up
# archive install them. What it makes of them is compared with cases/refresh.txt. With KFG_GOLDEN_UPDATE=1 that file is
# written anew.
set -u
here=$(cd "$(dirname "$0")" && pwd)
kfgate=$1 refresh=$3
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-refresh.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/kernels" "$work/catalogue"
"$2" "$work/kernels" || exit 1
cp "$(dirname "$refresh")/facts-1.dictionary" "$work/catalogue/" || exit 1

# The archive: apt-get and apt-cache as refresh.sh calls them. A package is the kernel's image itself.
cat >"$work/bin/apt-get" <<'EOF'
#!/bin/sh
case $* in
"-qq update") exit 0 ;;
"-qq download "*) shift 2 ;;
*) echo "apt-get $*: not foreseen" >&2; exit 1 ;;
esac
for package; do
	case $package in
	linux-image-7.2.0-test) cp "$KERNELS/vmlinux-new" "$package.deb" ;;
	linux-image-7.4.0-test) cp "$KERNELS/vmlinux-next" "$package.deb" ;;
	*) exit 1 ;;
	esac
done
echo "downloaded: $*" >>"$KERNELS/log"
EOF
cat >"$work/bin/apt-cache" <<'EOF'
#!/bin/sh
suite=$(sed -n 's/.* \([a-z]*\) main$/\1/p' "$(dirname "$APT_CONFIG")/sources.list")
release=7.2.0-test version=7.2-1
[ "$suite" = trixie ] || release=7.4.0-test version=7.4-1
case $* in
"depends --no-recommends --no-suggests linux-image-test") printf '%s\n  Depends: linux-image-%s\n' "$4" $release ;;
"depends "*) echo "$4" ;;
"madison linux-image-$release") echo " $2 | $version | made-up" ;;
*) echo "apt-cache $*: not foreseen" >&2; exit 1 ;;
esac
EOF
chmod +x "$work/bin/"*

export PATH=$work/bin:$PATH KERNELS=$work/kernels KFGATE_CACHE=$work/cache KFGATE_MIRROR=http://made.up/debian
export XDG_CACHE_HOME=$work/cache SOURCE_DATE_EPOCH=1795910400
unset KFGATE_KERNELS

run()
{
	echo "# refresh.sh $*"
	"$refresh" -k "$kfgate" -d "$work/catalogue" -f test "$@" 2>"$work/err"
	echo "# exit code $?"
	sed 's/, [0-9]* bytes$//' "$work/err"
}
{
	run trixie sid
	grep -v '^#' "$work/catalogue/index.tsv"
	printf 'sid\t7.2.0-other_7.2-1.facts\n' >>"$work/catalogue/index.tsv" # of a flavour that is not looked at: stays
	run sid # what is there is not downloaded again, and trixie stays in the index
	grep -v '^#' "$work/catalogue/index.tsv"
	cat "$work/kernels/log"
	run -n
} >"$work/out" 2>&1
# What is proposed is what policies may say.
{
	printf 'version: 1\nname: proposed\nserial: 1\n'
	"$refresh" -k "$kfgate" -d "$work/catalogue" -n
} >"$work/proposed.yaml"
"$kfgate" check "$work/proposed.yaml" >"$work/err" 2>&1
[ $? -eq 2 ] || { cat "$work/err" && exit 1; } # 2: names that only these kernels have
if [ -n "${KFG_GOLDEN_UPDATE:-}" ]; then
	cp "$work/out" "$here/cases/refresh.txt"
elif ! diff -u "$here/cases/refresh.txt" "$work/out"; then
	echo "refresh.sh says something else"
	exit 1
fi
