# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced: the cache directory, and private apt roots to look up and download packages of suites
# that the host does not use. Nothing of the host's apt state is changed. Needs no root.
#
# kfg_cache                    variable: the cache directory
# kfg_host                     variable: the host's architecture, as Debian names it
# kfg_mirror SUITE             print the mirror of a suite, from the host's own apt sources
# kfg_apt_open SUITE[,SUITE] [ARCH]   set up their root (index at most a day old), for packages of Debian's
#                              architecture ARCH (default amd64); export APT_CONFIG
# kfg_apt_newest REGEX         print the newest existing package of that name
# kfg_apt_has PACKAGE          is there a version of it to download?
# kfg_apt_unpack DIR PACKAGE.. download, check by apt, and unpack into DIR
# kfg_in_cache LOCK CMD...     run CMD alone among all that use this cache

kfg_cache=${KFGATE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kfgate}
# shellcheck disable=SC2034 # for who sources this
kfg_host=$(dpkg --print-architecture)

kfg_mirror() {
	local label=Debian
	case $1 in *-security) label=Debian-Security ;; esac
	if [ -n "${KFGATE_MIRROR:-}" ] && [ "$label" = Debian ]; then
		echo "$KFGATE_MIRROR"
		return
	fi
	apt-get indextargets --format '$(LABEL) $(SITE)' 'Created-By: Packages' |
		awk -v want="$label" '$1 == want && !seen { print $2; seen = 1 } END { exit !seen }' && return
	echo "no $label mirror in the host's apt sources (set KFGATE_MIRROR)" >&2
	return 1
}

kfg_apt_configure() {
	local root=$1 suites=$2 arch=$3 suite mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg

	mkdir -p "$root"/{etc,lists/partial,archives/partial}
	: >"$root/status"
	# The index of a suite frozen on the mirror (experimental, sid) has run out; its signature holds.
	cat >"$root/apt.conf" <<-CONF
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		Dir::State "$root";
		Dir::State::Lists "$root/lists";
		Dir::State::status "$root/status";
		Dir::Cache "$root";
		Dir::Etc::sourcelist "$root/sources.list";
		Dir::Etc::sourceparts "$root/etc";
		Dir::Etc::preferencesparts "$root/etc";
		Dir::Etc::preferences "$root/etc/preferences";
		Acquire::Check-Valid-Until "false";
		Acquire::Languages "none";
		Acquire::Retries "3";
		APT::Sandbox::User "root";
	CONF
	for suite in ${suites//,/ }; do
		mirror=$(kfg_mirror "$suite") || return
		echo "deb [arch=$arch signed-by=$keyring] $mirror $suite main"
	done >"$root/sources.list"
}

kfg_apt_open() {
	local arch=${2:-amd64} root=$kfg_cache/apt/$1

	[ "$arch" = amd64 ] || root=$kfg_cache/apt/$arch/$1
	unset APT_CONFIG
	kfg_apt_configure "$root" "$1" "$arch" || return
	export APT_CONFIG=$root/apt.conf
	if [ -n "$(find "$root/stamp" -mtime -1 2>/dev/null)" ]; then
		return 0
	fi
	apt-get -qq update >"$root/update.log" 2>&1 || {
		cat "$root/update.log" >&2
		return 1
	}
	touch "$root/stamp"
}

kfg_apt_has() {
	[ -n "$(apt-cache madison "$1" 2>/dev/null)" ]
}

# Ordered by the version apt knows: names that differ before it (-unsigned-) do not sort by theirs.
kfg_apt_newest() {
	local name
	apt-cache pkgnames | grep -Ex "$1" | while read -r name; do
		apt-cache madison "$name" | awk -F ' *[|] *' '{ sub(/^ +/, "", $1); print $2, $1 }'
	done | sort -V | awk '{ last = $2 } END { if (last == "") exit 1; print last }'
}

kfg_apt_unpack() {
	local dir=$1 debs deb
	shift
	debs=$(mktemp -d "$kfg_cache/debs.XXXXXX") || return
	if ! (cd "$debs" && apt-get -qq download "$@"); then
		rm -rf "$debs"
		return 1
	fi
	mkdir -p "$dir"
	for deb in "$debs"/*.deb; do
		dpkg-deb -x "$deb" "$dir" || return
	done
	rm -rf "$debs"
}

kfg_in_cache() {
	local lock=$1
	shift
	mkdir -p "$kfg_cache"
	(
		flock 9 || exit
		"$@"
	) 9>"$kfg_cache/$lock.lock"
}
