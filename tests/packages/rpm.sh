#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The RPM package: install it below a directory, compare with what `cmake --install` leaves, take it off again.
# usage: rpm.sh BUILD
# Its scripts are read, not run: they are for a systemd that was installed from RPMs.
# Exit status: 0 fine, 1 not, 77 what it takes is not installed.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
build=$1
failed=0
"$here/build.sh" "$build" rpm
rpm=$(ls "$build"/packages/rpm/kfgate-[0-9]*.x86_64.rpm)
work=$(mktemp -d "${TMPDIR:-/tmp}/kfgate-rpm.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Reads both lists; what is in one of them alone is a failure.
same() {
	diff "$2" "$3" >"$work/diff" && return
	echo "$1:"
	cat "$work/diff"
	failed=1
}

# Below a root of its own, with a database of its own.
in_root() {
	local become=()
	[ "$(id -u)" = 0 ] || become=(unshare -r)
	"${become[@]}" rpm --root "$work/root" --dbpath /var/lib/rpm "$@" >"$work/rpm.log" 2>&1 && return
	cat "$work/rpm.log"
	return 1
}

# What is not rpm's own; documents are elsewhere than on Debian, manual pages may be compressed.
files() {
	(cd "$1" && find . ! -type d ! -path './usr/lib/.build-id/*' ! -path './var/*' ! -path './usr/share/doc/*' \
		! -path './usr/share/licenses/*') |
		sed 's/\.gz$//' | sort
}

mkdir "$work/root"
kernels=$(find "$(dirname "$rpm")" -name "kfgate-kernels-[0-9]*.rpm")
[ -n "$kernels" ] || { echo "no package kfgate-kernels"; exit 1; }
in_root -i --nodeps --noscripts "$rpm" "$kernels"
files "$work/root" >"$work/installed"
files "$build/vm-stage" | sed 's|/zsh/vendor-completions/|/zsh/site-functions/|' >"$work/wanted"
same "installed (<), wanted (>)" "$work/installed" "$work/wanted"
[ -d "$work/root/etc/kfgate/policy.d" ] || { echo "no /etc/kfgate/policy.d"; failed=1; }
[ "$("$work/root/usr/bin/kfgate" --version)" = "kfgate $(rpm -qp --qf '%{version}' "$rpm")" ] ||
	{ echo "kfgate --version does not say the version of the package"; failed=1; }
in_root -V --nodeps kfgate kfgate-kernels
in_root -e --noscripts kfgate-kernels kfgate
find "$work/root" -name '*kfgate*' >"$work/left"
same "left (<) after it was removed" "$work/left" /dev/null
for script in prein postin preun postun; do
	rpm -qp --qf "%{$script}" "$rpm" >"$work/$script"
	sh -n "$work/$script" || failed=1
	if grep '%' "$work/$script"; then
		echo "$script: a macro that rpm did not know"
		failed=1
	fi
done
exit "$failed"
