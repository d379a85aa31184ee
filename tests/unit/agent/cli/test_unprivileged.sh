#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test_unprivileged.sh KFGATE - what somebody is told who may not read the journal: which groups may.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cp "$1" "$work/kfgate"
cd "$work" || exit
as=()
[ "$(id -u)" -ne 0 ] || as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
printf 'version: 1\nname: t\nserial: 1\n' >p.yaml
mkdir files closed
printf 'LPKSHHRH' >files/system.journal
chmod 000 files/system.journal closed
failed=0
for directory in files closed; do
	for verb in report learn "diff-policy p.yaml p.yaml"; do
		code=0
		# shellcheck disable=SC2086 # words
		"${as[@]}" ./kfgate $verb --directory=$directory >out 2>err || code=$?
		[ $code = 4 ] || { echo "$verb, $directory: exit code $code, not 4"; failed=1; }
		[ "$(grep -c 'members of the groups systemd-journal and adm may read the journal' err)" = 1 ] ||
			{ echo "$verb, $directory: no hint"; sed 's/^/    | /' err; failed=1; }
	done
done
chmod 755 closed
exit $failed
