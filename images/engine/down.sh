#!/bin/bash
# down.sh: stops the engine that up.sh started itself. Its images and clusters stay on disk.
set -euo pipefail
file=/var/lib/meshlab-engine/dockerd.pid
if [ -f "$file" ]; then kill "$(cat "$file")" 2>/dev/null || true; rm -f "$file"; fi
