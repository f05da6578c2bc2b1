#!/bin/bash
# tool.sh NAME TARGET: takes kind or kubectl out of a newer Debian's package (each is one static file) to TARGET.
# apt checks the package against Debian's signed index of that suite, kept in a place of its own. Needs root on Debian.
set -euo pipefail
name=$1 target=$2 suite=forky
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | grep -v security | head -n 1)
[ -n "$mirror" ] || { echo "this machine has no Debian package source" >&2; exit 1; }
mkdir -p "$work"/{lists/partial,cache/archives/partial,parts}
echo "deb ${mirror} $suite main" >"$work/sources.list"
options=(-o "Dir::Etc::SourceList=$work/sources.list" -o "Dir::Etc::SourceParts=$work/parts" -o "Dir::State::Lists=$work/lists"
  -o "Dir::Cache=$work/cache" -o "APT::Default-Release=$suite" -o "Acquire::Languages=none")
apt-get update -qq "${options[@]}"
(cd "$work" && apt-get download -qq "${options[@]}" "$name" >/dev/null)
dpkg -x "$work"/"$name"_*.deb "$work/root"
mkdir -p "$(dirname "$target")"
install -m 755 "$work/root/usr/bin/$name" "$target.new"
mv "$target.new" "$target"
