#!/bin/bash
# binaries.sh BUILD: builds the node's programs into BUILD/bin from Go modules (and pause from pause.c). Needs Go 1.25 or
# later with a module proxy, and gcc; about 8 minutes on two cores. What is there already is kept.
set -euo pipefail
source=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" && cd "$1"
. "$source/versions.env"
mkdir -p bin build/k8s
here=$PWD
export CGO_ENABLED=0 GOFLAGS="-trimpath -mod=mod" GOTOOLCHAIN=local

if [ ! -x bin/hyperkube ]; then
  cp "$source/hyperkube.go" build/k8s/main.go
  cd build/k8s
  [ -f go.mod ] || go mod init hyperkube
  go mod edit -require "k8s.io/kubernetes@$K8S"
  # k8s.io/kubernetes asks for its staging modules at v0.0.0: name the released ones.
  for module in $(curl -fsS "$(go env GOPROXY | cut -d, -f1)/k8s.io/kubernetes/@v/$K8S.mod" | sed -n 's#^\t*k8s.io/\([a-z0-9-]*\) => .*#\1#p; s#^\tk8s.io/\([a-z0-9-]*\) v0.0.0$#\1#p' | sort -u); do
    go mod edit -replace "k8s.io/$module=k8s.io/$module@$STAGING"
  done
  go mod tidy
  flags="-s -w"
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags="$flags -X $package.gitVersion=$K8S -X $package.gitMajor=1 -X $package.gitMinor=$(echo "$K8S" | cut -d. -f2) -X $package.gitTreeState=clean -X $package.gitCommit=module"
  done
  go build -ldflags "$flags" -o "$here/bin/hyperkube" .
  cd "$here"
fi
gobuild() { # gobuild NAME MODULE VERSION PACKAGE
  [ -x "bin/$1" ] && return
  mkdir -p "build/$1" && cd "build/$1"
  [ -f go.mod ] || go mod init "build/$1"
  go get "$2@$3"
  go build -ldflags "-s -w" -o "$here/bin/$1" "$4"
  cd "$here"
}
gobuild etcd go.etcd.io/etcd/server/v3 "$ETCD" go.etcd.io/etcd/server/v3
gobuild coredns github.com/coredns/coredns "$COREDNS" github.com/coredns/coredns
[ -x bin/pause ] || gcc -Os -static -s -o bin/pause "$source/pause.c"
