# SPDX-License-Identifier: GPL-2.0-or-later
# kfunc_releases.awk - rows of kfunc_releases[], the kfuncs that give a reference back: those that have KF_RELEASE in
# one of the kernels of tests/data/kfunc-flags.tsv (kernel, module, kfunc, flags, prototype), each once.
BEGIN { FS = "\t" }
/^#/ || $1 == "kernel" { next }
index($4, "KF_RELEASE") && !($3 in seen) {
	seen[$3] = 1
	printf "\t\"%s\",\n", $3
}
