#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# deploy.sh - packaging/deploy, as far as it can be tried without the places it is for: the script of the action with a
# real kfgate, the hooks' commands, the playbook's syntax.
# usage: deploy.sh KFGATE OBJECT (one that calls a kfunc)
# Exit status: 0 fine, 1 not. What is not installed here is left out, and said.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
kfgate=$(realpath "$1") object=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

check() {
	if [ "$2" != "$3" ]; then
		echo "FAIL: $1: '$3', not '$2'"
		failed=1
	fi
}

# The action takes what the tool found to the next step, and fails where it has nothing to upload.
mkdir -p "$work/bin" "$work/a b"
ln -s "$kfgate" "$work/bin/kfgate"
cp "$object" "$work/a b/object.o"
facts=$(find "$top/packaging/kernels" -name '7.3*.facts' | sort | tail -n 1)
action() {
	: >"$work/output"
	(cd "$work/a b" && PATH=$work/bin:$PATH GITHUB_OUTPUT=$work/output SCAN_SARIF=$work/out.sarif \
		SCAN_PATHS=$1 SCAN_KERNELS=$2 SCAN_POLICY=${3:-} \
		bash "$top/packaging/deploy/github-action/scan.sh" 2>"$work/err")
	echo "$? $(cat "$work/output")"
}
cat >"$work/refuses.yaml" <<P
version: 1
name: p
serial: 1
defaults: {unlisted: refuse}
P
export KFGATE_KERNELS=$top/packaging/kernels
check "a scan that finds nothing" "0 exit-code=0" "$(action object.o "$facts")"
check "one that a policy refuses" "0 exit-code=3" "$(action "object.o
" "$facts" "$work/refuses.yaml")"
grep -q refuse "$work/out.sarif" || { echo "FAIL: the SARIF has no finding"; failed=1; }
check "a kernel that is not there" "1 " "$(action object.o /nowhere)"

# The hooks' commands are kfgate's.
while read -r verb; do
	"$kfgate" "$verb" --help >/dev/null || { echo "FAIL: .pre-commit-hooks.yaml: kfgate $verb"; failed=1; }
done < <(sed -n 's/^  entry: kfgate \([a-z]*\).*/\1/p' "$top/.pre-commit-hooks.yaml")

if command -v ansible-playbook >/dev/null; then
	ANSIBLE_ROLES_PATH=$top/packaging/deploy/ansible/roles ansible-playbook --syntax-check -i localhost, \
		"$top/packaging/deploy/ansible/site.yml" >"$work/ansible" 2>&1 || { cat "$work/ansible"; failed=1; }
else
	echo "left out: no ansible-playbook, the playbook's syntax"
fi
exit $failed
