# SPDX-License-Identifier: GPL-2.0-or-later
# kfunc_signatures.awk - from policy/lifecycle/signatures.tsv (kfunc, module, from, arguments, types, prototype) to the
# rows of kfg_kfunc_signatures[]: the same, with "restricted" for the + in front of types.
BEGIN { FS = "\t" }
/^#/ || $1 == "kfunc" { next }
{
	restricted = sub(/^\+/, "", $5) ? "true" : "false"
	printf "\t{ \"%s\", \"%s\", \"%s\", %d, %s, \"%s\", \"%s\" },\n", $1, $2, $3, $4, restricted, $5, $6
}
