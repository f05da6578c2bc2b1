"""What an actor's requests came to, from the probe of each node, which counts whether meshlab is there or not."""

from __future__ import annotations

from urllib.parse import urlencode

from meshlab.check.world import ActorResults, Position
from meshlab.run.live.http import PodHttp, Target
from meshlab.run.live.shop import reply


async def results(
    http: PodHttp, target: Target, probe: Position, actor: str, since: float, until: float | None
) -> ActorResults:
    """The actor's counted requests in the window (unix seconds), in the order of their sequence numbers."""
    window = {"actor": actor, "since": f"{since:.3f}"} | ({"until": f"{until:.3f}"} if until is not None else {})
    raw = await http.get(target, f"/results?{urlencode(window)}")
    replies = [reply(one) for one in raw.get("results", ())]
    kept = [one for one in replies if one.t >= since and (until is None or one.t <= until)]
    return ActorResults(actor, probe.node, tuple(sorted(kept, key=lambda one: one.i)))
