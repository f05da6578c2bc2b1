"""The client of the Kubernetes API: requests, watches, port forwards, kubeconfigs, and whether a cluster is ready. It knows
objects as plain dicts and never which lab they belong to.
"""
