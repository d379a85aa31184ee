# SPDX-License-Identifier: GPL-2.0-or-later
# loadbench lines, each with its variant in front, to a Markdown table.
$2 == "full" || $2 == "scan" || $2 == "object" {
	key = $2 " " $3
	if (!(key in seen)) {
		seen[key] = 1
		order[++n] = key
	}
	sub(/min=/, "", $5)
	value[$1, key] = $5
	sub(/result=/, "", $7)
	result[key] = $7
	variants[$1] = 1
}
$1 == "rss" { rss = $2 " " $3 }

function delta(a, b) { return sprintf("%+d (%+.3f %%)", a - b, (a - b) * 100 / b) }

END {
	printf "| load | no gate | LSM programs that return 0 | kfgate, 1,000 rules | added by kfgate |"
	printf " per instruction |"
	if ("bpftrace" in variants) printf " added by bpftrace |"
	printf "\n|---|---|---|---|---|---|"
	if ("bpftrace" in variants) printf "---|"
	printf "\n"
	for (i = 1; i <= n; i++) {
		key = order[i]
		split(key, part, " ")
		per = part[1] == "object" ? "" : sprintf("%.2f", (value["gate", key] - value["null", key]) / part[2])
		printf "| %s (%s) | %d | %d | %d | %s | %s |", key, result[key], value["none", key], value["null", key],
			value["gate", key], delta(value["gate", key], value["null", key]), per
		if ("bpftrace" in variants) printf " %s |", delta(value["bpftrace", key], value["null", key])
		printf "\n"
	}
	printf "\nGuest instructions, minimum over repetitions; added: against the LSM programs that return 0."
	printf " Agent: %s resident.\n", rss
}
