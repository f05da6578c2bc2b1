#!/bin/bash
# down.sh: stops the engine that up.sh started itself, and waits for its end. Its images and clusters stay on disk.
set -euo pipefail
file=${MESHLAB_ENGINE_STATE:-/var/lib/meshlab-engine}/dockerd.pid
[ -f "$file" ] || exit 0
pid=$(cat "$file")
[ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] || { rm -f "$file"; exit 0; }
kill "$pid"
for _ in $(seq 240); do [ -e "/proc/$pid" ] || exit 0; sleep 0.25; done
echo "dockerd ($pid) is still stopping its containers" >&2
exit 1
