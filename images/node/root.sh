# Sourced: a Debian root, and the image that it becomes. Expects debian.sh.

root() { # root FOLDER PACKAGES: Debian 12 with these packages (comma separated), less what no container reads
  command -v debootstrap >/dev/null || packages debootstrap
  rm -rf "$1"
  debootstrap --variant=minbase --include="$2" bookworm "$1" "$(mirror)" >"$1.log" || { tail -5 "$1.log" >&2; return 1; }
  rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/usr/share/{doc,man,locale,info}/*
}
imported() { # imported FOLDER REF CHANGE...: the folder becomes the image and goes
  local folder=$1 ref=$2
  shift 2
  tar -C "$folder" -c . | docker import --change 'LABEL dev.meshlab.stand-in=source' "$@" - "$ref" >/dev/null
  rm -rf "$folder"
}
