"""Faults: by request (header x-fault) and at run time (POST /fault)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any


class FaultError(ValueError):
    """A fault that cannot be read; the text says which part."""


@dataclass(frozen=True)
class Fault:
    """What happens to a request: wait, then answer as usual, with a status, never, or by a reset."""

    latency_ms: float = 0.0
    status: int | None = None
    hang: bool = False
    reset: bool = False

    def merged(self, other: Fault) -> Fault:
        return Fault(
            self.latency_ms + other.latency_ms,
            other.status or self.status,
            self.hang or other.hang,
            self.reset or other.reset,
        )


NONE = Fault()


@dataclass(frozen=True)
class RuntimeFault:
    """error_rate is the share that status, hang or reset hits; alone it makes answers of status 500."""

    latency_ms: float = 0.0
    error_rate: float | None = None
    status: int | None = None
    hang: bool = False
    reset: bool = False
    only_path: str | None = None

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> RuntimeFault:
        unknown = set(body) - set(cls.__dataclass_fields__)
        if unknown:
            raise FaultError(f"unknown fields: {', '.join(sorted(unknown))}")
        fault = cls(**{key: value for key, value in body.items() if value is not None})
        if not _is_number(fault.latency_ms) or fault.latency_ms < 0:
            raise FaultError("latency_ms must be a number of milliseconds, 0 or more")
        if fault.error_rate is not None and not (_is_number(fault.error_rate) and 0 <= fault.error_rate <= 1):
            raise FaultError("error_rate must be between 0 and 1")
        if fault.status is not None and not (isinstance(fault.status, int) and 200 <= fault.status <= 599):
            raise FaultError("status must be an HTTP status from 200 to 599")
        return fault

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def draw(self, path: str) -> Fault:
        if self.only_path is not None and path != self.only_path:
            return NONE
        fault = Fault(self.latency_ms, self._status(), self.hang, self.reset)
        rate = 1.0 if self.error_rate is None else self.error_rate
        return fault if random.random() < rate else replace(NONE, latency_ms=self.latency_ms)

    def _status(self) -> int | None:
        if self.status is None and self.error_rate and not (self.hang or self.reset):
            return 500
        return self.status


def from_header(text: str, service: str) -> Fault:
    """The part of an x-fault header that names `service`, drawn: `pricing;delay=2000;pct=50, web;reset`.

    Parts that cannot be read are left out: a header is a learner's to write, and a typing error must not be a fault.
    """
    drawn = NONE
    for part in text.split(","):
        name, *options = (word.strip() for word in part.split(";"))
        if name == service:
            drawn = drawn.merged(_draw(options))
    return drawn


def _draw(options: list[str]) -> Fault:
    values = dict(option.partition("=")[::2] for option in options)
    if random.random() * 100 >= _number(values.get("pct", "100")):
        return NONE
    status = int(_number(values.get("status", "0")))
    return Fault(
        latency_ms=_number(values.get("delay", "0")),
        status=status if 200 <= status <= 599 else None,
        hang="hang" in values,
        reset="reset" in values,
    )


def _number(text: str) -> float:
    try:
        return max(0.0, float(text))
    except ValueError:
        return 0.0


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
