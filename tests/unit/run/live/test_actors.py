"""Results of actors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.run.live import test_shop
from tests.unit.run.live.test_shop import Handler
from tests.unit.run.live.test_world import pod
from tests.unit.run.small_run import shop, small_run, started

admin = test_shop.admin


async def test_requests_on_their_way_never_look_lost(tmp_path: Path, admin: tuple[str, type[Handler]]) -> None:
    url, handler = admin
    flying = [[3], [3], []]

    def results(_: Handler) -> dict[str, Any]:
        left = flying.pop(0) if len(flying) > 1 else flying[0]
        found = [{"seq": n, "t": 100.0 + n, "status": 200, "ms": 1.0, "error": None} for n in range(1, 6) if n not in left]
        return {"results": found, "more": None, "in_flight": left}

    handler.answers["/results"] = results
    kube = shop(pod("probe-a", "probe", "10.0.1.1", namespace="meshlab"))
    kube.forwards["probe-a"] = url
    run = await started(small_run(tmp_path, kube))
    world = await run.world()
    (one,) = await world.actor("shopper", since=101.5)
    assert [reply.i for reply in one.replies] == [2], "what comes after one on its way is not known yet"
    (whole,) = await world.actor("shopper", since=101.5, until=104.0)
    assert [reply.i for reply in whole.replies] == [2, 3, 4], "it waited for the one on its way"
    await run.close()
