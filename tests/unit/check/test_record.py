"""Recording and replaying: the same calls give the same, errors too; what was not recorded is said clearly."""

from __future__ import annotations

import pytest

from meshlab.check.record import RecordingWorld
from meshlab.check.replay import ReplayWorld, UnrecordedCall
from meshlab.check.world import CallRequest, Usage, Usages, World, Write, Writes
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from tests.unit.check.sim import Sim, shop

POD = ObjectRef(kind="Pod")


async def ask_everything(world: World) -> list[object]:
    """One call of every method."""
    position = (await world.positions("web"))[0]
    request = CallRequest(url="http://catalog:8080/", n=2, nonce=world.nonce())
    calls = await world.call(position, request)
    nonces = [reply.nonce for reply in calls.replies]
    await world.load(position, request, 1.0)
    return [
        position,
        calls,
        await world.objects(POD),
        await world.baseline(POD, "lab-start"),
        await world.access_logs("router", nonces, 1.0),
        await world.proxy_pods("router"),
        await world.admin("router", "router-1", "/stats?format=json&filter=x"),
        await world.counters(position, request.nonce),
        await world.writes("step-start"),
        await world.actor("steady", 0.0, 5.0),
        await world.mark("lab-start"),
        await world.usage(),
        await world.answer("who"),
        await world.answer("nobody"),
        await world.experiment("router-dies"),
        world.now(),
    ]


def full() -> Sim:
    sim = shop("catalog")
    sim.store["Pod"] = sim.before["Pod"] = [{"metadata": {"name": "web-1"}}]
    sim.written = Writes((Write(t=1.0, verb="update", api_version="v1", kind="ConfigMap", name="router"),), complete=False)
    sim.usages = [Usages((Usage(namespace="shop", pod="web-1", container="web", memory=1, cpu=2, t=3.0),), ("node-b",))]
    sim.answers["who"] = "catalog-v1-1"
    return sim


async def test_a_replay_gives_what_was_recorded() -> None:
    recording = RecordingWorld(full())
    seen = await ask_everything(recording)
    assert await ask_everything(ReplayWorld(recording.calls)) == seen


async def test_a_recording_changes_nothing() -> None:
    assert await ask_everything(RecordingWorld(full())) == await ask_everything(full())


async def test_results_come_in_order_and_the_last_one_stays() -> None:
    sim = full()
    recording = RecordingWorld(sim)
    await recording.objects(POD)
    sim.store["Pod"] = []
    await recording.objects(POD)
    replay = ReplayWorld(recording.calls)
    assert [len(await replay.objects(POD)) for _ in range(4)] == [1, 0, 0, 0]


async def test_who_manages_a_field_is_not_recorded() -> None:
    sim = full()
    sim.store["Pod"] = [{"metadata": {"name": "web-1", "managedFields": [{"manager": "kubectl"}]}}]
    recording = RecordingWorld(sim)
    assert (await recording.objects(POD))[0]["metadata"]["managedFields"]
    assert await ReplayWorld(recording.calls).objects(POD) == [{"metadata": {"name": "web-1"}}]


async def test_errors_are_recorded_too() -> None:
    sim = full()
    sim.unreachable.add("web-1")
    recording = RecordingWorld(sim)
    position = (await recording.positions("web"))[0]
    with pytest.raises(ClusterError):
        await recording.call(position, CallRequest(url="http://x/"))
    replay = ReplayWorld(recording.calls)
    with pytest.raises(ClusterError, match="does not answer") as caught:
        await replay.call(position, CallRequest(url="http://x/"))
    assert caught.value.hint == "Look at the pod."


async def test_what_was_not_recorded_is_said() -> None:
    recording = RecordingWorld(full())
    await recording.positions("web")
    with pytest.raises(UnrecordedCall, match=r'positions.*"catalog".*was not recorded.*"web"'):
        await ReplayWorld(recording.calls).positions("catalog")


async def test_no_nonce_is_given_twice() -> None:
    recording = RecordingWorld(full())
    nonce = recording.nonce()
    replay = ReplayWorld(recording.calls)
    assert replay.nonce() == nonce
    with pytest.raises(UnrecordedCall):
        replay.nonce()


async def test_how_long_a_log_was_waited_for_does_not_matter() -> None:
    recording = RecordingWorld(full())
    await recording.access_logs("router", ["n"], 9.0)
    assert await ReplayWorld(recording.calls).access_logs("router", ["n"], 1.0) == []


async def test_how_fast_requests_are_sent_does_not_matter_and_what_they_are_does() -> None:
    recording = RecordingWorld(full())
    position = (await recording.positions("web"))[0]
    seen = await recording.call(position, CallRequest(url="http://catalog:8080/", nonce="n", n=2))
    replay = ReplayWorld(recording.calls)
    paced = CallRequest(url="http://catalog:8080/", nonce="n", n=2, concurrency=2, timeout_ms=100, rate=5)
    assert await replay.call(position, paced) == seen
    with pytest.raises(UnrecordedCall):
        await replay.call(position, CallRequest(url="http://catalog:8080/", nonce="n", n=3))


async def test_time_goes_on_by_waiting_when_the_recording_ends() -> None:
    recording = RecordingWorld(full())
    start = recording.now()
    replay = ReplayWorld(recording.calls)
    await replay.pause(3)
    assert replay.now() == start + 3
