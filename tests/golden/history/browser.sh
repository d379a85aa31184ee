#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# browser.sh - the HTML report in a real browser: what it makes of the page, and that hostile text is only text.
set -u
here=$(cd "$(dirname "$0")" && pwd)
browser=$(command -v chromium-headless-shell chromium | head -n 1)
[ -n "$browser" ] || { echo "skipped: no chromium"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

# has FILE COUNT PATTERN: that many lines of the file match
has()
{
	local n
	n=$(grep -c -E -- "$3" "$1")
	[ "$n" -eq "$2" ] || { echo "$1: $n lines, not $2, match $3"; failed=1; }
}

# The page, with a name that would run if it were not escaped, and one that is not.
sed '$d' "$here/expected/report.html" >"$tmp/page.html"
sed 's|<title>|<script>document.title = "ran"</script><img src="http://192.0.2.1/x" onerror="document.title=1"><title>|' \
	"$tmp/page.html" >"$tmp/script.html"
for page in page script; do
	timeout 1000 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$tmp/profile" \
		--dump-dom "file://$tmp/$page.html" >"$tmp/$page.dom" 2>"$tmp/log" || {
		echo "skipped: the browser does not run here: $(tail -n 1 "$tmp/log")"
		exit 77
	}
done
has "$tmp/page.dom" 1 '<svg viewBox="0 0 960 240" role="img"'
has "$tmp/page.dom" 21 '<g><title>2026-'
has "$tmp/page.dom" 8 '^<section id='
has "$tmp/page.dom" 8 '<table>'
has "$tmp/page.dom" 1 '<title>kfgate report</title>'
has "$tmp/page.dom" 0 '<script|https?://| src='
# the page's own policy keeps scripts from running, whoever put them there
has "$tmp/script.dom" 1 '<title>kfgate report</title>'
has "$tmp/script.dom" 0 '<title>(ran|1)</title>'
# on paper no column is lost at the edge
command -v pdftotext >/dev/null || { echo "skipped: no pdftotext"; exit 77; }
timeout 1000 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$tmp/profile" \
	--print-to-pdf="$tmp/page.pdf" "file://$tmp/page.html" >"$tmp/log" 2>&1
pdftotext -layout "$tmp/page.pdf" "$tmp/page.txt"
has "$tmp/page.txt" 1 'kfunc +deadline +days left +removed in +use instead +loads +hosts +since +last +known from'
has "$tmp/page.txt" 1 'scx_bpf_cpu_rq +2027-01-14 +54 +7.3 +scx_bpf_locked_rq .*policy.yaml:10'
has "$tmp/page.txt" 1 'uses past their deadline'
exit $failed
