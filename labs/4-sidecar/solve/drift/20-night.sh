# The night shift comes and goes, and what it wrote is taken back.
set -eu
kubectl -n shop delete job night --ignore-not-found
kubectl -n shop create job night --from=cronjob/night-shift
kubectl -n shop wait --for=condition=complete job/night --timeout=90s
kubectl -n shop delete job night
kubectl -n shop get cm "${stale}-envoy" -o json >drifted.json
sed 's/timeout: ${yesterday}/timeout: ${timeout}/' drifted.json | kubectl replace -f -
kubectl -n shop annotate pod -l tier=app "nudge=$(date +%s)" --overwrite
