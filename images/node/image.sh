#!/bin/bash
# image.sh BUILD REF: assembles the node image REF in the Docker engine from BUILD/bin (binaries.sh) and Debian packages: about
# 3 minutes. Needs root on Debian. Everything that it makes on the way is removed again.
set -euo pipefail
export DOCKER_BUILDKIT=0
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$source/versions.env"
. "$source/../stand-ins/debian.sh"
. "$source/root.sh"
ref=$2 own=meshlab-node-build
mkdir -p "$1/build" && cd "$1"
ln -sf hyperkube bin/kubeadm
names=$(bin/kubeadm config images list --kubernetes-version "$K8S")
called() { grep "/$1" <<<"$names"; } # called PROGRAM: the image that kubeadm asks for
clean() {
  docker rm -f "$own" >/dev/null 2>&1 || true
  docker image rm -f $own/{net,root,base,hyperkube,etcd,coredns,pause} >/dev/null 2>&1 || true
  rm -rf build
}
trap clean EXIT

# 1. The node's own root.
systemd=systemd,systemd-sysv,dbus,libseccomp2,containerd,runc,containernetworking-plugins
network=conntrack,iptables,nftables,iproute2,ethtool,kmod,socat,curl,ca-certificates,netbase,iputils-ping,tcpdump
system=jq,procps,mount,util-linux,hostname,tar,gzip,findutils,less
root build/node "$systemd,$network,$system"
node=build/node
# Nothing of a machine's boot that a container has no use for.
find $node/etc/systemd/system $node/lib/systemd/system -path '*.wants/*' \
  ! -name '*journald*' ! -name '*systemd-tmpfiles*' ! -name '*systemd-user-sessions*' ! -name 'dbus*' \
  ! -name 'containerd*' -delete
for unit in getty.target console-getty.service systemd-logind.service systemd-udevd.service systemd-networkd.service \
  systemd-timesyncd.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
  ln -sf /dev/null $node/etc/systemd/system/$unit
done
ln -sf /lib/systemd/system/multi-user.target $node/etc/systemd/system/default.target
mkdir -p $node/etc/systemd/system/multi-user.target.wants $node/opt/cni/bin $node/kind/manifests $node/etc/kubernetes/manifests
cp -a "$source/rootfs/." $node/
# An installer of wheels need not keep the permission to run.
chmod 755 $node/usr/local/bin/entrypoint
sed -i "s#KUBE_PROXY_IMAGE#$(called kube-proxy)#" $node/kind/manifests/default-cni.yaml
sed -i "s#PAUSE_IMAGE#$(called pause)#" $node/etc/containerd/config.toml
if [ -d $node/usr/lib/cni ]; then mv $node/usr/lib/cni/* $node/opt/cni/bin/ && rmdir $node/usr/lib/cni; fi
for unit in containerd kubelet; do
  file=/lib/systemd/system/$unit.service
  [ -f $node$file ] || file=/etc/systemd/system/$unit.service
  ln -sf $file $node/etc/systemd/system/multi-user.target.wants/$unit.service
done
install -m 755 bin/hyperkube $node/usr/bin/
for name in kubeadm kubelet kubectl; do ln -sf hyperkube $node/usr/bin/$name; done
printf 'runtime-endpoint: unix:///run/containerd/containerd.sock\n' >$node/etc/crictl.yaml
printf '%s' "$K8S" >$node/kind/version
: >$node/etc/machine-id
imported build/node $own/root
docker build -q -t $own/base - >/dev/null <<DOCKERFILE
FROM $own/root
ENV container=docker KUBECONFIG=/etc/kubernetes/admin.conf
STOPSIGNAL SIGRTMIN+3
ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]
DOCKERFILE

# 2. The system's own images.
bash "$source/base.sh" "$PWD" $own/net
mkdir -p build/context/links
cp bin/hyperkube bin/etcd bin/coredns bin/pause build/context/
for name in kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubectl; do
  ln -s hyperkube build/context/links/$name
done
find build/context -exec touch -h -d "$(date -u -d @0 +%FT%TZ)" {} +
image() { docker build -q -t "$own/$1" -f - build/context >/dev/null; } # image NAME: from the Dockerfile on stdin
image hyperkube <<DOCKERFILE
FROM $own/net
COPY hyperkube /usr/local/bin/hyperkube
COPY links/ /usr/local/bin/
DOCKERFILE
image etcd <<'DOCKERFILE'
FROM scratch
COPY etcd /usr/local/bin/etcd
DOCKERFILE
image coredns <<'DOCKERFILE'
FROM scratch
COPY coredns /coredns
ENTRYPOINT ["/coredns"]
DOCKERFILE
image pause <<'DOCKERFILE'
FROM scratch
COPY pause /pause
ENTRYPOINT ["/pause"]
DOCKERFILE
docker save -o build/images.tar $own/{hyperkube,etcd,coredns,pause}

# 3. The node with those images inside.
docker rm -f "$own" >/dev/null 2>&1 || true
docker run -d --privileged --name "$own" --entrypoint sleep $own/base infinity >/dev/null
docker exec -d "$own" containerd
for _ in $(seq 100); do docker exec "$own" ctr version >/dev/null 2>&1 && break; sleep 0.2; done
docker exec -i "$own" ctr -n k8s.io images import --no-unpack --all-platforms - <build/images.tar >/dev/null
named() { # named NAME PROGRAM
  docker exec "$own" ctr -n k8s.io images tag "docker.io/$own/$1:latest" "$(called "$2")" >/dev/null
}
# One image under four names: what the control plane's programs and kube-proxy need, once.
for program in kube-apiserver kube-controller-manager kube-scheduler kube-proxy; do named hyperkube $program; done
for program in etcd coredns pause; do named $program $program; done
docker exec "$own" sh -c "ctr -n k8s.io images rm \$(ctr -n k8s.io images ls -q | grep '/$own/')" >/dev/null
docker exec "$own" sh -c 'pkill containerd; while pgrep -x containerd >/dev/null; do sleep 0.1; done
  rm -rf /var/lib/containerd/io.containerd.metadata.v1.bolt/*.lock /run/containerd'
docker commit --change 'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]' --change 'CMD []' "$own" "$ref" >/dev/null
