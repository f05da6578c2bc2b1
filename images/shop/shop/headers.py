"""Which headers are shown in an answer and which travel down the call tree."""

from __future__ import annotations

from collections.abc import Mapping

NONCE = "x-meshlab-nonce"
DEPTH = "x-meshlab-depth"
HOPS = "x-meshlab-hops"
FAULT = "x-fault"

_TRAVEL = frozenset({"x-request-id", "traceparent", "tracestate", "b3", "baggage", FAULT, "end-user"})
_TRAVEL_PREFIXES = ("x-b3-", "x-meshlab-", "x-canary")
_SHOWN = frozenset({"x-request-id", "traceparent", "via", "server", "host", FAULT, "end-user"})
_SHOWN_PREFIXES = ("x-meshlab-", "x-envoy-", "x-forwarded-", "x-canary")
_ANSWERED = frozenset({"server", "via", "retry-after", "content-type"})


def travelling(headers: Mapping[str, str]) -> dict[str, str]:
    return _pick(headers, _TRAVEL, _TRAVEL_PREFIXES)


def shown(headers: Mapping[str, str]) -> dict[str, str]:
    return _pick(headers, _SHOWN, _SHOWN_PREFIXES)


def answered(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers of a response that tell who answered it."""
    return _pick(headers, _ANSWERED, ("x-envoy-",))


def _pick(headers: Mapping[str, str], names: frozenset[str], prefixes: tuple[str, ...]) -> dict[str, str]:
    return {low: value for name, value in headers.items() if (low := name.lower()) in names or low.startswith(prefixes)}
