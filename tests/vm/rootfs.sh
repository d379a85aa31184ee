#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Make the root file system of the systemd tier: Debian trixie with the packages of rootfs.list, as
# an uncompressed cpio (unpacking it costs less under TCG than decompression would).
# usage: rootfs.sh [-u] [ARCH]   -u: make it anew, with the packages the mirror has today
#                                ARCH: Debian's name, default the host's. Of another the packages are unpacked and not
#                                set up, as their scripts do not run here: what a boot takes of that is done for them
# Prints the path of the cpio in the cache; the list of its files is beside it, as PATH.files.
# One is kept per content of rootfs.list and of this script.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/vm/apt-root.sh
. "$here/apt-root.sh"

suite=trixie

# What a VM without disk, network or people does not need: getty, first-boot questions, timers, and events of devices
# that are there from the start. The boot takes two thirds of the processor time without them.
customize() {
	cat <<-'SH'
		set -e
		root=$1
		rm -rf "$root"/var/lib/apt/lists "$root"/var/cache/apt "$root"/usr/share/doc
		echo kfgate-vm >"$root/etc/hostname"
		printf '127.0.0.1 localhost kfgate-vm\n' >"$root/etc/hosts"
		echo 6b66676174652d766d2d746573740000 >"$root/etc/machine-id"
		: >"$root/etc/fstab"
		mkdir -p "$root"/t "$root"/out "$root"/kfgate-vm "$root/etc/systemd/journald.conf.d"
		printf '[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\n' \
			>"$root/etc/systemd/journald.conf.d/kfgate-vm.conf"
		for unit in getty@tty1.service serial-getty@ttyS0.service systemd-firstboot.service \
			systemd-hwdb-update.service systemd-pcrmachine.service apt-daily.timer apt-daily-upgrade.timer \
			dpkg-db-backup.timer e2scrub_all.timer fstrim.timer systemd-udev-trigger.service \
			systemd-udev-load-credentials.service modprobe@drm.service modprobe@efi_pstore.service \
			dev-hugepages.mount dev-mqueue.mount systemd-update-done.service \
			systemd-journal-catalog-update.service systemd-random-seed.service; do
			ln -sf /dev/null "$root/etc/systemd/system/$unit"
		done
	SH
	[ "$arch" = "$kfg_host" ] || cat <<-'SH'
		cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
		cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
		sed 's/:.*/:*:20000::::::/' "$root/etc/passwd" >"$root/etc/shadow"
		sed 's/:.*/:*::/' "$root/etc/group" >"$root/etc/gshadow"
		: >"$root/var/lib/dpkg/status"
		ln -s mawk "$root/usr/bin/awk"
	SH
}

# What every Debian system has, which apt adds where packages are set up
essential=base-files,base-passwd,bash,bsdutils,coreutils,dash,debianutils,diffutils,dpkg,findutils,grep,gzip,hostname,
essential+=init-system-helpers,libc-bin,mawk,ncurses-base,ncurses-bin,passwd,perl-base,sed,sysvinit-utils,tar,util-linux

make_rootfs() {
	local out=$1 tmp packages keyring=/usr/share/keyrings/debian-archive-keyring.gpg mirror
	local variant=essential hook=customize
	mirror=$(kfg_mirror "$suite") || return
	packages=$(grep -v '^#' "$here/rootfs.list" | paste -sd,)
	[ "$arch" = "$kfg_host" ] || variant=extract hook=extract packages=$essential,$packages
	tmp=$(mktemp -d "$kfg_cache/rootfs/tmp.XXXXXX")
	customize >"$tmp/customize.sh"
	chmod 755 "$tmp" "$tmp/customize.sh"
	mmdebstrap --quiet --variant="$variant" --architectures="$arch" --format=tar --include="$packages" \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
		--aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Retries "3"' \
		"--$hook-hook=$tmp/customize.sh" "$suite" "$tmp/rootfs.tar" \
		"deb [signed-by=$keyring] $mirror $suite main" >"$tmp/log" 2>&1 ||
		{ cat "$tmp/log" >&2; rm -rf "$tmp"; return 1; }
	bsdtar --format newc -cf "$tmp/cpio" "@$tmp/rootfs.tar"
	bsdtar -tf "$tmp/cpio" | sed 's|^\./|/|' >"$out.files"
	mv "$tmp/cpio" "$out"
	rm -rf "$tmp"
}

one() {
	local out
	mkdir -p "$kfg_cache/rootfs"
	out=$kfg_cache/rootfs/$arch-$(cat "$here/rootfs.list" "$here/rootfs.sh" | sha256sum | cut -c 1-16).cpio
	if [ -n "$update" ] || [ ! -e "$out" ]; then
		make_rootfs "$out" || return
	fi
	echo "$out"
}

update=
if [ "${1:-}" = -u ]; then
	update=1
	shift
fi
arch=${1:-$kfg_host}
kfg_in_cache rootfs one
