"""An engine for a cluster that somebody else made: a context of a kubeconfig. It never makes, stops or removes a cluster."""
