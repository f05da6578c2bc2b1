# The proxies go when nobody asks them any more.
set -eu
for d in $(kubectl -n shop get deploy -l tier=app -o name); do
  kubectl -n shop rollout status "$d" --timeout=90s
done
kubectl -n shop delete ds,sa,role,rolebinding node-proxy --ignore-not-found
kubectl -n shop delete cm node-proxy-config node-proxy-draft --ignore-not-found
for s in web catalog pricing legacy reviews ratings; do
  kubectl -n shop delete svc "$s-local" --ignore-not-found
done
