#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sign a light skeleton with Debian's bpftool 7.8 (trixie-backports, which runs with its own C library here), build
# tests/tools/kfsigned.c with it in the cache, and print the directory.
# usage: sign-skeleton.sh BUILD    BUILD/tests/fixtures/key.o is what is signed
#   DIR/kfsigned        see there
#   DIR/certificate.der whose key signed it; made here, and nobody's
#   DIR/insns.sig       a signature of the loader's instructions alone, by openssl(1): all that Linux 7.2 verifies
# Exit status 77, with the reason, if the mirror has no such bpftool.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$(dirname "$(dirname "$here")")
# shellcheck source=tests/vm/apt-root.sh
. "$here/apt-root.sh"

object=$(readlink -f "$1")/tests/fixtures/key.o
libraries=usr/lib/x86_64-linux-gnu

# bpftool and what it is linked with, as far as it is not in the essential packages of this host.
fetch() {
	local tmp=$1

	kfg_apt_open trixie-backports || return
	kfg_apt_has bpftool || { echo "no bpftool in trixie-backports on this mirror" >&2; return 77; }
	kfg_apt_unpack "$tmp/root" bpftool || return
	kfg_apt_open trixie || return
	kfg_apt_unpack "$tmp/root" libc6 libcap2 libelf1t64 libssl3t64 zlib1g libzstd1
}

bpftool_new() {
	local root=$1
	shift
	"$root/$libraries/ld-linux-x86-64.so.2" --library-path "$root/$libraries" "$root/usr/sbin/bpftool" "$@"
}

build() {
	local tmp=$1

	fetch "$tmp" || return
	openssl req -new -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=kfgate tests" \
		-addext basicConstraints=critical,CA:FALSE -addext keyUsage=digitalSignature \
		-addext subjectKeyIdentifier=hash -keyout "$tmp/key.pem" -out "$tmp/certificate.pem" 2>/dev/null &&
		openssl x509 -in "$tmp/certificate.pem" -outform DER -out "$tmp/certificate.der" &&
		bpftool_new "$tmp/root" gen skeleton -L -S -k "$tmp/key.pem" -i "$tmp/certificate.pem" \
			"$object" name key >"$tmp/key.lskel.h" &&
		"${CC:-cc}" -D_GNU_SOURCE -O1 -Wall -Wextra -Wno-unused-function -I"$top/tests/tools/signed" \
			-isystem "$tmp" -o "$tmp/kfsigned" "$top/tests/tools/kfsigned.c" -lbpf &&
		"$tmp/kfsigned" insns >"$tmp/insns" &&
		openssl cms -sign -binary -noattr -nocerts -nosmimecap -keyid -md sha256 -outform DER \
			-in "$tmp/insns" -signer "$tmp/certificate.pem" -inkey "$tmp/key.pem" \
			-out "$tmp/insns.sig" || return
	rm -rf "$tmp/root" "$tmp/key.pem"
}

one() {
	local tree tmp sum status=0
	sum=$(cat "$object" "$0" "$top/tests/tools/kfsigned.c" "$top"/tests/tools/signed/bpf/* | sha256sum |
		cut -c 1-16)
	tree=$kfg_cache/signed/$sum
	if [ ! -d "$tree" ]; then
		mkdir -p "$kfg_cache/signed"
		tmp=$(mktemp -d "$kfg_cache/signed/tmp.XXXXXX")
		build "$tmp" || status=$?
		[ "$status" = 0 ] || { rm -rf "$tmp"; return "$status"; }
		mv -T "$tmp" "$tree"
	fi
	echo "$tree"
}

[ "$(uname -m)" = x86_64 ] || { echo "bpftool 7.8 is fetched for amd64 alone" >&2; exit 77; }
kfg_in_cache signed one
