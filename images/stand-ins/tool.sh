#!/bin/bash
# tool.sh NAME TARGET: takes kind or kubectl out of a newer Debian's package (each is one static file) to TARGET.
# Needs Debian, and root where its package lists have yet to be fetched.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/debian.sh"
name=$1 target=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
from_suite forky "$work" "$name"
mkdir -p "$(dirname "$target")"
install -m 755 "$work/usr/bin/$name" "$target.new"
mv "$target.new" "$target"
