"""Pooled connections end: a Service whose selector changed must not be bypassed for ever."""

from __future__ import annotations

from tests.unit.shop.conftest import Launch
from tests.unit.shop.parts import load
from tests.unit.shop.peers import Peer, peer
from tests.unit.shop.process import until


async def send(pool: object, there: Peer, number: int) -> None:
    outgoing = load("outgoing")
    for _ in range(number):
        async with pool.lease() as session:  # type: ignore[attr-defined]
            assert (await outgoing.send(session, there.url, timeout=5)).error is None


async def test_a_connection_serves_a_hundred_requests() -> None:
    pool = load("pool").Pool(max_age=60)
    with peer("ok") as there:
        await send(pool, there, 100)
        assert there.connections == 1
        await send(pool, there, 1)
        assert there.connections == 2
        await pool.close()


async def test_a_connection_ends_at_its_age_though_it_is_in_use() -> None:
    pool = load("pool").Pool(max_age=0.2)
    with peer("ok") as there:
        while there.connections < 3:
            await send(pool, there, 1)
        assert len(there.requests) > there.connections
        await pool.close()
        until(lambda: there.closed == there.connections)


def test_an_idle_connection_is_closed_after_two_seconds(start: Launch) -> None:
    assert load("pool").MAX_AGE == 2
    with peer("ok") as there:
        start(UPSTREAMS=f"there={there.url}").app()
        assert (there.connections, there.closed) == (1, 0)
        until(lambda: there.closed == 1)


def test_upstream_calls_share_a_connection_while_it_lives(start: Launch) -> None:
    with peer("ok") as there:
        shop = start(UPSTREAMS=f"there={there.url}")
        for _ in range(20):
            shop.app()
        assert len(there.requests) == 20
        assert there.connections < 20
