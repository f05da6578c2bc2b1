# The node on which everything ran on the day when somebody wrote it down.
set -e
address=$(kubectl get nodes -l meshlab.dev/zone=a -o 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}')
kubectl get configmap node-proxy-config -o yaml | sed "s/192\.0\.2\.1/$address/" | kubectl replace -f -
for pod in $(kubectl get pods -l app=node-proxy -o name); do
  kubectl annotate "$pod" nudge="$(date +%s)" --overwrite
done
