"""Manifests of meshlab's own parts in a lab's clusters: probes, recorders, accounts. It holds no objects of labs."""
