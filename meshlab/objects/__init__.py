"""Kubernetes objects as plain dicts: named, compared, changed, applied and waited for. It works for any cluster and knows no
run and no lab's progress.
"""
