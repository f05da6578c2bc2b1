"""Everything that is downloaded is pinned."""

from __future__ import annotations

import re

import pytest

from meshlab.cluster.images.pins import load_pins
from meshlab.errors import UsageError


def test_everything_is_pinned_exactly() -> None:
    pins = load_pins()
    assert {"node", "base", "envoy", "traefik", "nginx"} <= set(pins.images)
    for pin in pins.images.values():
        assert not pin.ref.endswith(":latest")
        assert ":" in pin.ref
        assert pin.digest is None or re.fullmatch(r"sha256:[0-9a-f]{64}", pin.digest)
        assert pin.exact == (f"{pin.ref}@{pin.digest}" if pin.digest else pin.ref)
    for tool in pins.tools.values():
        for platform, digest in tool.sha256.items():
            assert digest is None or re.fullmatch(r"[0-9a-f]{64}", digest)
            assert tool.version in tool.address(platform)
            assert "$" not in tool.address(platform)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UsageError, match="No image is pinned as envoi"):
        load_pins().image("envoi")
    with pytest.raises(UsageError, match="no pinned download for plan9-mips"):
        load_pins().tools["kind"].address("plan9-mips")
