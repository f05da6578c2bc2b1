"""Clusters and the programs of this machine: engines, the Kubernetes client, images, `doctor` and `setup`. Nothing here knows
a lab's steps, a learner's progress or a run.
"""
