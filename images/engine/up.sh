#!/bin/bash
# up.sh: a Docker engine on a Debian machine where root may install packages. Safe to run again; `down.sh` stops it.
# Where systemd runs, the package's own service does it; elsewhere dockerd is started here and outlives this script.
#   MESHLAB_ENGINE_STATE       where an engine that is started here keeps images, log and pid (/var/lib/meshlab-engine)
#   MESHLAB_ENGINE_ISOLATED=1  containers reach each other and this machine, and nothing of theirs leaves it
#   DOCKER_HOST                the socket to listen on, when it is not /var/run/docker.sock
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../stand-ins/debian.sh"
state=${MESHLAB_ENGINE_STATE:-/var/lib/meshlab-engine}
host=${DOCKER_HOST:-unix:///var/run/docker.sock}
have() { command -v "$1" >/dev/null; }
answers() { have docker && [ -n "$(docker info --format '{{.ServerVersion}}' 2>/dev/null)" ]; }

limits() { # what a cluster's programs watch; see `meshlab doctor`, rule inotify
  local folder=/proc/sys/fs/inotify
  [ "$(cat $folder/max_user_instances)" -ge 8192 ] || echo 8192 >$folder/max_user_instances
  [ "$(cat $folder/max_user_watches)" -ge 524288 ] || echo 524288 >$folder/max_user_watches
}
programs() { # what is there, from wherever it came, stays
  have dockerd && have docker || packages docker.io
  have iptables || packages iptables
  have ip || packages iproute2
}
capability() { (( 16#$(awk '/^CapBnd/ {print $2}' /proc/self/status) >> $1 & 1 )); }

runtime() { # a runc that leaves out a capability that this machine withholds and every privileged container asks for
  cat >"$state/runc" <<RUNTIME
#!/bin/sh
previous=
for argument in "\$@"; do
  case "\$previous" in
    --bundle | -b) sed -i 's/"CAP_SYS_RESOURCE",\{0,1\}//g; s/,\]/]/g' "\$argument/config.json" ;;
    --process | -p) sed -i 's/"CAP_SYS_RESOURCE",\{0,1\}//g; s/,\]/]/g' "\$argument" ;;
  esac
  previous=\$argument
done
exec $(command -v runc) "\$@"
RUNTIME
  chmod +x "$state/runc"
}
stale() { # stale FILE NAME: a pid file left by a kill must not stop the next start: by now the number may be another program's
  if [ -f "$1" ] && [ "$(cat "/proc/$(cat "$1")/comm" 2>/dev/null)" != "$2" ]; then rm -f "$1"; fi
}
begin() { # dockerd in a session of its own, so that it outlives whoever asked for it
  local options=(--host "$host" --data-root "$state/docker" --exec-root "$state/exec" --pidfile "$state/dockerd.pid")
  mkdir -p "$state"
  stale "$state/dockerd.pid" dockerd
  stale "$state/exec/containerd/containerd.pid" containerd
  if ! capability 24; then
    runtime
    options+=(--add-runtime "without-sys-resource=$state/runc" --default-runtime without-sys-resource)
  fi
  (
    # It would keep its caller's files open, and locks on them, for as long as it lives.
    for file in /proc/self/fd/*; do [ "${file##*/}" -le 2 ] || eval "exec ${file##*/}>&-"; done
    # It is no program of whichever meshlab asked for it: what that one leaves behind is ended, and the engine stays.
    unset MESHLAB_PROGRAM_OF
    exec setsid dockerd "${options[@]}" >"$state/dockerd.log" 2>&1 </dev/null
  ) &
  local pid=$!
  for _ in $(seq 240); do
    answers && return
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.25
  done
  say "dockerd did not start; the end of $state/dockerd.log:"
  tail -5 "$state/dockerd.log" >&2
  return 1
}
isolate() { # nothing that is forwarded leaves by the links that lead outside
  local link
  for link in $(ip -4 route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | sort -u); do
    iptables -w -C DOCKER-USER -o "$link" -j REJECT --reject-with icmp-net-unreachable 2>/dev/null ||
      iptables -w -I DOCKER-USER -o "$link" -j REJECT --reject-with icmp-net-unreachable
  done
  for link in $(ip -6 route show default 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p' | sort -u); do
    ip6tables -w -C FORWARD -o "$link" -j REJECT 2>/dev/null || ip6tables -w -I FORWARD -o "$link" -j REJECT
  done
}

limits || say "the limits of inotify could not be raised; see \`meshlab doctor\`"
have zstd || packages zstd
answers && exit 0
case $host in unix://*) ;; *) say "DOCKER_HOST is $host, which does not answer and cannot be started from here"; exit 1 ;; esac
programs
if [ -d /run/systemd/system ] && [ "$host" = unix:///var/run/docker.sock ]; then
  systemctl start docker
  answers || { say "the service docker does not answer; see \`journalctl -u docker\`"; exit 1; }
elif ! answers; then
  begin
fi
[ "${MESHLAB_ENGINE_ISOLATED:-}" != 1 ] || isolate
