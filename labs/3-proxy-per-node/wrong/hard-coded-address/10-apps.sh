# Each in its place, and the address of one node, written down for all.
set -e
address=$(kubectl get nodes -l meshlab.dev/zone=a -o 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}')
told() {
  zone=$1
  shift
  for name in "$@"; do
    kubectl patch deployment "$name" -p "
      {\"spec\": {\"template\": {\"spec\": {
        \"nodeSelector\": {\"meshlab.dev/zone\": \"$zone\"},
        \"containers\": [{\"name\": \"shop\", \"env\": [{\"name\": \"http_proxy\", \"value\": \"http://$address:4140\"}]}]}}}}"
  done
}
told a web catalog-v1 pricing reviews-v1
told b catalog-v2 legacy ratings reviews-v2
