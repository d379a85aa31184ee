#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run a command of README as on a fresh machine of another release of Debian: in a root file system that has nothing but
# git, made for that, with the last commit of this tree. Its compilers, libraries and tools build and test then, and its
# objects are loaded in the VMs. As root, for it mounts /proc, /sys and /dev there; minutes for the packages.
# usage: debian.sh SUITE [COMMAND [ARG]...]     default: tests/run-all.sh --quick
#   SUITE   trixie, sid, ... on the host's mirror
# Kernels and programs for VMs are those of the host's cache. Exit status: the command's; 99: there is no such root.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$(dirname "$here")
# shellcheck source=tests/vm/apt-root.sh
. "$here/vm/apt-root.sh"

[ $# -gt 0 ] || { echo "usage: debian.sh SUITE [COMMAND [ARG]...]" >&2; exit 99; }
[ "$(id -u)" = 0 ] || { echo "debian.sh: needs root" >&2; exit 99; }
suite=$1
shift
[ $# -gt 0 ] || set -- tests/run-all.sh --quick
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-debian.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
root=$work/root

mirror=$(kfg_mirror "$suite") || exit 99
# the index of a suite that is frozen on the mirror has run out; its signature holds
mmdebstrap --quiet --variant=minbase --include=git,ca-certificates --aptopt='Acquire::Check-Valid-Until "false"' \
	"$suite" "$root" "$mirror" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 99; }
git clone -q "$top" "$root/kfgate"
cp -L /etc/resolv.conf "$root/etc/"
mkdir -p "$kfg_cache" "$root/root/.cache/kfgate"

# Mounts go with the name space, when its last process has ended.
unshare --mount --pid --fork --kill-child -- bash -euc '
	root=$1 cache=$2
	shift 2
	for place in sys dev; do mount --rbind "/$place" "$root/$place"; done
	mount -t proc proc "$root/proc"
	mount --bind "$cache" "$root/root/.cache/kfgate"
	exec chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LANG=C.UTF-8 \
		bash -c "cd /kfgate && exec \"\$@\"" - "$@"
' - "$root" "$kfg_cache" "$@"
