#!/bin/bash
# up.sh: a Docker engine on a bare Debian machine where root may install packages. Safe to run again. `down.sh` stops it.
# Where systemd runs, the package's own service does everything; elsewhere dockerd is started here.
# MESHLAB_ENGINE_ISOLATED=1: containers reach each other and this machine, and nothing of theirs leaves it.
set -euo pipefail
state=/var/lib/meshlab-engine
packages() { # packages NAME...: from Debian, only what is missing
  local missing=()
  for package in "$@"; do dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package"); done
  [ ${#missing[@]} = 0 ] && return
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
limits() { # what a cluster's programs watch; see `meshlab doctor`, rule inotify
  [ "$(cat /proc/sys/fs/inotify/max_user_instances)" -ge 8192 ] || sysctl -qw fs.inotify.max_user_instances=8192
  [ "$(cat /proc/sys/fs/inotify/max_user_watches)" -ge 524288 ] || sysctl -qw fs.inotify.max_user_watches=524288
}
answers() { docker info >/dev/null 2>&1; }

limits
packages docker.io iptables zstd
answers && exit 0
if [ -d /run/systemd/system ]; then
  systemctl start docker
  answers && exit 0
fi

mkdir -p "$state"
options=()
# A machine may withhold a capability that a privileged container asks for: ask for what there is.
if ! (( 16#$(awk '/^CapBnd/ {print $2}' /proc/self/status) >> 24 & 1 )); then
  cat >"$state/runc" <<'RUNTIME'
#!/bin/sh
previous=
for argument in "$@"; do
  case "$previous" in
    --bundle | -b) sed -i 's/"CAP_SYS_RESOURCE",\{0,1\}//g; s/,\]/]/g' "$argument/config.json" ;;
    --process | -p) sed -i 's/"CAP_SYS_RESOURCE",\{0,1\}//g; s/,\]/]/g' "$argument" ;;
  esac
  previous=$argument
done
exec /usr/sbin/runc "$@"
RUNTIME
  chmod +x "$state/runc"
  options+=(--add-runtime "without-sys-resource=$state/runc" --default-runtime without-sys-resource)
fi
[ "${MESHLAB_ENGINE_ISOLATED:-}" != 1 ] || options+=(--ip-masq=false)
setsid dockerd --data-root "$state/docker" --exec-root "$state/exec" "${options[@]}" >"$state/dockerd.log" 2>&1 </dev/null &
echo $! >"$state/dockerd.pid"
for _ in $(seq 240); do answers && break; sleep 0.25; done
answers || { tail -5 "$state/dockerd.log" >&2; exit 1; }

outside=$(ip route show default | awk '{print $5; exit}')
if [ "${MESHLAB_ENGINE_ISOLATED:-}" = 1 ] && [ -n "$outside" ]; then
  iptables -C DOCKER-USER -o "$outside" -j REJECT --reject-with icmp-net-unreachable 2>/dev/null ||
    iptables -I DOCKER-USER -o "$outside" -j REJECT --reject-with icmp-net-unreachable
fi
