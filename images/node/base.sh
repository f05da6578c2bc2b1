#!/bin/bash
# base.sh BUILD REF: a small Debian 12 with Python, Perl and the network's programs as the image REF. Needs root on Debian.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$source/../stand-ins/debian.sh"
. "$source/root.sh"
mkdir -p "$1/build" && cd "$1/build"
root net ca-certificates,python3,iptables,nftables,conntrack,iproute2,kmod,procps
for name in python3 python; do ln -sf /usr/bin/python3 net/usr/local/bin/$name; done
imported net "$2" --change 'CMD ["python3"]'
