"""Access logs of proxies are asked for requests until each was seen."""

from __future__ import annotations

import json
from pathlib import Path

from meshlab.errors import ClusterError
from meshlab.run.live import logs
from tests.unit.run.fake_kube import FakeKube
from tests.unit.run.live.test_adapters import ENVOY
from tests.unit.run.live.test_world import AT, pod
from tests.unit.run.small_run import small_run


def test_lines_are_found_by_nonce_or_a_suffix_of_one(tmp_path: Path) -> None:
    proxy = small_run(tmp_path).lab.proxies["router"]
    other = {**ENVOY, "nonce": "nffffffffff"}
    text = "\n".join(json.dumps(line) for line in (ENVOY, other, {**ENVOY, "nonce": "n0123456789"})) + '\n{"nonce":"n0123'
    found = logs.matching(text, ["n0123456789"], "router", proxy, AT)
    assert [entry.nonce for entry in found] == ["n0123456789-1", "n0123456789"]
    assert logs.matching(text, ["n0123456789-2"], "router", proxy, AT) == []
    assert logs.missing(found, ["n0123456789", "nabc"]) == {"nabc"}


async def test_access_logs_wait_until_each_nonce_was_seen(tmp_path: Path) -> None:
    class Slow(FakeKube):
        asked = 0

        async def logs(self, namespace: str, pod: str, container: str, *, since: float | None = None) -> str:
            self.asked += 1
            if pod == "router-2":
                raise ClusterError("other", sentence="gone", hint="", status=404)
            return json.dumps(ENVOY) + "\n" if self.asked > 4 else ""

    kube = Slow()
    for obj in (pod("router-1", "router", "10.0.0.1"), pod("router-2", "router", "10.0.0.2")):
        kube.add(obj)
    world = await small_run(tmp_path, kube).world()
    (entry,) = await world.access_logs("router", ["n0123456789"], within=20)
    assert entry.nonce == "n0123456789-1"
    assert await world.access_logs("router", ["nother"], within=0) == []
