"""What a /call or a /load asks for, checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_N = 5000
MAX_CALL_SECONDS = 60
MAX_LOAD_SECONDS = 300
MAX_CONCURRENCY = 256


class SpecError(ValueError):
    """Something asked for that this pod will not do; the text says what."""


@dataclass(frozen=True)
class CallSpec:
    url: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    timeout: float = 5.0
    n: int = 1
    keepalive: bool = False
    rate: float | None = None
    concurrency: int = 1
    nonce: str | None = None
    nonce_each: bool = False
    tree: bool = True

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> CallSpec:
        fields = _Fields(body)
        spec = cls(
            url=fields.url("url"),
            method=fields.text("method", "GET").upper(),
            headers=fields.headers("headers"),
            body=fields.body("body"),
            timeout=fields.number("timeout_ms", 5000, 1, MAX_CALL_SECONDS * 1000) / 1000,
            n=int(fields.number("n", 1, 1, MAX_N)),
            keepalive=fields.flag("keepalive", False),
            rate=fields.maybe_number("rate", 0.01, 2000),
            concurrency=int(fields.number("concurrency", 1, 1, MAX_CONCURRENCY)),
            nonce=fields.maybe_text("nonce"),
            nonce_each=fields.flag("nonce_each", False),
            tree=fields.flag("tree", True),
        )
        fields.no_more()
        if spec.rate and spec.n / spec.rate > MAX_CALL_SECONDS:
            raise SpecError(f"{spec.n} requests at {spec.rate}/s take longer than {MAX_CALL_SECONDS} s")
        return spec

    def nonce_of(self, number: int) -> str | None:
        if self.nonce is None or not (self.nonce_each and self.n > 1):
            return self.nonce
        return f"{self.nonce}-{number}"


@dataclass(frozen=True)
class LoadSpec:
    """rate None: as fast as `concurrency` workers can. body_bytes makes the requests POSTs of that size."""

    url: str
    rate: float | None
    seconds: float
    concurrency: int
    headers: dict[str, str]
    body_bytes: int
    timeout: float

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> LoadSpec:
        fields = _Fields(body)
        spec = cls(
            url=fields.url("url"),
            rate=fields.maybe_number("rate", 0.01, 10000),
            seconds=fields.number("seconds", 10, 0.1, MAX_LOAD_SECONDS),
            concurrency=int(fields.number("concurrency", 1, 1, MAX_CONCURRENCY)),
            headers=fields.headers("headers"),
            body_bytes=int(fields.number("body_bytes", 0, 0, 1 << 20)),
            timeout=fields.number("timeout_ms", 10000, 1, 60000) / 1000,
        )
        fields.no_more()
        return spec


class _Fields:
    """Takes fields out of a request, one check each; what is left over was a mistake."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._left = dict(body)

    def url(self, name: str) -> str:
        value = self.text(name, "")
        if not value.startswith("http://"):
            raise SpecError(f"{name} must begin with http://")
        return value

    def text(self, name: str, default: str) -> str:
        value = self._left.pop(name, default)
        if not isinstance(value, str):
            raise SpecError(f"{name} must be text")
        return value

    def maybe_text(self, name: str) -> str | None:
        if self._left.get(name) is None:
            self._left.pop(name, None)
            return None
        return self.text(name, "")

    def flag(self, name: str, default: bool) -> bool:
        value = self._left.pop(name, default)
        if not isinstance(value, bool):
            raise SpecError(f"{name} must be true or false")
        return value

    def number(self, name: str, default: float, low: float, high: float) -> float:
        value = self._left.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise SpecError(f"{name} must be a number from {low} to {high}")
        return value

    def maybe_number(self, name: str, low: float, high: float) -> float | None:
        if self._left.get(name) is None:
            self._left.pop(name, None)
            return None
        return self.number(name, low, low, high)

    def headers(self, name: str) -> dict[str, str]:
        value = self._left.pop(name, None) or {}
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise SpecError(f"{name} must map names to text")
        return value

    def body(self, name: str) -> bytes | None:
        value = self._left.pop(name, None)
        if value is None:
            return None
        return (value if isinstance(value, str) else json.dumps(value)).encode()

    def no_more(self) -> None:
        if self._left:
            raise SpecError(f"unknown fields: {', '.join(sorted(self._left))}")
