"""Recording what a check saw, as a fixture that replays: `meshlab check --record DIR`, and unit tests on its evidence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from meshlab.check.verdict import Finding
from meshlab.check.world import ActorResults, CallRequest, Calls, KnownImage, LogEntry, Position, Usages, World, Writes
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from meshlab.lab.checks import Check
from meshlab.lab.model import Lab
from meshlab.words import Words

Result = TypeVar("Result")


class Recorded(Struct, frozen=True, omit_defaults=True):
    """One call of a world's method and what it gave, or the ClusterError that it raised."""

    method: str
    arguments: dict[str, Any] = field(default_factory=dict)
    result: Any = None
    error: Words | tuple[str, str] | None = None
    """Older recordings hold the English sentence and hint."""


class Fixture(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A check, the lab it stands in, all that it saw and what it found. One JSON file: <kind>/<name>.json."""

    schema: int = 1
    synthetic: bool = False
    """True: made by hand, not seen on a cluster."""
    meta: dict[str, Any] = field(default_factory=dict)
    """Versions, seed, lab id, time."""
    lab: Lab
    check: Check
    finding: Finding
    calls: tuple[Recorded, ...] = ()


class FixtureWriter(Struct, frozen=True):
    """Where recordings go, and what is said of all of them."""

    folder: Path
    meta: dict[str, Any] = field(default_factory=dict)

    def keep(self, world: RecordingWorld, lab: Lab, check: Check, finding: Finding) -> Path:
        """Write <folder>/<kind>/<check>.json, in place of an older one."""
        return world.save(self.folder / check.kind, check.id, self.meta, lab=lab, check=check, finding=finding)


class RecordingWorld:
    """A world that asks another one and keeps everything it was asked and told, but for waits and managedFields."""

    def __init__(self, inner: World) -> None:
        self._inner = inner
        self.calls: list[Recorded] = []

    def save(self, folder: Path, name: str, meta: dict[str, Any], *, lab: Lab, check: Check, finding: Finding) -> Path:
        """Write the fixture; of the lab only what the check may need."""
        folder.mkdir(parents=True, exist_ok=True)
        small = replace(lab, steps=(), wrong=(), variables={}, images=())
        fixture = Fixture(meta=meta, lab=small, check=check, finding=finding, calls=tuple(self.calls))
        return write(fixture, folder / f"{name}.json")

    async def objects(self, ref: ObjectRef) -> list[dict[str, Any]]:
        return await self._note("objects", self._inner.objects(ref), ref=ref)

    async def baseline(self, ref: ObjectRef, since: str) -> list[dict[str, Any]]:
        return await self._note("baseline", self._inner.baseline(ref, since), ref=ref, since=since)

    async def positions(self, service: str) -> list[Position]:
        return await self._note("positions", self._inner.positions(service), service=service)

    async def call(self, position: Position, request: CallRequest) -> Calls:
        return await self._note("call", self._inner.call(position, request), position=position, request=request)

    async def access_logs(self, proxy: str, nonces: list[str], within: float = 2.0) -> list[LogEntry]:
        return await self._note("access_logs", self._inner.access_logs(proxy, nonces, within), proxy=proxy, nonces=nonces)

    async def proxy_pods(self, proxy: str) -> list[Position]:
        return await self._note("proxy_pods", self._inner.proxy_pods(proxy), proxy=proxy)

    async def admin(self, proxy: str, pod: str, path: str) -> Any:
        return await self._note("admin", self._inner.admin(proxy, pod, path), proxy=proxy, pod=pod, path=path)

    async def counters(self, position: Position, nonce: str) -> int:
        return await self._note("counters", self._inner.counters(position, nonce), position=position, nonce=nonce)

    async def image(self, name: str) -> KnownImage:
        return await self._note("image", self._inner.image(name), name=name)

    async def writes(self, since: str) -> Writes:
        return await self._note("writes", self._inner.writes(since), since=since)

    async def actor(self, actor: str, since: float, until: float | None = None) -> list[ActorResults]:
        return await self._note("actor", self._inner.actor(actor, since, until), actor=actor, since=since, until=until)

    async def mark(self, name: str) -> float:
        return await self._note("mark", self._inner.mark(name), name=name)

    async def load(self, position: Position, request: CallRequest, seconds: float) -> None:
        return await self._note(
            "load", self._inner.load(position, request, seconds), position=position, request=request, seconds=seconds
        )

    async def usage(self, cluster: str = "") -> Usages:
        return await self._note("usage", self._inner.usage(cluster), cluster=cluster)

    async def answer(self, check: str) -> str | None:
        return await self._note("answer", self._inner.answer(check), check=check)

    async def experiment(self, experiment: str) -> dict[str, Any] | None:
        return await self._note("experiment", self._inner.experiment(experiment), experiment=experiment)

    def nonce(self) -> str:
        return self._kept("nonce", self._inner.nonce)

    def now(self) -> float:
        return self._kept("now", self._inner.now)

    async def pause(self, seconds: float) -> None:
        await self._inner.pause(seconds)

    async def _note(self, method: str, wait: Awaitable[Result], **arguments: Any) -> Result:
        plain = msgspec.to_builtins(arguments)
        try:
            result = await wait
        except ClusterError as error:
            self.calls.append(Recorded(method, plain, error=error.words))
            raise
        self.calls.append(Recorded(method, plain, _without_managers(msgspec.to_builtins(result))))
        return result

    def _kept(self, method: str, ask: Callable[[], Result]) -> Result:
        result = ask()
        self.calls.append(Recorded(method, {}, result))
        return result


def _without_managers(result: Any) -> Any:
    """Who manages which field is half of an object's text, and nothing that a check looks at."""
    if not isinstance(result, list):
        return result
    return [_plain(item) if isinstance(item, dict) and "metadata" in item else item for item in result]


def _plain(obj: dict[str, Any]) -> dict[str, Any]:
    return {**obj, "metadata": {key: value for key, value in obj["metadata"].items() if key != "managedFields"}}


def write(fixture: Fixture, file: Path) -> Path:
    """The fixture as JSON with a line for each part and for each call, so that a change of it can be read."""
    parts: dict[str, msgspec.Raw] = msgspec.json.decode(msgspec.json.encode(fixture), type=dict[str, msgspec.Raw])
    calls = b",\n".join(msgspec.json.encode(call) for call in fixture.calls)
    lines = [b'"%s": %s' % (name.encode(), bytes(raw)) for name, raw in parts.items() if name != "calls"]
    file.write_bytes(b"{\n" + b",\n".join([*lines, b'"calls": [\n' + calls + b"\n]"]) + b"\n}\n")
    return file


def read(file: Path) -> Fixture:
    """A fixture from its file. msgspec.ValidationError when it does not fit the lab format of today."""
    return msgspec.json.decode(file.read_bytes(), type=Fixture)
