#!/bin/bash
# load.sh FILE [PROGRAM]: loads an archive of images (`docker save`, zstd) into the engine behind PROGRAM (docker).
set -euo pipefail
zstd -dc --long=31 "$1" | "${2:-docker}" load -q
