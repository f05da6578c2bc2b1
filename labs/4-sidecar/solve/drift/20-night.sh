# The night shift comes and goes, and what it wrote is taken back. Where it has been, nothing changes.
set -eu
kubectl -n shop get job night-shift || exit 0
kubectl -n shop patch job night-shift -p '{"spec":{"suspend":false}}'
kubectl -n shop wait --for=condition=complete job/night-shift --timeout=90s
kubectl -n shop delete job night-shift
kubectl -n shop get cm "${stale}-envoy" -o json >drifted.json
sed 's/timeout: ${yesterday}/timeout: ${timeout}/' drifted.json | kubectl replace -f -
kubectl -n shop annotate pod -l tier=app "nudge=$(date +%s)" --overwrite
