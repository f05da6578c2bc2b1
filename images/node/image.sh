#!/bin/bash
# image.sh BUILD: assembles the node image from BUILD/bin (binaries.sh) and Debian packages in the Docker engine, under the
# name that kind asks for, and the small Debian root with Python as the base of everything else. Needs root and Debian.
set -euo pipefail
export DOCKER_BUILDKIT=0
source=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" && cd "$1"
. "$source/versions.env"
mkdir -p build
for tool in debootstrap zstd; do command -v $tool >/dev/null || apt-get install -y -qq --no-install-recommends $tool >/dev/null; done
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | grep -v security | head -n 1)
tag() { docker tag "$1" "$2"; }

[ -e bin/kubeadm ] || ln -s hyperkube bin/kubeadm
names=$(bin/kubeadm config images list --kubernetes-version "$K8S")

# 1. Two Debian roots: a small one under the images that need a shell, and the node's own.
if ! docker image inspect net-root >/dev/null 2>&1; then
  [ -d build/net ] || debootstrap --variant=minbase --include=ca-certificates,python3,iptables,nftables,conntrack,iproute2,kmod,procps bookworm build/net "$mirror" >build/net.log
  rm -rf build/net/var/cache/apt/* build/net/var/lib/apt/lists/* build/net/usr/share/{doc,man,locale,info}/*
  ln -sf /usr/bin/python3 build/net/usr/local/bin/python3 && ln -sf /usr/bin/python3 build/net/usr/local/bin/python
  tar -C build/net -c . | docker import --change 'CMD ["python3"]' - net-root
  docker tag net-root python:3.11-slim-bookworm
fi
if ! docker image inspect node-base >/dev/null 2>&1; then
  [ -d build/node ] || debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,conntrack,iptables,nftables,iproute2,ethtool,kmod,libseccomp2,containerd,runc,containernetworking-plugins,socat,jq,curl,ca-certificates,procps,mount,util-linux,hostname,tar,gzip,findutils,less,netbase,iputils-ping,tcpdump \
    bookworm build/node "$mirror" >build/node.log
  rm -rf build/node/var/cache/apt/* build/node/var/lib/apt/lists/* build/node/usr/share/{doc,man,locale,info}/*
  root=build/node
  # Nothing of a machine's boot that a container has no use for.
  find $root/etc/systemd/system $root/lib/systemd/system -path '*.wants/*' \
    ! -name '*journald*' ! -name '*systemd-tmpfiles*' ! -name '*systemd-user-sessions*' ! -name 'dbus*' ! -name 'containerd*' -delete
  for unit in getty.target console-getty.service systemd-logind.service systemd-udevd.service systemd-networkd.service systemd-timesyncd.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
    ln -sf /dev/null $root/etc/systemd/system/$unit
  done
  ln -sf /lib/systemd/system/multi-user.target $root/etc/systemd/system/default.target
  mkdir -p $root/etc/systemd/system/multi-user.target.wants $root/opt/cni/bin $root/kind/manifests $root/etc/kubernetes/manifests
  cp -a "$source/rootfs/." $root/
  sed -i "s#KUBE_PROXY_IMAGE#$(grep kube-proxy <<<"$names")#" $root/kind/manifests/default-cni.yaml
  sed -i "s#PAUSE_IMAGE#$(grep pause <<<"$names")#" $root/etc/containerd/config.toml
  if [ -d $root/usr/lib/cni ]; then mv $root/usr/lib/cni/* $root/opt/cni/bin/ && rmdir $root/usr/lib/cni; fi
  for unit in containerd kubelet; do
    file=/lib/systemd/system/$unit.service; [ -f $root$file ] || file=/etc/systemd/system/$unit.service
    ln -sf $file $root/etc/systemd/system/multi-user.target.wants/$unit.service
  done
  install -m 755 bin/hyperkube $root/usr/bin/
  for name in kubeadm kubelet kubectl; do ln -sf hyperkube $root/usr/bin/$name; done
  printf 'runtime-endpoint: unix:///run/containerd/containerd.sock\n' >$root/etc/crictl.yaml
  printf '%s' "$K8S" >$root/kind/version
  rm -f $root/etc/machine-id; : >$root/etc/machine-id
  tar -C $root -c . | docker import - node-root
  docker build -q -t node-base - <<'DOCKERFILE'
FROM node-root
ENV container=docker KUBECONFIG=/etc/kubernetes/admin.conf
STOPSIGNAL SIGRTMIN+3
ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]
DOCKERFILE
fi

# 2. The system's own images, under the names that kubeadm asks for.
mkdir -p build/images
rm -rf build/context && mkdir -p build/context/links && cp bin/hyperkube bin/etcd bin/coredns bin/pause build/context/
for name in kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubectl; do ln -s hyperkube build/context/links/$name; done
find build/context -exec touch -h -d "$(date -u -d @0 +%FT%TZ)" {} +
# One image under four names: what the control plane's programs and kube-proxy need, once.
docker build -q -t hyperkube -f - build/context <<'DOCKERFILE'
FROM net-root
COPY hyperkube /usr/local/bin/hyperkube
COPY links/ /usr/local/bin/
DOCKERFILE
for component in apiserver controller-manager scheduler proxy; do tag hyperkube "$(grep "kube-$component" <<<"$names")"; done
docker build -q -t "$(grep etcd <<<"$names")" -f - build/context <<'DOCKERFILE'
FROM scratch
COPY etcd /usr/local/bin/etcd
DOCKERFILE
docker build -q -t "$(grep coredns <<<"$names")" -f - build/context <<'DOCKERFILE'
FROM scratch
COPY coredns /coredns
ENTRYPOINT ["/coredns"]
DOCKERFILE
docker build -q -t "$(grep pause <<<"$names")" -f - build/context <<'DOCKERFILE'
FROM scratch
COPY pause /pause
ENTRYPOINT ["/pause"]
DOCKERFILE
docker save -o build/images.tar $names

# 3. The node with those images inside.
docker rm -f node-build >/dev/null 2>&1 || true
docker run -d --privileged --name node-build --entrypoint sleep node-base infinity >/dev/null
docker exec -d node-build containerd
for _ in $(seq 50); do docker exec node-build ctr version >/dev/null 2>&1 && break; sleep 0.2; done
docker exec -i node-build ctr -n k8s.io images import --no-unpack --all-platforms - <build/images.tar
docker exec node-build sh -c 'pkill containerd; sleep 1; rm -rf /var/lib/containerd/io.containerd.metadata.v1.bolt/*.lock /run/containerd'
docker commit --change 'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]' --change 'CMD []' node-build "kindest/node:$K8S"
docker rm -f node-build >/dev/null
