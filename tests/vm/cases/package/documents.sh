# SPDX-License-Identifier: GPL-2.0-or-later
# What the documents say to type works: each command of README.md and of the manual pages, in their order, on a host
# that was rolled out as README says.
# kernels: 7.3
# tier: systemd
# reboot: no
# timeout: 600
# files: src:tests/vm/service.sh src:README.md src:packaging/man/*.[578] package:deb src:packaging/kernels/[0-9aif]* tests/tools/kfload fixture:*.o kernel:vmlinux
. /t/lib.sh
. /t/service.sh

# section TITLE: of README.md
section() { awk -v title="## $1" '/^## / { on = $0 == title } on' /t/README.md; }
# fenced LANGUAGE: the blocks in standard input
fenced() { awk -v fence="\`\`\`$1" '/^```/ { on = $0 == fence; next } on'; }
# journal-upload and journal-remote are golden.history.upload's
commands() { grep -E '^(kfgate|journalctl|systemctl|cp) ' | grep -v systemd-journal- | sed 's/ *|$//'; }
in_tables() { sed -n 's/^|.*| `\([a-z]* [^`]*\)`.*|$/\1/p' | sed 's/\\|/|/g'; }
# in_page FILE: what stands behind a prompt in its literal displays
in_page() {
	awk '/^\.Bd -literal/ { on = 1; next } /^\.Ed/ { on = 0 }
		!on || !(more || /^[$#] /) { next }
		{ line = $0; more = sub(/\\\\$/, "", line); sub(/^[$#] /, "", line); printf "%s%s", line, more ? "" : "\n" }' "$1"
}
# What asks for an editor wants a terminal; the editor writes a section without settings.
printf '#!/bin/sh\nfor file; do :; done\nsed -i "1i[Service]" "$file"\n' >/tmp/editor
chmod +x /tmp/editor
export EDITOR=/tmp/editor
# 2, 3 and 4 are findings, see kfgate(8)
typed() {
	case $1 in
	"systemctl edit "*) timeout 150 script -qec "$1" /dev/null >/tmp/typed 2>&1 </dev/null ;;
	*) timeout 150 sh -c "$1" >/tmp/typed 2>&1 </dev/null ;;
	esac
	case $? in
	0 | 2 | 3 | 4) return 0 ;;
	esac
	sed 's/^/    | /' /tmp/typed | head -n 5
	return 1
}
n=0
type_all() {
	while read -r line; do
		n=$((n + 1))
		check "$line" typed "$line"
	done <"$1"
}

rm -f /etc/dpkg/dpkg.cfg.d/99mmdebstrap # it leaves out what is in /usr/share
mkdir -p /tmp/documents && cd /tmp/documents || exit 1
section "Install" | fenced sh | commands >install
check_eq "what builds the package is not for a VM" "" "$(cat install)"
mkdir -p /usr/share/kfgate/kernels # as the package kfgate-kernels has them
mv /t/*.facts /t/index.tsv /t/*.dictionary /usr/share/kfgate/kernels/
dpkg -i /t/kfgate_*.deb >/tmp/dpkg 2>&1 || cat /tmp/dpkg
# what the commands speak of
mkdir -p build kernels /var/log/journal/remote
ln -s /sys/kernel/btf/vmlinux kernels/6.12.btf
ln -s /sys/kernel/btf/vmlinux kernels/7.3.btf
cp /t/key.o /t/guarded.o build/
cp /usr/sbin/xdp-forward /usr/bin/scx_simple
for file in /run/log/journal/*/system.journal /var/log/journal/*/system.journal; do
	[ ! -e "$file" ] || cp "$file" /var/log/journal/remote/
done
section "Rolling it out" | sed 's/^ *//' | fenced sh | commands >rollout
type_all rollout
check_eq "rolled out" active "$(systemctl is-active kfgate.service)"
mark
check "a load for the records" /t/kfload key good
fence

# the host that the other commands speak of
section "A policy in ten lines" | fenced yaml >fleet.yaml
cp fleet.yaml policy.yaml
cp fleet.yaml new.yaml
for page in /t/*.[578]; do in_page "$page" | commands; done >pages
{ fenced sh </t/README.md | commands | grep -vxFf rollout; in_tables </t/README.md; } >readme
grep -oE '(/boot/vmlinuz|linux-)[^ ,]*' pages readme | cut -d : -f 2 | sort -u | while read -r image; do ln -sf /t/vmlinux "$image"; done
type_all readme
type_all pages
echo "  $n commands"
check "there were that many" [ $n -gt 40 ]
finish
