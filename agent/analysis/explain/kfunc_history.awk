# SPDX-License-Identifier: GPL-2.0-or-later
# kfunc_history.awk - from tests/data/kfuncs-by-kernel.tsv (kernel, module, kfunc) to the rows of kfg_kfunc_history[]:
# name, first and last release that has it, and the module it was seen in ("": the kernel itself). Counted are Debian's
# generic kernels and the lists in their sources (*-src), which do not depend on the configuration.
BEGIN { FS = "\t" }
/^#/ || $1 == "kernel" { next }
{
	if ($1 !~ /^[0-9][0-9.]*(-src)?$/)
		next
	split($1, part, /[.-]/)
	release = part[1] "." part[2]
	rank = part[1] * 1000 + part[2]
	name = $3
	if (!(name in first)) {
		order[++n] = name
		first[name] = last[name] = rank
		text[rank] = release
	}
	text[rank] = release
	if (rank < first[name])
		first[name] = rank
	if (rank > last[name])
		last[name] = rank
	if ($2 == "vmlinux")
		next
	if ($1 !~ /src$/)
		module[name] = $2
}
END {
	for (i = 1; i <= n; i++) {
		name = order[i]
		printf "\t{ \"%s\", \"%s\", \"%s\", \"%s\" },\n", name, text[first[name]], text[last[name]],
			(name in module) ? module[name] : ""
	}
}
