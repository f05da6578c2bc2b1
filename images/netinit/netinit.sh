#!/bin/sh
# netinit.sh PORT OUT IN UID: what leaves this pod for PORT goes to its proxy's port OUT, what arrives at PORT to its port IN.
# Only traffic of the user UID is left alone: that is the proxy itself, and what it sends must not come back to it.
set -eu
[ $# = 4 ] || { echo "usage: netinit.sh PORT OUT IN UID, such as: netinit.sh 8080 15001 15006 1337" >&2; exit 64; }
nat() { iptables -w -t nat "$@" || { echo "netinit: iptables -t nat $* failed: no NET_ADMIN, or a kernel without nat, owner or REDIRECT" >&2; exit 1; }; }

nat -F && nat -X                # an init container may run more than once; these tables are the pod's own
nat -N ML_OUT
nat -A OUTPUT -p tcp -j ML_OUT
nat -A ML_OUT -m owner --uid-owner "$4" -j RETURN
nat -A ML_OUT -d 127.0.0.0/8 -j RETURN
nat -A ML_OUT -p tcp --dport "$1" -j REDIRECT --to-ports "$2"
nat -A PREROUTING -p tcp --dport "$1" -j REDIRECT --to-ports "$3"
nat -S                          # for the log: kubectl logs POD -c proxy-init
