"""Calls: what they are sent to, and what came back."""

from __future__ import annotations

import msgspec
import pytest

from meshlab.check.calls import join
from meshlab.check.inputs import Inputs
from meshlab.check.kinds.path import look as look_path
from meshlab.check.world import CallRequest, Calls, Position
from meshlab.errors import ClusterError, LabError
from meshlab.lab.checks import Check
from tests.unit.check.sim import LAB, Sim, shop


def test_paths_go_below_the_urls_own() -> None:
    assert join("http://edge:80/shop/", "/slow") == "http://edge:80/shop/slow"


def test_the_probe_needs_no_entry_in_the_lab() -> None:
    bare = Inputs(msgspec.structs.replace(LAB, services={}), Sim())
    assert bare.service("probe@node-a").probe
    with pytest.raises(LabError, match="no service is called 'web'"):
        bare.service("web")


async def test_requests_that_were_not_sent_are_nobodys_success() -> None:
    class Tired(Sim):
        async def call(self, position: Position, request: CallRequest) -> Calls:
            calls = await super().call(position, request)
            return msgspec.structs.replace(calls, replies=calls.replies[:-1])

    check = msgspec.convert({"id": "x", "path": {"from": "web", "to": "catalog", "requests": 1}}, Check)
    assert check.path
    with pytest.raises(ClusterError, match="0 of 1 requests"):
        await look_path(check, check.path, Inputs(LAB, shop(kind=Tired)))
