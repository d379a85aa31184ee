#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# upload.sh KFGATE PASTGEN - records go from a host to a collector by systemd-journal-upload and systemd-journal-remote,
# each in a network namespace of its own: the report over what arrived is that over what was sent.
set -u
here=$(cd "$(dirname "$0")" && pwd)
kfgate=$1 pastgen=$2
remote=/lib/systemd/systemd-journal-remote upload=/lib/systemd/systemd-journal-upload
policy=$here/../../bench/history/policy.yaml
[ -x $remote ] && [ -x $upload ] || { echo "skipped: no $upload (package systemd-journal-remote)"; exit 77; }
host=kfg-host-$$ collector=kfg-collector-$$
tmp=$(mktemp -d)
serving=
cleanup()
{
	[ -z "$serving" ] || kill "$serving"
	ip netns del $host 2>/dev/null
	ip netns del $collector 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
export TZ=UTC LC_ALL=C.UTF-8
if ! { ip netns add $host && ip netns add $collector &&
	ip link add kfgh$$ netns $host type veth peer name kfgc$$ netns $collector; } 2>"$tmp/log"; then
	echo "skipped: no network namespaces here: $(tail -n 1 "$tmp/log")"
	exit 77
fi
ip -n $host addr add 192.0.2.1/30 dev kfgh$$ && ip -n $host link set kfgh$$ up &&
	ip -n $collector addr add 192.0.2.2/30 dev kfgc$$ && ip -n $collector link set kfgc$$ up || exit 1

mkdir "$tmp/sent" "$tmp/got"
"$pastgen" "$policy" 1200 3 10 | $remote -o "$tmp/sent/host.journal" - 2>"$tmp/log" || { cat "$tmp/log"; exit 1; }
ip netns exec $collector $remote --listen-http=192.0.2.2:19532 --output="$tmp/got" 2>"$tmp/remote.log" &
serving=$!
for _ in $(seq 600); do
	timeout 600 ip netns exec $host $upload --url=http://192.0.2.2:19532 --directory="$tmp/sent" --follow=no \
		--save-state="$tmp/state" 2>"$tmp/upload.log" && uploaded=1 && break
	sleep 0.2
done
kill "$serving"
wait "$serving"
serving=
[ -n "${uploaded:-}" ] || { cat "$tmp/upload.log" "$tmp/remote.log"; exit 1; }

for side in sent got; do
	"$kfgate" report --directory="$tmp/$side" --policy="$policy" --at=2026-11-21 --output="$tmp/$side.txt" || exit 1
	# how many files they are in is the collector's business
	sed -i 's/ in [0-9]* journal files\{0,1\}\././' "$tmp/$side.txt"
done
grep -q '1199 records of 3 hosts\. 1 that look' "$tmp/sent.txt" || { head -n 1 "$tmp/sent.txt"; exit 1; }
diff -u "$tmp/sent.txt" "$tmp/got.txt" || exit 1
cat "$tmp/got.txt" | head -n 1
