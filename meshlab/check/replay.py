"""A world made of a recording: the same calls get the same results, in order, the last one again and again."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from meshlab.check.record import Recorded, read
from meshlab.check.world import ActorResults, CallRequest, Calls, KnownImage, LogEntry, Position, Usages, Writes
from meshlab.errors import ClusterError
from meshlab.lab.address import ObjectRef
from meshlab.words import Words

Result = TypeVar("Result")

PACE = ("timeout_ms", "concurrency", "rate")


class UnrecordedCall(LookupError):
    """The recording has no such call: the check asks for something that it did not ask for when it was recorded."""


class ReplayWorld:
    """Serves recorded results by method and arguments. Nonces and times are the recorded ones; waits return at once."""

    def __init__(self, calls: Iterable[Recorded]) -> None:
        self._left: dict[tuple[str, str], deque[Recorded]] = defaultdict(deque)
        for call in calls:
            self._left[call.method, _key(call.arguments)].append(call)
        self._later = 0.0

    @classmethod
    def of(cls, file: Path) -> ReplayWorld:
        """The world of a fixture's file."""
        return cls(read(file).calls)

    async def objects(self, ref: ObjectRef) -> list[dict[str, Any]]:
        return self._serve("objects", list[dict[str, Any]], ref=ref)

    async def baseline(self, ref: ObjectRef, since: str) -> list[dict[str, Any]]:
        return self._serve("baseline", list[dict[str, Any]], ref=ref, since=since)

    async def positions(self, service: str) -> list[Position]:
        return self._serve("positions", list[Position], service=service)

    async def call(self, position: Position, request: CallRequest) -> Calls:
        return self._serve("call", Calls, position=position, request=request)

    async def access_logs(self, proxy: str, nonces: list[str], within: float = 2.0) -> list[LogEntry]:
        return self._serve("access_logs", list[LogEntry], proxy=proxy, nonces=nonces)

    async def proxy_pods(self, proxy: str) -> list[Position]:
        return self._serve("proxy_pods", list[Position], proxy=proxy)

    async def admin(self, proxy: str, pod: str, path: str) -> Any:
        return self._serve("admin", object, proxy=proxy, pod=pod, path=path)

    async def counters(self, position: Position, nonce: str) -> int:
        return self._serve("counters", int, position=position, nonce=nonce)

    async def image(self, name: str) -> KnownImage:
        return self._serve("image", KnownImage, name=name)

    async def writes(self, since: str) -> Writes:
        return self._serve("writes", Writes, since=since)

    async def actor(self, actor: str, since: float, until: float | None = None) -> list[ActorResults]:
        return self._serve("actor", list[ActorResults], actor=actor, since=since, until=until)

    async def mark(self, name: str) -> float:
        return self._serve("mark", float, name=name)

    async def load(self, position: Position, request: CallRequest, seconds: float) -> None:
        self._serve("load", type(None), position=position, request=request, seconds=seconds)

    async def usage(self, cluster: str = "") -> Usages:
        return self._serve("usage", Usages, cluster=cluster)

    async def answer(self, check: str) -> str | None:
        return msgspec.convert(self._next("answer", {"check": check}).result, str | None)

    async def experiment(self, experiment: str) -> dict[str, Any] | None:
        return msgspec.convert(self._next("experiment", {"experiment": experiment}).result, dict[str, Any] | None)

    def nonce(self) -> str:
        """LookupError after the last recorded one: a nonce is never used twice."""
        left = self._left["nonce", _key({})]
        if not left:
            raise UnrecordedCall("the recording has no more nonces")
        return str(left.popleft().result)

    def now(self) -> float:
        """The recorded times; after the last one, time passes by `pause` alone."""
        last = self._left["now", _key({})]
        return float(self._next("now", {}).result if last else 0.0) + self._later

    async def pause(self, seconds: float) -> None:
        self._later += seconds

    def _serve(self, method: str, kind: type[Result], **arguments: Any) -> Result:
        call = self._next(method, msgspec.to_builtins(arguments))
        if isinstance(call.error, Words):
            raise ClusterError.again(call.error)
        if call.error is not None:
            sentence, hint = call.error
            raise ClusterError("other", sentence=sentence, hint=hint)
        return msgspec.convert(call.result, kind)

    def _next(self, method: str, arguments: dict[str, Any]) -> Recorded:
        left = self._left.get((method, _key(arguments)))
        if not left:
            known = [key for name, key in self._left if name == method]
            raise UnrecordedCall(f"{method}({_key(arguments)}) was not recorded; recorded are: {' | '.join(known) or 'none'}")
        return left.popleft() if len(left) > 1 else left[0]


def _key(arguments: dict[str, Any]) -> str:
    """The arguments, but for how fast and how patiently a request is sent: that is no part of the question."""
    if "request" in arguments:
        asked = {name: value for name, value in arguments["request"].items() if name not in PACE}
        arguments = {**arguments, "request": asked}
    return json.dumps(arguments, sort_keys=True)
