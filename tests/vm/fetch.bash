# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Unpacks packages of Debian into a folder without installing anything: apt with lists, status and archives of its own, so that
# neither another architecture nor another release becomes part of this system. Signatures are checked as always.

fetch_keyring=/usr/share/keyrings/debian-archive-keyring.gpg
fetch_mirror=${IOMMUCTL_VM_MIRROR:-http://deb.debian.org/debian}

# fetch_begin ARCHITECTURE SUITE...: the folder for what follows is $fetch_dir, removed when the script ends.
fetch_begin()
{
	local arch=$1 suite
	shift
	command -v apt-get >/dev/null || vm_die "this needs apt-get and the packages of Debian"
	[ -f "$fetch_keyring" ] || vm_die "no $fetch_keyring (package debian-archive-keyring)"
	fetch_dir=$(mktemp -d "${TMPDIR:-/tmp}/iommuctl-fetch.XXXXXX")
	trap 'rm -rf "$fetch_dir"' EXIT
	mkdir -p "$fetch_dir"/{lists,archives}/partial
	: >"$fetch_dir/status"
	for suite; do
		echo "deb [signed-by=$fetch_keyring] $fetch_mirror $suite main"
	done >"$fetch_dir/sources.list"
	fetch_options=(
		-o "Dir::State=$fetch_dir" -o "Dir::State::Lists=$fetch_dir/lists" -o "Dir::State::status=$fetch_dir/status"
		-o "Dir::Cache=$fetch_dir" -o "Dir::Cache::archives=$fetch_dir/archives"
		-o "Dir::Etc::sourcelist=$fetch_dir/sources.list" -o Dir::Etc::sourceparts=/dev/null
		-o "Dir::Etc::preferences=$fetch_dir/preferences" -o Dir::Etc::preferencesparts=/dev/null
		-o "APT::Architecture=$arch" -o "APT::Architectures::=$arch" -o APT::Install-Recommends=false
		-o APT::Sandbox::User= -o Debug::NoLocking=1 -o Acquire::Languages=none -o Acquire::Retries=3 -q
	)
	apt-get "${fetch_options[@]}" update
}

# fetch_with_dependencies PACKAGE...: into $fetch_dir/archives, with all they need, as if nothing were installed. An option such
# as "-t SUITE" may come first.
fetch_with_dependencies()
{
	apt-get "${fetch_options[@]}" -y --download-only install "$@"
}

# fetch_alone PACKAGE...: without what they need.
fetch_alone()
{
	(cd "$fetch_dir/archives" && apt-get "${fetch_options[@]}" download "$@")
}

# fetch_unpack DIR: everything fetched, with /bin, /sbin and /lib as links into /usr whatever the packages have.
fetch_unpack()
{
	local package name
	mkdir -p "$1"
	for package in "$fetch_dir"/archives/*.deb; do
		dpkg-deb -x "$package" "$1"
	done
	for name in bin sbin lib lib64; do
		if [ -d "$1/$name" ] && [ ! -L "$1/$name" ]; then
			mkdir -p "$1/usr/$name"
			cp -a "$1/$name/." "$1/usr/$name/"
			rm -rf "${1:?}/$name"
		fi
		[ -L "$1/$name" ] || [ ! -d "$1/usr/$name" ] || ln -s "usr/$name" "$1/$name"
	done
}

# fetch_into DIR COMMAND [ARGUMENT]...: runs COMMAND with an empty folder that becomes DIR when it succeeds, so that DIR is
# either whole or not there.
fetch_into()
{
	local dir=$1
	shift
	mkdir -p "$(dirname "$dir")"
	rm -rf "$dir.new"
	mkdir "$dir.new"
	"$@" "$dir.new"
	rm -rf "$dir"
	mv "$dir.new" "$dir"
}
