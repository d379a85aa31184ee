# SPDX-License-Identifier: GPL-2.0-or-later
# kfunc_history.awk - rows of kfg_kfunc_history[] from two files: policy/lifecycle/history.tsv (kfunc, introduced,
# absent, source: upstream's releases), and tests/data/kfuncs-by-kernel.tsv (kernel, module, kfunc: what was seen in
# Debian's generic kernels, and in the lists of sources, *-src, which do not depend on the configuration).
# A row: name, introduced, absent from and to, first and last release it was seen in, its module ("": the kernel
# itself), and releases of distributions that have it although upstream's do not.
BEGIN { FS = "\t" }
/^#/ || $1 == "kernel" || $1 == "kfunc" { next }
function rank(release,   part) {
	split(release, part, ".")
	return part[1] * 1000 + part[2]
}
function note_name(name) {
	if (!(name in known)) {
		known[name] = 1
		order[++n] = name
	}
}
FILENAME ~ /history\.tsv$/ {
	note_name($1)
	introduced[$1] = $2
	split($3, gap, "-")
	absent_from[$1] = gap[1]
	absent_to[$1] = gap[2] ? gap[2] : gap[1]
	next
}
$1 ~ /^[0-9][0-9.]*(-src)?$/ {
	split($1, part, /[.-]/)
	release = part[1] "." part[2]
	at = rank(release)
	name = $3
	note_name(name)
	if (!(name in first) || at < rank(first[name]))
		first[name] = release
	if (!(name in last) || at > rank(last[name]))
		last[name] = release
	if ($2 != "vmlinux" && $1 !~ /src$/)
		module[name] = $2
	early = introduced[name] && at < rank(introduced[name])
	gone = absent_from[name] && at >= rank(absent_from[name]) && at <= rank(absent_to[name])
	if ((early || gone) && !((name, release) in noted)) {
		noted[name, release] = 1
		beside[name] = beside[name] (beside[name] ? ", " : "") release
	}
}
END {
	for (i = 1; i <= n; i++) {
		name = order[i]
		printf "\t{ \"%s\", \"%s\", \"%s\", \"%s\", ", name, introduced[name], absent_from[name],
			absent_to[name]
		printf "\"%s\", \"%s\", \"%s\", \"%s\" },\n", first[name], last[name], module[name], beside[name]
	}
}
