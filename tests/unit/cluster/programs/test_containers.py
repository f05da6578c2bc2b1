"""References as container engines write them."""

from __future__ import annotations

import pytest

from meshlab.cluster.programs.containers import full


@pytest.mark.parametrize(
    ("ref", "whole"),
    [
        ("nginx:1", "docker.io/library/nginx:1"),
        ("envoyproxy/envoy:v1", "docker.io/envoyproxy/envoy:v1"),
        ("ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        ("localhost/a:1", "localhost/a:1"),
        ("host:5000/a:1", "host:5000/a:1"),
    ],
)
def test_references_as_containerd_keeps_them(ref: str, whole: str) -> None:
    assert full(ref) == whole
    assert full(whole) == whole
